"""Pages of the knowledge base: one module per subject, each with a blueprint called `bp`."""
