"""Turns of a schedule that brought no visit are told by the visit that follows."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.agenda import Agenda
from crawler.schedule import parse_schedule, turns_between
from pipelines.model import Watch
from pipelines.urlkey import urlkey
from tests.rebuilt import equals_its_catalog
from tests.running import crawl_until, stoppress, write_config
from tests.servers.raw_http import RawServer, page

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
URL = "https://news.example.org/live"
KEY = urlkey(URL)
CRON = Watch(url=URL, schedule="cron */5 * * * *")
GOOD = page(b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed to all ships until further notice.</p>")


def minutes(*numbers: float) -> list[datetime]:
    return [NOON + number * MINUTE for number in numbers]


@pytest.mark.parametrize(
    ("schedule", "after", "before", "turns"),
    [
        ("cron */5 * * * *", 0, 20, 3),  # neither end counts
        ("cron */5 * * * *", -1, 21, 5),
        ("cron */5 * * * *", 1, 4, 0),
        ("cron */5 * * * *", 4, 1, 0),
        ("every 5m", 0, 50, 10),  # of whatever phase
    ],
)
def test_turns_between_two_moments(schedule: str, after: float, before: float, turns: int) -> None:
    policy = parse_schedule(schedule, key=KEY)
    since, until = minutes(after, before)

    assert turns_between(policy, since, until) == turns


def test_the_turns_of_years_are_counted_at_once() -> None:
    policy = parse_schedule("every 1s", key=KEY)

    assert turns_between(policy, NOON, NOON + timedelta(days=3650) + SECOND / 2) in (315_360_000, 315_360_001)
    assert turns_between(parse_schedule("cron * * * * *"), NOON, NOON + timedelta(days=3650)) == 1000


def agenda(*, now: datetime = NOON) -> Agenda:
    """A page every five minutes, visited at noon before."""
    made = Agenda()
    made.set([CRON], {KEY: NOON - 5 * MINUTE}, now)
    return made


def next_due(made: Agenda, now: datetime) -> tuple[datetime, tuple[tuple[str, int], ...]]:
    due = made.pop(now)
    assert due
    return due.scheduled, due.skipped


def test_a_visit_that_outlasts_turns_is_followed_by_one_that_says_so() -> None:
    made = agenda()
    assert next_due(made, NOON) == (NOON, ())
    made.ended(KEY, NOON + 18 * MINUTE, begun=NOON)

    assert next_due(made, NOON + 20 * MINUTE) == (NOON + 20 * MINUTE, (("running", 3),))

    made.ended(KEY, NOON + 21 * MINUTE, begun=NOON + 20 * MINUTE)

    assert next_due(made, NOON + 25 * MINUTE)[1] == ()  # it is told once


def test_the_turn_that_is_made_up_for_is_not_skipped() -> None:
    made = agenda()
    next_due(made, NOON)
    made.ended(KEY, NOON + 11 * MINUTE, begun=NOON)

    assert next_due(made, NOON + 11 * MINUTE) == (NOON + 10 * MINUTE, (("running", 1),))


def test_a_host_that_was_parked_costs_turns() -> None:
    made = agenda()
    next_due(made, NOON)
    made.ended(KEY, NOON + 13 * MINUTE, begun=NOON + 12 * MINUTE)

    assert next_due(made, NOON + 15 * MINUTE) == (NOON + 15 * MINUTE, (("host", 2),))


def test_a_process_that_was_down_costs_turns_since_it_was_last_alive() -> None:
    made = Agenda()
    made.was_down(NOON - 21 * MINUTE, NOON - 2 * MINUTE)
    made.set([CRON], {KEY: NOON - timedelta(hours=5)}, NOON - 2 * MINUTE)

    # Of -20, -15, -10 and -5 the last is more than half over, too.
    assert next_due(made, NOON) == (NOON, (("down", 4),))


@pytest.mark.parametrize(("schedule", "left_out"), [("cron */5 * * * *", 11), ("every 5m", 11)])
def test_a_page_that_refuses_costs_the_turns_that_are_left_out(schedule: str, left_out: int) -> None:
    made = Agenda()
    made.set([Watch(url=URL, schedule=schedule)], {}, NOON)
    visits = []
    for _ in range(5):
        at = made.next_at()
        assert at
        visits.append(next_due(made, at))
        made.ended(KEY, at, begun=at, refused=True)

    assert [skipped for _, skipped in visits] == [(), (), (), (("refused", left_out),), (("refused", left_out),)]


def test_a_page_that_refused_before_a_restart_costs_turns_too() -> None:
    made = Agenda()
    made.was_down(NOON - 21 * MINUTE, NOON - 2 * MINUTE)
    made.set([CRON], {KEY: NOON - 40 * MINUTE}, NOON - 2 * MINUTE, refusals={KEY: 3})

    assert next_due(made, NOON + 20 * MINUTE) == (NOON + 20 * MINUTE, (("down", 4), ("refused", 7)))


def test_a_machine_that_slept_costs_turns() -> None:
    made = agenda(now=NOON - MINUTE)

    assert next_due(made, NOON + 12 * MINUTE) == (NOON, (("down", 2),))

    made.ended(KEY, NOON + 18 * MINUTE, begun=NOON + 16 * MINUTE)

    assert next_due(made, NOON + 20 * MINUTE)[1] == (("host", 1),)  # each turn counts once


def test_skipped_turns_are_in_the_ledger_in_the_log_and_in_a_rebuilt_catalog(
    raw_server: RawServer, tmp_path: Path
) -> None:
    async def slow(_reader: object, writer: Any) -> None:
        await asyncio.sleep(2.5)
        writer.write(GOOD)
        await writer.drain()

    url = raw_server.route("/slow", slow)
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))
    crawl_until(config, lambda seen: len(seen) >= 2)
    time.sleep(2)
    crawl_until(config, lambda seen: len(seen) >= 1)

    lines = stoppress("log", url, "--json", config=config).lines
    causes = [line.get("skipped", {}) for line in lines]
    assert causes[0] == {}
    assert causes[1]["running"] >= 1
    assert any(cause.get("down", 0) >= 1 for cause in causes[2:])
    assert "the visit before was not over" in stoppress("log", url, config=config).out.decode().replace("\n", " ")
    equals_its_catalog(config)


def test_an_adaptive_look_at_a_parked_host_was_due_when_its_retry_after_was_over(
    raw_server: RawServer, tmp_path: Path
) -> None:
    asked: list[str] = []

    async def answer(_reader: object, writer: Any) -> None:
        asked.append("")
        busy = page(b"busy", "Retry-After: 4", status="503 Service Unavailable")
        writer.write(busy if len(asked) == 1 else GOOD)
        await writer.drain()

    urls = [raw_server.route(path, answer) for path in ("/one", "/two")]
    config = write_config(tmp_path, *urls, more='[crawl.hosts]\n"127.0.0.1" = "1/s"\n')
    config.write_text(config.read_text().replace("every 1s", "adaptive"))
    stoppress("apply", str(config))
    crawl_until(config, lambda seen: len(seen) >= 2)

    lines = [line for url in urls for line in stoppress("log", url, "--json", config=config).lines]
    refused, good = sorted(lines, key=lambda line: line["started"])[:2]
    started, scheduled = (datetime.fromisoformat(good[name]) for name in ("started", "scheduled"))
    assert (refused["status"], good["status"]) == (503, 200)
    assert 3.5 < (scheduled - datetime.fromisoformat(refused["started"])).total_seconds() < 5
    assert scheduled < started
    told = f"answered 503, its host may be asked again at {scheduled:%Y-%m-%d %H:%M:%S} UTC"
    assert refused["detail"] == f"{refused['url']} {told}; the answer is kept"
    assert told in stoppress("log", refused["url"], config=config).out.decode()
    assert told in stoppress("schedule", "explain", refused["url"], config=config).out.decode()
