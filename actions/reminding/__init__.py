"""Reminders: which stage each thing has reached, whom to tell, in what words, and when to plan."""
