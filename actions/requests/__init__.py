"""Change requests: asking for a change of an action, who decides it, and what becomes of it."""
