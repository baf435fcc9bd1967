"""Two crawlers of one watch list would ask each host twice as often as it allows: the second is told so."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.alone import LONG_AGO, alone
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


@pytest.mark.parametrize("ahead", [timedelta(), -3 * timedelta(minutes=1), 3 * timedelta(minutes=1)])
def test_one_that_is_heard_of_again_is_named_also_where_its_clock_is_wrong(catalog: Catalog, ahead: timedelta) -> None:
    told = [clock.machine() + ahead]
    heard_of(catalog, told[0])

    def goes_on(_: float) -> None:
        told.append(told[-1] + SECOND)
        heard_of(catalog, told[-1])

    with pytest.raises(CrawlerRunning, match="the crawler other visits the pages of this catalog"):
        alone(catalog, "own", sleep=goes_on)


def test_one_that_ends_meanwhile_is_waited_for(catalog: Catalog) -> None:
    now = clock.machine()
    heard_of(catalog, now)
    waited: list[float] = []

    def ends(span: float) -> None:
        waited.append(span)
        heard_of(catalog, now + SECOND, ended=len(waited) == 1)

    alone(catalog, "own", sleep=ends)

    assert len(waited) == 1


def test_one_that_was_killed_is_waited_for_a_while(catalog: Catalog) -> None:
    heard_of(catalog, clock.machine())
    waited: list[float] = []

    alone(catalog, "own", sleep=waited.append)

    assert sum(waited) >= 9  # three times as long as it takes to be heard of


@pytest.mark.parametrize(
    ("worker", "ago", "ended"),
    [("own", timedelta(), False), ("other", LONG_AGO, False), ("other", -LONG_AGO, False), ("other", SECOND, True)],
)
def test_nobody_else_is_no_reason_to_wait(catalog: Catalog, worker: str, ago: timedelta, ended: bool) -> None:
    heard_of(catalog, datetime.now(UTC) - ago - ago / 100, worker=worker, ended=ended)

    def never(_: float) -> None:
        raise AssertionError("it waits")

    alone(catalog, "own", sleep=never)


def test_a_second_crawler_of_a_catalog_names_the_first(raw_server: RawServer, tmp_path: Path) -> None:
    url = raw_server.route("/live", GOOD)
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))
    other = tmp_path / "other.toml"
    other.write_text(config.read_text().replace("[archive]", '[archive]\nspool = "other"', 1))
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
