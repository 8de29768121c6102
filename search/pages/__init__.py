"""The pages of search, their files, and its API."""
