"""What a row of readings says, as plain computation: limits, special causes, variation and assurance."""
