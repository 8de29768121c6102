"""Loading what the founding documents say into an empty or a used knowledge base."""
