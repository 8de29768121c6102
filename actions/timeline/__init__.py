"""When actions start, are due and are expected, drawn on one line of time with a table that says the same."""
