"""The thread from source to measure: what rests on what, where it stops, and its picture."""
