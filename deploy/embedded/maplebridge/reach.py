"""The installation on a data folder from outside: where it answers, or how to start it."""

from dataclasses import dataclass
from pathlib import Path

from maplebridge import secrets, state
from maplebridge.folder import DataFolder
from maplebridge.secrets import Secrets
from maplebridge.trouble import Trouble
from maplebridge.typed import typed


@dataclass(frozen=True)
class Reached:
    """An installation that runs."""

    url: str
    secrets: Secrets


def reach(data: Path) -> Reached:
    """Find what runs on a data folder.

    Raises:
        Trouble: nothing does; says how to start it.
    """
    folder = DataFolder.at(data)
    known = state.read(folder.state)
    if known is None or not folder.is_running():
        raise Trouble(f"Nothing runs on {folder.root}: start it with `{start(folder)}`.")
    return Reached(known.url, secrets.load(folder.secrets))


def start(folder: DataFolder) -> str:
    """Write the call that starts an installation: a sandbox starts as one, or not at all."""
    sandbox = folder.secrets.exists() and secrets.load(folder.secrets).sandbox
    return typed("up", *(["--sandbox"] if sandbox else []), data=folder.root)
