"""Probes: a URL beside the page is asked often, and the page only when that has changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.probes import Probes
from crawler.schedule import Probe
from crawler.watchlist import policy_of
from pipelines.errors import WatchlistError
from pipelines.model import Visit, Watch
from pipelines.store.catalog import Catalog
from pipelines.urlkey import urlkey
from tests.rebuilt import equals_its_catalog
from tests.running import crawl_until, stoppress, write_config
from tests.servers.raw_http import RawServer, page

URL = "https://example.org/live"
KEY = urlkey(URL)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HARBOUR = b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed.</p></body></html>"
WATCH = Watch(url=URL, schedule="probe 30s", min=timedelta(seconds=30), probe_url="https://example.org/state.json")


def visit(at: datetime, outcome: str = "archived") -> Visit:
    return Visit(id="1", url=URL, urlkey=KEY, started=at, outcome=outcome)  # type: ignore[arg-type]


def probed(probes: Probes, body: bytes, at: datetime, status: int = 200, *, then: str = "archived") -> bool:
    """One turn: whether the page was left alone."""
    same = probes.same(KEY, WATCH, status, body, at)
    probes.over(visit(at, "probed" if same else then))
    return same


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)


def test_the_page_is_left_alone_while_its_probe_says_the_same() -> None:
    probes = Probes()

    told = [probed(probes, body, minutes(n)) for n, body in enumerate([b"1", b"1", b"1", b"2", b"2", b"1"])]

    assert told == [False, True, True, False, True, False]


def test_not_modified_says_the_same_once_something_was_said() -> None:
    probes = Probes()

    assert [probes.knows(KEY), probed(probes, b"", minutes(0), 304)] == [False, False]
    assert [probed(probes, b"1", minutes(1)), probed(probes, b"", minutes(2), 304)] == [False, True]
    assert probes.knows(KEY)


def test_a_probe_that_lies_is_not_believed_for_longer_than_max() -> None:
    probes = Probes()

    told = [probed(probes, b"1", minutes(n)) for n in (0, 59, 60, 61)]

    assert told == [False, True, False, True]


@pytest.mark.parametrize("outcome", ["error", "truncated"])
def test_a_visit_that_brought_nothing_is_made_up_for(outcome: str) -> None:
    probes = Probes()
    probed(probes, b"1", minutes(0))
    probed(probes, b"2", minutes(1), then=outcome)

    assert [probed(probes, b"2", minutes(2)), probed(probes, b"2", minutes(3))] == [False, True]


@pytest.mark.parametrize("status", [301, 404, 500, 206])
def test_an_answer_that_is_none_leads_to_the_page(status: int) -> None:
    probes = Probes()
    probed(probes, b"1", minutes(0))

    assert not probed(probes, b"1", minutes(1), status)


def test_what_is_missing_or_too_much_is_refused_with_what_to_write() -> None:
    assert isinstance(policy_of(WATCH), Probe)
    with pytest.raises(WatchlistError, match="it needs probe_url"):
        policy_of(replace(WATCH, probe_url=""))
    with pytest.raises(WatchlistError, match="probe_url is only for"):
        policy_of(replace(WATCH, schedule="every 60s"))
    with pytest.raises(WatchlistError, match="faster than min"):
        policy_of(replace(WATCH, schedule="probe 5s"))
    with pytest.raises(WatchlistError, match="duration"):
        policy_of(replace(WATCH, schedule="probe soon"))


def answering(bodies: list[bytes]) -> Any:
    """One after the other, the last again and again."""
    left = list(bodies)

    async def answer(_reader: object, writer: Any) -> None:
        writer.write(page(left.pop(0) if len(left) > 1 else left[0], content_type="application/json"))
        await writer.drain()

    return answer


def crawled(server: RawServer, folder: Path, probe: Any, **more: str) -> tuple[list[dict[str, Any]], list[str]]:
    """A probe each second, until there were four visits: (visits, paths that were asked for)."""
    server.route("/robots.txt", page(b"", content_type="text/plain"))
    url = server.route("/live", page(HARBOUR))
    beside = server.route("/state.json", probe)
    config = write_config(folder, url)
    text = config.read_text().replace('schedule = "every 1s"', f'schedule = "probe 1s"\nprobe_url = "{beside}"')
    config.write_text(text)
    stoppress("apply", str(config))
    visits = crawl_until(config, lambda visits: len(visits) >= 4)
    return visits, [hit.path for hit in server.hits]


def test_in_a_crawl_only_a_probe_that_changes_leads_to_the_page(raw_server: RawServer, tmp_path: Path) -> None:
    visits, asked = crawled(raw_server, tmp_path, answering([b"1", b"1", b"2"]))

    outcomes = [visit["outcome"] for visit in visits]
    assert outcomes[:3] == ["archived", "probed", "revisit"]
    assert set(outcomes[3:]) <= {"probed"}
    assert asked.count("/live") == 2
    assert asked.count("/state.json") == len(visits)
    with Catalog.open(f"sqlite:///{tmp_path / 'archive' / 'catalog.db'}", read_only=True) as catalog:
        kept = catalog.visits(visits[0]["url"])
        [version] = catalog.versions(urlkey(visits[0]["url"]))
    assert {visit.why for visit in kept} == {"probe"}
    assert [capture.role for capture in kept[1].captures] == ["probe"]
    assert "answered as before" in kept[1].detail
    assert version.last_seen < kept[-1].started  # a probe is no look at the page
    equals_its_catalog(tmp_path / "stoppress.toml")


def test_a_probe_that_cannot_be_had_leads_to_the_page(raw_server: RawServer, tmp_path: Path) -> None:
    async def broken(_reader: object, writer: Any) -> None:
        writer.close()

    visits, asked = crawled(raw_server, tmp_path, broken)

    assert [visit["outcome"] for visit in visits[:2]] == ["archived", "revisit"]
    assert asked.count("/live") == len(visits)
