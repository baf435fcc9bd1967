"""A page that was cut is looked at once more, out of turn and within its bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from crawler.agenda import Agenda, Due
from crawler.schedule import deserves_another, is_refusal
from pipelines.config import load_config
from pipelines.model import Visit, Watch
from pipelines.opened import open_catalog
from pipelines.urlkey import urlkey
from tests.running import crawl_until, stoppress, write_config
from tests.servers.raw_http import RawServer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
URL = "https://news.example.org/live"
KEY = urlkey(URL)


def started(schedule: str = "every 1h", least: timedelta = MINUTE) -> tuple[Agenda, Due]:
    """An agenda with one page, whose first visit has begun."""
    agenda = Agenda()
    agenda.set([Watch(url=URL, schedule=schedule, min=least)], {}, NOW)
    due = agenda.pop(NOW)
    assert due
    return agenda, due


def test_a_cut_page_is_looked_at_once_more_before_its_next_turn() -> None:
    agenda, first = started()

    agenda.ended(KEY, NOW + 5 * SECOND, cut=True)

    assert agenda.pop(NOW + 59 * SECOND) is None
    again = agenda.pop(NOW + MINUTE)
    assert (again and again.scheduled, again and again.why) == (first.scheduled + MINUTE, "retry")


def test_a_second_cut_waits_for_the_schedule_as_if_the_retry_had_not_been() -> None:
    for cut in (True, False):
        agenda, _ = started()
        other, _ = started()
        other.ended(KEY, NOW + 5 * SECOND)
        agenda.ended(KEY, NOW + 5 * SECOND, cut=True)
        agenda.pop(NOW + MINUTE)

        agenda.ended(KEY, NOW + MINUTE + SECOND, cut=cut)

        assert agenda.next_at() == other.next_at()
        at = agenda.next_at()
        turn = agenda.pop(at) if at else None
        assert turn
        assert turn.why == "every"
        agenda.ended(KEY, turn.scheduled, cut=True)  # another trouble, another retry
        assert agenda.next_at() == turn.scheduled + MINUTE


def test_a_retry_waits_a_minute_or_half_the_interval_and_never_less_than_min() -> None:
    waits = {}
    for schedule, least in (("every 1h", SECOND), ("every 40s", SECOND), ("every 1h", 5 * MINUTE)):
        agenda, first = started(schedule, least)
        agenda.ended(KEY, NOW + SECOND, begun=NOW, cut=True)
        at = agenda.next_at()
        waits[schedule, least] = at - first.scheduled if at else None

    assert waits["every 1h", SECOND] == MINUTE
    assert waits["every 40s", SECOND] in (20 * SECOND, turn_of("every 40s", SECOND) - NOW)
    assert waits["every 1h", 5 * MINUTE] == 5 * MINUTE


def turn_of(schedule: str, least: timedelta) -> datetime:
    """The next turn of a page that was visited at noon, without any retry."""
    agenda, _ = started(schedule, least)
    agenda.ended(KEY, NOW + SECOND, begun=NOW)
    at = agenda.next_at()
    assert at
    return at


def visit(outcome: Any, reason: str | None = None, status: int | None = None, reading: Any = None) -> Visit:
    return Visit(id="v1", url=URL, urlkey=KEY, started=NOW, outcome=outcome, reason=reason, status=status,
                 reading=reading)  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "again"),
    [
        (visit("error", "http-status", 500), True),
        (visit("error", "http-status", 502), True),
        (visit("error", "http-status", 504), True),
        (visit("error", "protocol"), True),  # closed or reset before an answer
        (visit("truncated", "disconnect", 200), True),
        (visit("truncated", "too-large", 200), False),
        (visit("error", "http-status", 503), False),  # the governor's
        (visit("error", "http-status", 429), False),
        (visit("error", "http-status", 404), False),
        (visit("error", "http-status", 410), False),
        (visit("error", "http-status", 403), False),
        (visit("error", "connect"), False),
        (visit("error", "robots"), False),
        (visit("archived", None, 200), False),
    ],
)
def test_what_is_looked_at_once_more_out_of_turn(seen: Visit, again: bool) -> None:
    assert deserves_another(seen) is again


@pytest.mark.parametrize(
    ("seen", "refused"),
    [
        (visit("error", "http-status", 401), True),
        (visit("error", "http-status", 403), True),
        (visit("archived", None, 200, "refused"), True),  # a challenge
        (visit("archived", None, 200, "version"), False),
        (visit("error", "http-status", 500), False),
        (visit("error", "timeout"), None),
    ],
)
def test_what_is_a_refusal(seen: Visit, refused: bool | None) -> None:
    assert is_refusal(seen) is refused


def test_a_page_that_refuses_three_times_is_asked_for_once_an_hour_until_it_lets_us_in() -> None:
    agenda, _ = started("every 5m")
    now = NOW
    gaps = []
    for refused in (True, True, None, True, True, False):
        agenda.ended(KEY, now + SECOND, begun=now, refused=refused)
        at = agenda.next_at()
        assert at
        gaps.append(at - now)
        now = at
        assert agenda.pop(now)
        assert [watch.url for watch in agenda.refused()] == ([URL] if agenda.refusals(KEY) >= 3 else [])

    hour = timedelta(hours=1)
    assert [gap == hour for gap in gaps] == [False, False, False, True, True, False]


def test_after_a_restart_a_page_that_refused_us_still_does() -> None:
    agenda = Agenda()
    agenda.set([Watch(url=URL, schedule="every 5m")], {KEY: NOW}, NOW + MINUTE, refusals={KEY: 3})

    assert agenda.next_at() == NOW + timedelta(hours=1)


def test_where_the_next_turn_is_near_it_is_the_retry() -> None:
    agenda, _ = started("every 60s")
    other, _ = started("every 60s")

    agenda.ended(KEY, NOW + 5 * SECOND, cut=True)
    other.ended(KEY, NOW + 5 * SECOND)

    assert agenda.next_at() == other.next_at()


def test_the_crawler_comes_back_once_to_a_page_that_is_always_cut(raw_server: RawServer, tmp_path: Path) -> None:
    async def cut(_reader: object, writer: object) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<html>half")  # type: ignore[attr-defined]
        await writer.drain()  # type: ignore[attr-defined]

    url = raw_server.route("/cut", cut)
    other = raw_server.route("/other", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
    config = write_config(tmp_path, other, more=f'[[watch]]\nurl = "{url}"\nschedule = "every 8s"\nmin = "1s"\n')
    stoppress("apply", str(config))

    visits = crawl_until(config, lambda seen: len([v for v in seen if v["url"] == url]) >= 2)

    cut_ones = [v for v in visits if v["url"] == url]
    assert [(v["outcome"], v["reason"]) for v in cut_ones] == [("truncated", "disconnect")] * 2
    assert len(raw_server.hits_of("/cut")) == 2
    # By their turns, as schedules count: on a busy machine a visit begins later, and its request later still.
    with open_catalog(load_config(config), read_only=True) as catalog:
        turns = [visit.scheduled for visit in catalog.visits(url) if visit.scheduled]
    assert [later - earlier >= 4 * SECOND for earlier, later in pairwise(turns)] == [True]
