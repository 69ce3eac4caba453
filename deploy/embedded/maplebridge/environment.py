"""What every process of ours inherits from the shell that started `maplebridge`."""

import os


def inherited() -> dict[str, str]:
    """Give the shell's settings without ours and PostgreSQL's: a part sees only its own of those.

    A proxy for the way out (WeChat, OIDC) must not catch the calls between our own parts.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAPLEBRIDGE_", "PG"))
    }
    direct = [kept.get("NO_PROXY") or kept.get("no_proxy"), "127.0.0.1", "localhost"]
    no_proxy = ",".join(host for host in direct if host)
    return {**kept, "NO_PROXY": no_proxy, "no_proxy": no_proxy, "PYTHONUNBUFFERED": "1"}


def ours() -> dict[str, str]:
    """Give the settings of Maple Bridge in this shell."""
    return {name: value for name, value in os.environ.items() if name.startswith("MAPLEBRIDGE_")}
