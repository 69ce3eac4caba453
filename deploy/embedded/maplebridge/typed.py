"""What the operator types to call the command again: as they called it this time."""

import shlex
import shutil
import sys
from pathlib import Path

#: The data folder of every call that names no other.
DATA = Path(".maplebridge")


def typed(*words: str, data: Path | None = None) -> str:
    """Write a call of the command that works where this one was typed.

    The data folder is named if it is not the one that a call takes by itself.
    """
    other = data is not None and data.absolute() != DATA.absolute()
    where = ["--data", _short(data)] if data and other else []
    return shlex.join([*_program(), *words, *where])


def _program() -> list[str]:
    called = Path(sys.argv[0])
    if called.name != "maplebridge":  # not the script, so the module
        return [_short(Path(sys.executable)), "-m", "maplebridge"]
    found = shutil.which("maplebridge")
    return ["maplebridge"] if found and Path(found).samefile(called) else [_short(called)]


def _short(path: Path) -> str:
    """Write a path from here if it lies below; never as a bare name, which a shell looks up."""
    here = Path.cwd()
    if not path.absolute().is_relative_to(here):
        return str(path.absolute())
    below = path.absolute().relative_to(here)
    return str(below) if len(below.parts) > 1 else f"./{below}"
