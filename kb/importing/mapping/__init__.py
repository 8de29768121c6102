"""Mapping tables of Word documents as proposals: sources, points and answers row by row, guesses marked as such."""
