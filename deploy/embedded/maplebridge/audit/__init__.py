"""Checking the event log: from its rows and the heads that were signed, without trusting the database."""

from .verify import Street, verify

__all__ = ["Street", "verify"]
