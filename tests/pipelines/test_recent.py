"""A dict that forgets."""

from __future__ import annotations

import pytest

from pipelines import recent
from pipelines.recent import Recent


def test_what_was_set_longest_ago_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "LIMIT", 3)
    known: Recent[str, int] = Recent()
    for name in ("a", "b", "c", "a", "d"):
        known[name] = 1

    assert list(known) == ["c", "a", "d"]
