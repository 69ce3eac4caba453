"""The rules of the 256 method, pure: no I/O, no framework, no database."""
