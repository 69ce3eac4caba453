"""The sample street: 天桥街街道 built from a seed number, and loaded through the API."""

#: The street that the demo and the documentation show.
SEED = 256
