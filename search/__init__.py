"""Finding records by words, kept in step with the database."""
