"""When a standing watch is over, by what the catalog knows of its page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.standing import Standing
from pipelines.config import load_config
from pipelines.keeper import Keeper
from pipelines.model import Visit, Watch
from pipelines.urlkey import urlkey
from tests.running import write_config

URL = "http://127.0.0.1/live"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    with Keeper(load_config(write_config(tmp_path))) as opened:
        opened.catalog.save_watches([Watch(url=URL, until="2h-idle")], now=NOW - timedelta(days=1))
        yield opened


def failed_look(hours: float, number: int = 1) -> Visit:
    """A visit this many hours ago that found no page to read."""
    return Visit(
        id=f"00000000-0000-0000-0000-{number:012}", url=URL, urlkey=urlkey(URL), started=NOW - timedelta(hours=hours),
        outcome="error", reason="http-status", reading="none", detail="404",
    )  # fmt: skip


def over(standing: Standing, now: datetime = NOW) -> list[str]:
    return [watch.url for watch, _ in standing.load(now)[2]]


def test_a_page_that_never_had_a_version_is_idle_since_its_first_visit(keeper: Keeper) -> None:
    keeper.catalog.visits_recorded([failed_look(2.5, 1), failed_look(0.5, 2)])

    assert over(Standing(keeper)) == [URL]
    assert [standing.state for standing in keeper.catalog.watches()] == ["ended"]


def test_a_page_first_visited_by_this_process_is_idle_since_then(keeper: Keeper) -> None:
    standing = Standing(keeper)
    before = over(standing)
    standing.saw(failed_look(0))
    standing.saw(failed_look(-1.9))

    assert before == []
    assert over(standing, NOW + timedelta(hours=1.9)) == []
    assert over(standing, NOW + timedelta(hours=2)) == [URL]


@pytest.mark.parametrize("order", ["resume", "apply"])
def test_what_had_ended_and_is_ordered_again_has_its_time_again(keeper: Keeper, order: str) -> None:
    keeper.catalog.visits_recorded([failed_look(2.5)])
    assert over(Standing(keeper)) == [URL]

    if order == "resume":
        keeper.catalog.set_watch_state(URL, "active", now=NOW)
    else:
        keeper.catalog.save_watches([Watch(url=URL, until="2h-idle")], now=NOW)

    assert over(Standing(keeper), NOW + timedelta(hours=1.9)) == []
    assert over(Standing(keeper), NOW + timedelta(hours=2)) == [URL]
