"""Backups: one file that holds everything, whichever database it came from, and restoring it into an empty place."""
