"""A file that is hashed while it is read: in a thread, since hashing lets others run."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, BinaryIO

_PIECE = 1 << 18  # bytes read at once


class Hashed:
    """``read`` gives the next piece; ``size`` and ``sha256`` are of all that was read. Not ``on``: size alone."""

    def __init__(self, file: BinaryIO, *, on: bool = True) -> None:
        self.size = 0
        self._file, self._on = file, on
        self._digest = hashlib.sha256()
        self._pool = ThreadPoolExecutor(1)
        self._last: Future[Any] | None = None

    def __enter__(self) -> Hashed:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def read(self) -> bytes:
        data = self._file.read(_PIECE)
        self.size += len(data)
        if self._on:
            if self._last:
                self._last.result()  # one piece behind, never more: memory stays flat
            self._last = self._pool.submit(self._digest.update, data)
        return data

    def sha256(self) -> str:
        if self._last:
            self._last.result()
        return f"sha256:{self._digest.hexdigest()}"
