"""What is made of what the index finds: hits, excerpts, and the answer in SQL while the index mends."""
