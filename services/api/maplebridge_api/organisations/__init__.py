"""Organisations, their posts, and service contracts."""
