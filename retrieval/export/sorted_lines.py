"""Lines in order, however many there are."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import IO, Self

from pipelines.errors import StoppressError

_RUN = 50_000  # lines that are held and sorted at once


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
                f"{tempfile.gettempdir()} cannot take a list of records: {e.strerror}; name another folder in TMPDIR"
            ) from e
        self._runs.append(run)
        self._held = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()
