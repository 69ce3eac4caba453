"""A stream that can be looked into a little ahead."""

from collections import deque
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Window(Generic[Item]):
    """Reads a stream once, in order, and holds no more of it than was looked at ahead."""

    def __init__(self, source: AsyncIterator[Item]) -> None:
        self._source = source
        self._ahead: deque[Item] = deque()

    async def peek(self, steps: int = 0) -> Item | None:
        """Return the item that comes after so many others; None behind the end."""
        while len(self._ahead) <= steps:
            try:
                self._ahead.append(await anext(self._source))
            except StopAsyncIteration:
                return None
        return self._ahead[steps]

    def drop(self, count: int = 1) -> None:
        """Go on past items that were looked at."""
        for _ in range(count):
            self._ahead.popleft()
