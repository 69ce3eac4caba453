"""`python -m maplebridge`: the same as `maplebridge`.

Console scripts begin with a `#!` line that breaks in paths with spaces, so our own processes
and the Makefile use this form.
"""

from maplebridge.cli import app

app(prog_name="maplebridge")
