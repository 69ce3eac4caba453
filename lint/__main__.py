"""Run all rules over the checkout: `python -m lint` prints `file:line: rule: what to do`."""

import sys
from pathlib import Path, PurePosixPath

from lint.rules import RULES
from lint.source import Source

FOLDERS = ("libs", "services", "migrations")


def main(root: Path) -> int:
    """Return 1 if any rule is broken under `root`, else 0."""
    found = 0
    files = sorted(f for name in FOLDERS for f in (root / name).rglob("*") if f.is_file())
    for file in files:
        if file.suffix not in (".py", ".sql"):
            continue
        path = PurePosixPath(file.relative_to(root).as_posix())
        source = Source(path, file.read_text(encoding="utf-8"))
        for rule in RULES:
            for line, message in rule(source):
                print(f"{path}:{line}: {rule.__name__}: {message}")
                found += 1
    print(f"{found} broken" if found else "Our own rules: all kept.")
    return 1 if found else 0


sys.exit(main(Path(__file__).parent.parent))
