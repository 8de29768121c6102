"""Searches that people save, and what they newly find."""
