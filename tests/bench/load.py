"""Requests over kept connections, as many as are answered in a time; a process of its own, so that it is not measured.

Its task comes as JSON on standard input: ``host``, ``port``, ``headers``, ``paths``, ``connections``, ``seconds``.
Prints one line of JSON: requests, seconds, bytes of bodies, errors, p50 and p99 in ms, ms to the first body byte.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Tally:
    times: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    bytes: int = 0
    errors: int = 0


class Connection:
    """One at a time, HTTP/1.1; opened anew where the server has closed it."""

    def __init__(self, host: str, port: int, headers: str) -> None:
        self._at, self._headers = (host, port), headers
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str) -> tuple[int, int, float]:
        """Status, bytes of the body, and when its first byte came. OSError, EOFError: no answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._at, limit=1 << 24)
        reader, writer = self._streams
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._at[0]}:{self._at[1]}\r\n{self._headers}\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        fields = dict(line.split(b": ", 1) for line in lines[1:-2])
        if fields.get(b"transfer-encoding") == b"chunked":
            size, first = await self._chunks(reader)
        elif b"content-length" in fields:
            size = len(await reader.readexactly(int(fields[b"content-length"])))
            first = time.perf_counter()
        else:  # to the end of the connection
            size = len(await reader.read(-1))
            first = time.perf_counter()
            self.close()
        if fields.get(b"connection") == b"close":
            self.close()
        return int(lines[0].split()[1]), size, first

    async def _chunks(self, reader: asyncio.StreamReader) -> tuple[int, float]:
        size, first = 0, 0.0
        while True:
            length = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
            size += len(await reader.readexactly(length + 2)) - 2
            first = first or time.perf_counter()
            if length == 0:
                return size, first

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
            self._streams = None


async def _keep_asking(connection: Connection, paths: Iterator[str], until: float, tally: Tally) -> None:
    while (begun := time.perf_counter()) < until:
        try:
            status, size, first = await connection.ask(next(paths))
        except (OSError, EOFError):
            tally.errors += 1
            connection.close()
            continue
        tally.times.append(time.perf_counter() - begun)
        tally.first.append(first - begun)
        tally.bytes += size
        tally.errors += status != 200
    connection.close()


async def run(task: dict[str, Any]) -> dict[str, float]:
    tally, paths = Tally(), itertools.cycle(task["paths"])
    headers = "".join(f"{name}: {value}\r\n" for name, value in task.get("headers", {}).items())
    connections = [Connection(task["host"], task["port"], headers) for _ in range(task["connections"])]
    begun = time.perf_counter()
    until = begun + task["seconds"]
    await asyncio.gather(*(_keep_asking(one, paths, until, tally) for one in connections))
    taken = time.perf_counter() - begun
    return {
        "requests": len(tally.times), "seconds": taken, "bytes": tally.bytes, "errors": tally.errors,
        "p50": _share(tally.times, 0.5), "p99": _share(tally.times, 0.99), "first": _share(tally.first, 0.5),
    }  # fmt: skip


def _share(times: list[float], share: float) -> float:
    """In milliseconds."""
    return sorted(times)[int(len(times) * share)] * 1000 if times else float("nan")


if __name__ == "__main__":
    with contextlib.suppress(ImportError):
        import uvloop

        uvloop.install()
    print(json.dumps(asyncio.run(run(json.load(sys.stdin)))))
