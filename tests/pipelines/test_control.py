"""Orders as they are written to the store, and read again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.control import watch_from_json, watch_to_json
from pipelines.model import Watch
from pipelines.units import duration, spell


@pytest.mark.parametrize(
    "watch",
    [
        Watch(url="https://a.example/"),
        Watch(
            url="https://a.example/", schedule="cron */10 6-23 * * *", min=timedelta(seconds=59, microseconds=123456),
            max=timedelta(days=3, hours=1, milliseconds=250), from_=datetime(2026, 1, 3, 1, 2, 3, 4, tzinfo=UTC),
            until="48h-idle", timezone="Europe/London", weight=0.1 + 0.2, tags=("a", "b"), requisites=True,
        ),
    ],
)  # fmt: skip
def test_a_watch_comes_back_as_it_was(watch: Watch) -> None:
    assert watch_from_json(watch_to_json(watch)) == watch


@pytest.mark.parametrize("change", [{"min": 5}, {"min": "soon"}, {"tags": 5}, {"from": "then"}])
def test_what_is_no_watch_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        watch_from_json(watch_to_json(Watch(url="https://a.example/")) | change)


@pytest.mark.parametrize("micros", [1, 10, 999_999, 1_000_000, 59_123_456, 3_600_000_001, 86_400_000_000])
def test_a_span_is_spelled_exactly(micros: int) -> None:
    span = timedelta(microseconds=micros)

    assert duration(spell(span)) == span
