"""A thread on a canvas that can be moved about in."""
