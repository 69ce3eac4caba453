"""Credit records, results, notice, confirmation, signed statements."""
