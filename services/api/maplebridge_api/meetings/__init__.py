"""Discussion days: attendance, tasks, ballots."""
