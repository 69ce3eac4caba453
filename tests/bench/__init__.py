"""`make bench`: the service beside a strict reference, both measured in turn on one machine."""
