"""A page that was cut is looked at once more, out of turn and within its bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from crawler.agenda import Agenda, Due
from pipelines.model import Watch
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
    config = write_config(tmp_path, other, more=f'[[watch]]\nurl = "{url}"\nschedule = "every 1h"\nmin = "1s"\n')
    stoppress("apply", str(config))

    visits = crawl_until(config, lambda seen: len([v for v in seen if v["url"] == other]) >= 6)

    cut_ones = [v for v in visits if v["url"] == url]
    assert [(v["outcome"], v["reason"]) for v in cut_ones] == [("truncated", "disconnect")] * 2
    assert len(raw_server.hits_of("/cut")) == 2
    # Start to start, as schedules count: on a busy machine a request leaves later than its visit began.
    starts = [datetime.fromisoformat(v["started"]) for v in cut_ones]
    assert [later - earlier >= SECOND for earlier, later in pairwise(starts)] == [True]
