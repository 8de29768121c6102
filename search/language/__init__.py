"""What a question means: its words, its filters, and the language of the field."""
