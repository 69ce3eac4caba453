"""The sample street: 天桥街街道 built from a seed number, and loaded through the API."""
