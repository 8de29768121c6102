"""What comes in from files: read, proposed row by row, reviewed by a person, accepted, and undone as a whole."""
