"""Where the thread of a plan is broken, who should act, and what mends it."""
