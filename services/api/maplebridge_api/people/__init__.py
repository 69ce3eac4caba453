"""Holders of posts and parties of disputes."""
