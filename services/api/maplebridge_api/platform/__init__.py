"""What three or more slices stand on, one idea a file."""
