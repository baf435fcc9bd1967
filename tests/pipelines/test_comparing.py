"""Groups of readings of which one cannot be saved: the others are asked about again, and stay what they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.comparing import compare_all
from pipelines.errors import CatalogError
from pipelines.model import Capture, Update, Version, Visit
from pipelines.settled import Settled
from pipelines.store.catalog import Catalog

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)
URL, KEY = "http://news.test/live", "test,news)/live"


def read(number: int, words: str) -> Visit:
    at = NOON + timedelta(minutes=number)
    capture = Capture(
        urlkey=KEY, timestamp=at, url=URL, record_id=f"urn:uuid:r{number}", digest=f"sha256:{number}", filename="f",
        offset=number, length=1, status=200, visit_id=f"v{number}",
    )  # fmt: skip
    version = Version(url=URL, at=at, headline=words, updates=(Update(text=words, key="id:1"),), extractor="x 1")
    return Visit(
        id=f"v{number}", url=URL, urlkey=KEY, started=at, outcome="archived", status=200, captures=(capture,),
        reading="version", version=version,
    )  # fmt: skip


def test_a_version_that_was_saved_is_not_unchanged_when_it_is_asked_about_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Settled] = []
    with Catalog.open(f"sqlite:///{tmp_path / 'c.db'}") as catalog:
        save, count = Catalog.visits_read, iter(range(100))

        def second_fails(self: Catalog, *args: Any, **more: Any) -> list[Visit]:
            if next(count) == 1:
                raise CatalogError("not now")
            return save(self, *args, **more)

        monkeypatch.setattr(Catalog, "visits_read", second_fails)
        with pytest.raises(CatalogError):
            compare_all([read(1, "one"), read(2, "two")], catalog, kept.append)

        again = [compare_all([visit], catalog, kept.append)[0] for visit in (read(1, "one"), read(2, "two"))]

        assert [(visit.reading, visit.version_seq) for visit in again] == [("version", 1), ("version", 2)]
        assert [visit.reading for visit in catalog.visits()] == ["version", "version"]
    assert [(what.visit_id, what.number) for what in kept] == [("v1", 1), ("v2", 2)]
