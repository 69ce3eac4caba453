"""Who holds which post, and the five steps of cross-appointment."""
