"""The stages of the demo: what each is called, how long it took, and where it failed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from rich.console import Console

from maplebridge.trouble import Trouble


class Stages:
    """Times the stages and says when each is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.timings: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str, sentence: str) -> Iterator[None]:
        """Do one stage.

        Raises:
            Trouble: a part of it failed; says which stage, and why.
        """
        began = time.perf_counter()
        try:
            yield
        except (Trouble, httpx.HTTPError, TimeoutError) as error:
            why = str(error) or type(error).__name__
            raise Trouble(f"The demo failed at “{sentence}”: {why}") from error
        seconds = round(time.perf_counter() - began, 2)
        self.timings[name] = seconds
        self._console.print(f"[green]✓[/] {sentence} [dim]{seconds:.1f} s[/]")
