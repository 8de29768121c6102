"""The thread of a record: what is asked of it, narrowed, and told as picture, list and table."""
