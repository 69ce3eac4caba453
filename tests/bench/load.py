"""The load generator: a small HTTP/1.1 client over keep-alive connections, in a process of its own.

    python -m tests.bench.load PORT CONNECTIONS STATUS FILE

FILE holds requests, a line each: method, path and body, with tabs between; headers come first, as
lines that begin with a space. For every line on standard input, a number of seconds, it sends requests
for so long, going on in FILE where it stopped (again from the top at its end), and answers with a line:
how many were answered, in how many seconds. An answer with another status ends it with an error.
"""

import asyncio
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import uvloop

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


class Round:
    """One stretch of load: takes requests until its time is over."""

    def __init__(self, requests: Iterator[bytes], status: bytes, seconds: float) -> None:
        self.requests = requests
        self.status = status
        self.answered = 0
        self.begun = time.perf_counter()
        self.ends = self.begun + seconds
        self.open = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def next(self) -> bytes | None:
        """Give the next request, or none when the time is over."""
        return next(self.requests) if time.perf_counter() < self.ends else None

    def refused(self, answer: bytes) -> None:
        """End the round: an answer that nobody wants to measure."""
        if not self.done.done():
            self.done.set_exception(RuntimeError(answer.decode(errors="replace")))

    def closed(self, error: Exception | None) -> None:
        """Take note that a connection was closed; when all are, the round is over."""
        self.open -= 1
        if self.done.done():
            return
        if error is not None or time.perf_counter() < self.ends:
            self.done.set_exception(error or RuntimeError("the server closed the connection"))
        elif self.open == 0:
            self.done.set_result(None)


class Connection(asyncio.Protocol):
    """One connection with one request on its way at a time."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.received = b""
        self.whole = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.round.open += 1
        self._send()

    def _send(self) -> None:
        request = self.round.next()
        if request is None:
            self.transport.close()
        else:
            self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.received += data
        if self.whole < 0:
            head = self.received.find(b"\r\n\r\n")
            if head < 0:
                return
            length = _LENGTH.search(self.received, 0, head)
            self.whole = head + 4 + (int(length[1]) if length else 0)
        if len(self.received) < self.whole:
            return
        answer, self.received, self.whole = self.received, b"", -1
        if answer[9:12] != self.round.status:
            self.round.refused(answer)
            return
        self.round.answered += 1
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self.round.closed(exc)


def read_requests(file: Path) -> list[bytes]:
    """Write every line of the file as an HTTP request."""
    lines = file.read_text(encoding="utf-8").splitlines()
    headers = "".join(f"{line[1:]}\r\n" for line in lines if line.startswith(" "))
    return [_request(line, headers) for line in lines if not line.startswith(" ")]


def _request(line: str, headers: str) -> bytes:
    method, path, text = line.split("\t")
    body = text.encode()
    about = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return f"{method} {path} HTTP/1.1\r\nHost: bench\r\n{headers}{about}\r\n".encode() + body


def endless(requests: list[bytes]) -> Iterator[bytes]:
    """Go round and round."""
    while True:
        yield from requests


async def main(port: int, connections: int, status: bytes, file: Path) -> None:
    requests = endless(read_requests(file))
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        stretch = Round(requests, status, float(line))
        for _ in range(connections):
            await loop.create_connection(lambda: Connection(stretch), "127.0.0.1", port)  # noqa: B023
        await stretch.done
        print(stretch.answered, time.perf_counter() - stretch.begun, flush=True)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode(), Path(sys.argv[4])))
