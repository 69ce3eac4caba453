"""What stops the command, said so that the operator knows what to do."""


class Trouble(Exception):
    """One or two sentences for the operator; the command prints them and exits with 1."""
