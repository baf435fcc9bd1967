"""Answers from memory: only while nothing was written since, and only so many bytes of them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from pipelines.store.catalog import Catalog
from pipelines.takedowns import Takedown
from retrieval.web.again import Again
from tests.bench.captures import at, make, url_of
from tests.retrieval.web.conftest import served


def test_another_generation_forgets_all_and_one_that_cannot_be_told_keeps_nothing() -> None:
    again, given = Again[bytes](100, len), b"line"
    assert again.get(1, "a") is None
    again.keep(1, "a", given)

    assert again.get(1, "a") == given
    again.keep(2, "b", given)  # made of what was there before
    assert again.get(1, "b") is None
    assert again.get(2, "a") is None
    assert again.get(None, "a") is None
    again.keep(None, "a", given)
    assert again.get(None, "a") is None


def test_it_holds_only_so_many_bytes_and_what_was_asked_for_last() -> None:
    again = Again[bytes](30, len)
    again.get(1, 0)
    for number in range(5):
        again.keep(1, number, b"x" * 10)
        again.get(1, 0)

    assert [number for number in range(5) if again.get(1, number)] == [0, 3, 4]


def test_a_catalog_that_was_replaced_is_the_one_that_is_asked(tmp_path: Path) -> None:
    """By a copy of yesterday, or by one that was made anew: what was opened before is another file."""
    config = make(tmp_path, pages=2, looks=3, body=500)
    path = tmp_path / "archive" / "catalog.db"
    asked = [f"/cdx/search/cdx?url={url_of(1)}", f"/web/{at(1):%Y%m%d%H%M%S}id_/{url_of(1)}"]
    with served(config) as (service, _):
        before = [service.get(asked[0]).status, service.kept(asked[1]).status]
        shutil.copy(path, tmp_path / "new.db")
        with Catalog.open(f"sqlite:///{tmp_path}/new.db") as catalog:
            told = {"id": "t", "scope": "page", "url": url_of(1), "urlkey": "test,news)/live/00001", "actor": "editor"}
            catalog.takedown_added(Takedown(**told, at=at(60), reason="error"))  # type: ignore[arg-type]
        for name in ("catalog.db-wal", "catalog.db-shm"):
            (tmp_path / "archive" / name).unlink(missing_ok=True)
        (tmp_path / "new.db").replace(path)
        after = [service.get(asked[0]).text, service.kept(asked[1]).status]

    assert before == [200, 200]
    assert after == ["", 451]


def test_what_a_crawler_or_a_takedown_writes_is_seen_by_the_next_who_asks(tmp_path: Path) -> None:
    config = make(tmp_path, pages=2, looks=3, body=500)
    ask = f"/cdx/search/cdx?url={url_of(1)}"
    with served(config) as (service, _), Catalog.open(f"sqlite:///{tmp_path}/archive/catalog.db") as catalog:
        before = [service.get(ask).text for _ in range(2)]
        first, *_ = catalog.captures("test,news)/live/00001")
        catalog.captures_added([replace(first, record_id="urn:uuid:new", timestamp=at(50))])
        one_more = service.get(ask).text
        told = {"id": "t", "scope": "page", "url": url_of(1), "urlkey": first.urlkey, "actor": "editor"}
        catalog.takedown_added(Takedown(**told, at=at(60), reason="error"))  # type: ignore[arg-type]
        taken = [service.get(ask).text for _ in range(2)]

    assert [len(text.splitlines()) for text in (*before, one_more, *taken)] == [3, 3, 4, 0, 0]
