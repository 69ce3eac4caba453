"""Rules of our own that no tool knows: `python -m lint` names every breach and fails if there is one."""
