"""Cases from report to closure."""
