"""The steering group's review: its meetings, the round of answers before them, packs, decisions and minutes."""
