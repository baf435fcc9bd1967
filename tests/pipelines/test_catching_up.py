"""Kept but not read: the next start reads it, and the page's history goes on in order."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.catching_up import catch_up
from pipelines.config import load_config
from pipelines.keeper import Keeper
from pipelines.model import Exchange, Visit
from pipelines.store.catalog import Catalog
from pipelines.urlkey import urlkey
from tests.running import write_config

URL = "http://127.0.0.1/live"
BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def keep(keeper: Keeper, number: int) -> None:
    """A visit as a crawler leaves it that dies right after the acknowledgement."""
    started = BEGAN + timedelta(minutes=number)
    body = f"<html><body><h1>Storm</h1><p>{number} ships wait outside the closed harbour this evening.</p>".encode()
    exchange = Exchange(
        url=URL, started=started, request=b"GET /live HTTP/1.1\r\n\r\n", status=200,
        response=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body,
    )  # fmt: skip
    visit = Visit(id=str(uuid.uuid4()), url=URL, urlkey=urlkey(URL), started=started, exchange=exchange)
    keeper.recorder.starting([visit]).result()
    keeper.recorder.exchange(exchange, visit_id=visit.id, role="page")
    kept = keeper.recorder.visit(visit).result()
    assert kept is not None
    assert (kept.outcome, kept.reading) == ("archived", None)


def test_what_was_kept_but_not_read_is_read_at_the_next_start(tmp_path: Path) -> None:
    config = load_config(write_config(tmp_path, URL))
    with Keeper(config) as keeper:
        keep(keeper, 3)
        keep(keeper, 4)

    with Keeper(config) as keeper:
        assert catch_up(keeper) == 2
        versions = keeper.catalog.versions(urlkey(URL))
        changes = list(keeper.catalog.changes())
        assert catch_up(keeper) == 0

    assert [version.seq for version in versions] == [1, 2]
    assert [(c.from_seq, c.to_seq) for c in changes] == [(1, 2)]
    assert changes[0].change.seen_after == BEGAN + timedelta(minutes=3)
    assert changes[0].change.seen_by == BEGAN + timedelta(minutes=4)


def test_what_lies_in_another_crawlers_spool_is_left_to_that_one(tmp_path: Path) -> None:
    path = write_config(tmp_path, URL)
    ours, theirs = load_config(path), path.with_name("other.toml")
    theirs.write_text(path.read_text().replace("[archive]", '[archive]\nspool = "other"', 1))
    with Keeper(ours) as keeper:
        keep(keeper, 3)
        with Keeper(load_config(theirs)) as other:
            assert catch_up(other) == 0
        assert [visit.reading for visit in keeper.catalog.visits()] == [None]
        assert catch_up(keeper) == 1
        keep(keeper, 4)

    with Keeper(load_config(theirs)) as other:  # by now it lies in the store, for everybody
        assert catch_up(other) == 1
        assert [visit.reading for visit in other.catalog.visits()] == ["version", "version"]


def test_a_start_that_finds_started_visits_of_its_own_spool_ends_them(tmp_path: Path) -> None:
    config = load_config(write_config(tmp_path, URL))
    visit = Visit(id=str(uuid.uuid4()), url=URL, urlkey=urlkey(URL), started=BEGAN)
    with Keeper(config) as keeper:
        keeper.recorder.starting([visit]).result()

    with Keeper(config) as keeper:
        assert keeper.recovered.abandoned == 1
        ended = keeper.catalog.visits(URL)

    assert [(v.outcome, v.reason, v.reading) for v in ended] == [("error", "abandoned", "none")]


def test_a_spool_that_is_full_does_not_keep_the_start_from_sending_what_fills_it(tmp_path: Path) -> None:
    path = write_config(tmp_path, URL)
    path.write_text(path.read_text().replace("[archive]", '[archive]\nspool_limit = "60kB"', 1))
    config = load_config(path)
    visit = Visit(id=str(uuid.uuid4()), url=URL, urlkey=urlkey(URL), started=BEGAN)
    with Keeper(config) as keeper:
        keeper.recorder.starting([visit]).result()
    (config.archive.spool / "ballast.warc.gz").write_bytes(bytes(60_001))

    with Keeper(config) as keeper:
        assert keeper.recovered.abandoned == 1
        ended = keeper.catalog.visits(URL)

    assert [(v.outcome, v.reason, v.reading) for v in ended] == [("error", "storage", "none")]
    assert "the crawler died during this visit" in ended[0].detail
    assert "spool_limit" in ended[0].detail


def test_a_start_that_fails_lets_go_of_all_that_it_had_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(write_config(tmp_path, URL))
    before = set(threading.enumerate())
    with monkeypatch.context() as broken:
        broken.setattr(Catalog, "unfinished_visits", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            Keeper(config)

    assert {thread.name for thread in set(threading.enumerate()) - before} == set()
    with Keeper(config) as keeper:
        assert keeper.recovered.files == 0
