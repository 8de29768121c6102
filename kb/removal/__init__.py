"""Taking records out of sight and bringing them back, and making one of two."""
