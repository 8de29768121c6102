"""Actions that may be the same: found, shown side by side, and decided."""
