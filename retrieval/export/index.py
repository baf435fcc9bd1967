"""The index of a WACZ: sorted CDXJ lines in gzip members of a few hundred, and where each member lies.

So a reader fetches the second file, which is small, and of the first the one member that it needs.
"""

from __future__ import annotations

import gzip
import heapq
import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from types import TracebackType
from typing import IO, Self

from pipelines.errors import StoppressError

from .warc import Sink

INDEX = "index.cdx.gz"
_RUN = 50_000  # lines that are held and sorted at once
_BLOCK = 300  # lines of one gzip member, as cdxj-indexer has it


class SortedLines:
    """Any number of lines in the order of their bytes; what does not fit into memory waits in TMPDIR."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._runs: list[IO[bytes]] = []
        self._files = ExitStack()

    def add(self, line: bytes) -> None:
        """``line`` ends with its only line end. StoppressError: no room in TMPDIR."""
        self._held.append(line)
        if len(self._held) >= _RUN:
            self._spill()

    def __iter__(self) -> Iterator[bytes]:
        self._held.sort()
        for run in self._runs:
            run.seek(0)
        return heapq.merge(*self._runs, self._held)

    def _spill(self) -> None:
        self._held.sort()
        try:
            run = self._files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
            run.writelines(self._held)
            run.flush()
        except OSError as e:
            raise StoppressError(
                f"{tempfile.gettempdir()} cannot take an index: {e.strerror}; name another folder in TMPDIR"
            ) from e
        self._runs.append(run)
        self._held = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()


def write_index(sink: Sink, lines: Iterator[bytes]) -> list[str]:
    """The members; gives back the lines of the second file."""
    told, at = [f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': INDEX})}\n"], 0
    while block := list(islice(lines, _BLOCK)):
        data = gzip.compress(b"".join(block), mtime=0)
        sink.write(data)
        key = b" ".join(block[0].split(b" ", 2)[:2]).decode()
        told.append(f"{key} {json.dumps({'offset': at, 'length': len(data), 'filename': INDEX})}\n")
        at += len(data)
    return told
