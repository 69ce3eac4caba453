"""Look at the whole checkout: `python -m lint` prints `file:line: rule: what to do`."""

import sys

from lint.rules import breaches

found = list(breaches())
for breach in found:
    print(breach)
print(f"{len(found)} breaches." if found else "Our own rules: all kept.")
sys.exit(1 if found else 0)
