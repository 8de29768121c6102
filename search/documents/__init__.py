"""What is searchable of each record, and which records a change touches."""
