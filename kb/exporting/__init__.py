"""What goes out as documents: a plan’s mapping, its actions, and a record on one page, for Word."""
