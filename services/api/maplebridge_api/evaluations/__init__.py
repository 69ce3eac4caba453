"""Rubrics, runs, and what the evaluator publishes."""
