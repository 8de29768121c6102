"""Which themes, sources and actions the priorities of a plan are joined with, as a matrix."""
