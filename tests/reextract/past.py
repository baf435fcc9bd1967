"""An archive as an earlier extractor left it: its versions say who read them, and some of them what is not so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipelines.model import Unreadable, Version
from tests.rebuild import kept

OLD = "stoppress-extract/0"


def read_otherwise(monkeypatch: pytest.MonkeyPatch, how: Callable[[Version], Version | Unreadable]) -> None:
    """From now on visits are read by an extractor of before: ``how`` makes its reading of today's."""
    today = kept.read

    def read(block: bytes, url: str, at: object) -> Version | Unreadable:
        found = today(block, url, at)  # type: ignore[arg-type]
        return found if isinstance(found, Unreadable) else how(replace(found, extractor=OLD))

    monkeypatch.setattr(kept, "read", read)


def without_the_last(version: Version) -> Version:
    """It missed the last update of a page that has several."""
    return replace(version, updates=version.updates[:-1]) if len(version.updates) > 1 else version
