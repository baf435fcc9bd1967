"""Two crawlers of one watch list would ask each host twice as often as it allows: the second is told so."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawler.alone import BEAT, Heartbeat, alone
from pipelines import clock
from pipelines.errors import CrawlerRunning
from pipelines.store.catalog import Catalog
from tests.running import crawling, stoppress, write_config
from tests.servers.raw_http import RawServer, page

SECOND = timedelta(seconds=1)
GOOD = page(b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed to all ships until further notice.</p>")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalog]:
    address = f"sqlite:///{tmp_path / 'catalog.db'}"
    if request.param == "postgresql":
        address = str(request.getfixturevalue("postgres_url"))
    with Catalog.open(address) as opened:
        yield opened


def heard_of(catalog: Catalog, at: datetime, *, worker: str = "other", ended: bool = False) -> None:
    catalog.remember_hosts([], worker=worker, now=at, ended=ended)


def looked(catalog: Catalog, meanwhile: Callable[[], None] = lambda: None) -> float:
    """How long it was looked who else is there."""
    waited: list[float] = []

    async def sleep(span: float) -> None:
        waited.append(span)
        meanwhile()

    heard_of(catalog, clock.machine(), worker="own")
    asyncio.run(alone(catalog, "own", catalog.running_beside("own"), sleep=sleep))
    return sum(waited)


def until(happened: Callable[[], bool]) -> None:
    for _ in range(1000):
        if happened():
            return
        time.sleep(0.01)


def two_spools(server: RawServer, folder: Path) -> tuple[Path, Path]:
    """Configs of one catalog, which watches /live, with a spool for each."""
    config, other = write_config(folder, server.route("/live", GOOD)), folder / "other.toml"
    stoppress("apply", str(config))
    other.write_text(config.read_text().replace("[archive]", '[archive]\nspool = "other"', 1))
    return config, other


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(days=-400), timedelta(days=400)])
@pytest.mark.parametrize("step", [SECOND, -3600 * SECOND])
def test_one_that_is_heard_of_again_is_named_whatever_its_clock_says(
    catalog: Catalog, ahead: timedelta, step: timedelta
) -> None:
    heard_of(catalog, clock.machine() + ahead)

    with pytest.raises(CrawlerRunning, match="the crawler other visits the pages of this catalog"):
        looked(catalog, lambda: catalog.is_alive("other", clock.machine() + ahead + step))


def test_one_that_ends_meanwhile_is_waited_for(catalog: Catalog) -> None:
    now = clock.machine()
    heard_of(catalog, now)

    assert looked(catalog, lambda: heard_of(catalog, now + SECOND, ended=True)) == 0.5


def test_one_that_was_killed_is_waited_for_once_and_begins_as_who_was_killed(catalog: Catalog) -> None:
    heard_of(catalog, clock.machine())
    first, second = looked(catalog), looked(catalog)
    last = catalog.last_run("other")

    assert first > 3 * BEAT  # it may have missed some
    assert second == 0
    assert last
    assert not last.ended
    catalog.remember_hosts([], worker="other", now=clock.machine(), begins=True)
    assert looked(catalog) > 0  # it is there again


@pytest.mark.parametrize(("worker", "ended"), [("own", False), ("other", True)])
def test_nobody_else_is_no_reason_to_wait(catalog: Catalog, worker: str, ended: bool) -> None:
    heard_of(catalog, clock.machine(), worker=worker, ended=ended)

    assert looked(catalog) == 0


def test_who_comes_later_is_no_reason_to_give_way(catalog: Catalog) -> None:
    assert looked(catalog, lambda: heard_of(catalog, clock.machine(), worker="later")) == 0


def test_a_crawler_with_its_hands_full_is_heard_of_all_the_same(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.alone.BEAT", 0.01)
    begun = clock.machine()
    heard_of(catalog, begun, worker="own")
    heart = Heartbeat(catalog, "own")
    heart.begin()
    until(lambda: catalog.running_beside("other")["own"] > begun)  # as an event loop that computes for long
    heart.end()

    assert catalog.running_beside("other")["own"] > begun


def test_one_that_slept_so_long_that_another_has_begun_finds_that_out(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.alone.BEAT", 0.01)
    heard_of(catalog, clock.machine())
    looked(catalog)
    heard_of(catalog, clock.machine())  # what it writes of hosts when it goes on tells nobody that it was there
    heart = Heartbeat(catalog, "other")
    heart.begin()
    until(lambda: heart.taken_over)
    heart.end()

    assert heart.taken_over


def test_the_first_of_two_ends_when_it_was_stopped_and_another_began(raw_server: RawServer, tmp_path: Path) -> None:
    config, other = two_spools(raw_server, tmp_path)
    with crawling(config, "--for", "80s") as first:
        raw_server.wait_for("/live")
        first.send_signal(signal.SIGSTOP)
        second = stoppress("crawl", "--once", config=other)
        first.send_signal(signal.SIGCONT)
        ended = first.wait(60)

    assert second.code == 0, second.err
    assert ended == 1
    assert "another one has begun in its place" in (tmp_path / "crawl.log").read_text()


def test_a_second_crawler_of_a_catalog_names_the_first(raw_server: RawServer, tmp_path: Path) -> None:
    config, other = two_spools(raw_server, tmp_path)
    with crawling(config, "--for", "60s") as first:
        raw_server.wait_for("/live")
        asked = len(raw_server.hits)
        second = stoppress("crawl", "--once", config=other)
        went_on = len(raw_server.hits) > asked
        first.send_signal(signal.SIGTERM)
        first.wait(60)
    third = stoppress("crawl", "--once", config=other)

    assert second.code == 1
    assert "a second one would ask their hosts twice as often" in second.err
    assert "Traceback" not in second.err
    assert went_on
    assert third.code == 0
