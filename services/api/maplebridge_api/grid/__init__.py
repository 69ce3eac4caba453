"""The tree of grids and the households in its units."""
