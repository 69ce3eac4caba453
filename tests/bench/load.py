"""A load of requests from a process of its own: keep-alive connections, each asks when answered."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from itertools import cycle


class Connection(asyncio.Protocol):
    """One connection that sends the next request as soon as the last is answered."""

    def __init__(self, requests: Iterator[bytes], load: "Load") -> None:
        self._requests = requests
        self._load = load
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._buffer = body[length:]
        self._load.answered(head[9:12], body)
        if time.perf_counter() < self._load.until:
            self._transport.write(next(self._requests))
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.left.set_result(None) if self._load.last() else None


class Load:
    """Counts answers for some seconds."""

    def __init__(self, connections: int, seconds: float) -> None:
        self.until = time.perf_counter() + seconds
        self.count = 0
        self._open = connections
        self.left: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def answered(self, status: bytes, body: bytes) -> None:
        if status[:1] != b"2":
            raise SystemExit(f"refused: {status!r} {body[:500]!r}")
        self.count += 1

    def last(self) -> bool:
        self._open -= 1
        return self._open == 0


async def run(port: int, connections: int, seconds: float, requests: list[bytes]) -> float:
    """Return the requests a second that were answered."""
    load = Load(connections, seconds)
    begun = time.perf_counter()
    sent = cycle(requests)
    for _ in range(connections):
        await asyncio.get_running_loop().create_connection(
            lambda: Connection(sent, load), "127.0.0.1", port
        )
    await load.left
    return load.count / (time.perf_counter() - begun)


def main() -> None:
    """Read the order from standard input; print the rate."""
    order = json.load(sys.stdin)
    requests = [request.encode() for request in order.pop("requests")]
    sys.stdout.write(f"{asyncio.run(run(requests=requests, **order))}\n")


if __name__ == "__main__":
    main()
