"""The API: the only writer of the database."""
