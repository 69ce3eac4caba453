"""Check the whole checkout."""

import sys

from lint.rules import breaches

found = [breach for rule in breaches() for breach in rule]
for breach in found:
    sys.stdout.write(f"{breach}\n")
sys.stdout.write(f"lint: {len(found)} breaches of our own rules\n")
sys.exit(1 if found else 0)
