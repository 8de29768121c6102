"""What lists hold as files: the columns of each, by subject."""
