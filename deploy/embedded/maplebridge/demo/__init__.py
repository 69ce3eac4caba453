"""The demo: a street's month from an empty folder to ratings that a department has verified."""
