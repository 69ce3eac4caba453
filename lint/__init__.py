"""Rules of this house that no general linter knows. Each has a test: tests/lint/."""
