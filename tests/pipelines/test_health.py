"""Rules over facts, and what of their findings is news."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.config import parse_config
from pipelines.errors import ConfigError
from pipelines.health import (
    KINDS,
    Facts,
    Finding,
    Limits,
    News,
    PageFacts,
    Told,
    after,
    findings,
    message,
    news,
    overdue_at,
)
from pipelines.model import Watch

T0 = datetime(2026, 1, 3, 10, 0, tzinfo=UTC)
URL = "https://a.example/live"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
AFTER_END = (timedelta(hours=24), timedelta(minutes=15), timedelta(hours=2))


def page(name: str = "live", schedule: str = "every 5m", **facts: datetime) -> PageFacts:
    url = f"https://a.example/{name}"
    return PageFacts(url=url, host="a.example", watch=Watch(url=url, schedule=schedule), begun=T0 - DAY, **facts)


def kinds(facts: Facts, now: datetime = T0, limits: Limits | None = None) -> list[str]:
    return [finding.kind for finding in findings(facts, limits or Limits(), now)]


@pytest.mark.parametrize(
    ("schedule", "interval"),
    [("every 5m", 5 * MINUTE), ("cron */10 * * * *", 10 * MINUTE), ("adaptive", timedelta(hours=1))],
)
def test_a_watch_is_silent_three_of_its_intervals_after_its_last_good_capture(
    schedule: str, interval: timedelta
) -> None:
    facts = Facts(pages=(page(schedule=schedule, last_good=T0),))

    assert kinds(facts, T0 + 3 * interval - timedelta(seconds=1)) == []
    assert kinds(facts, T0 + 3 * interval) == ["silent"]
    assert kinds(facts, T0 + 3 * interval, Limits(intervals=4)) == []
    assert kinds(facts, T0 + 3 * interval, Limits(rules=("spool",))) == []


def test_the_night_of_a_cron_is_no_silence() -> None:
    watch = Watch(url=URL, schedule="cron 0 8-20 * * *", timezone="Europe/London")

    assert overdue_at(watch, datetime(2026, 7, 3, 19, 0, tzinfo=UTC), 3) == datetime(2026, 7, 4, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("hours", [0.25, 1.9, 3.07, 3.44, 3.68, 20, 23.9])
def test_an_ended_page_that_is_looked_at_as_seldom_as_after_end_allows_is_not_silent(hours: float) -> None:
    ended = T0 - timedelta(hours=2)  # the closing looks of +15 min and +2 h were made
    facts = Facts(pages=(page(schedule="adaptive", last_good=T0, ended=ended),), after_end=AFTER_END)

    assert kinds(facts, T0 + timedelta(hours=hours)) == []


@pytest.mark.parametrize(
    ("looked", "overdue"),
    [
        (-1, 24 * 60),  # the turns at +15 min, +2 h and +24 h brought nothing
        (15, 48 * 60),
        (121, 72 * 60),
        (25 * 60, 97 * 60),
    ],
)
def test_an_ended_page_without_a_good_capture_for_three_of_its_intervals_is_silent(looked: int, overdue: int) -> None:
    since = T0 + looked * MINUTE
    facts = Facts(pages=(page(schedule="adaptive", last_good=since, ended=T0),), after_end=AFTER_END)

    assert kinds(facts, T0 + overdue * MINUTE - timedelta(seconds=1)) == []
    assert kinds(facts, T0 + overdue * MINUTE) == ["silent"]


def test_a_page_with_turns_of_its_own_keeps_them_after_its_coverage_has_ended() -> None:
    facts = Facts(pages=(page(last_good=T0, ended=T0),), after_end=AFTER_END)

    assert kinds(facts, T0 + 15 * MINUTE) == ["silent"]


def test_a_host_that_refuses_several_pages_is_one_finding() -> None:
    since = T0 - timedelta(minutes=9)
    facts = Facts(pages=tuple(page(name, last_good=T0, refused_since=since) for name in "abc"))

    (found,) = findings(facts, Limits(), T0)

    assert (found.kind, found.subject, found.since) == ("refused", "a.example", since)
    assert "and 2 more page(s)" in found.words


def test_a_spool_is_nearly_full_and_uploads_fail() -> None:
    old = T0 - timedelta(minutes=16)

    assert kinds(Facts(spool_bytes=79, spool_limit=100, waiting=1, waiting_since=T0)) == []
    assert kinds(Facts(spool_bytes=80, spool_limit=100, waiting=1, waiting_since=old)) == ["spool", "uploads"]


def test_each_is_told_when_it_begins_when_it_is_over_and_again_after_a_day() -> None:
    one, two = (Finding("refused", host, T0, f"{host} refuses") for host in ("a", "b"))
    told: Mapping[str, Told] = {}
    heard = []
    for minutes, found in [(0, [one]), (1, [one]), (2, [one, two]), (3, [two]), (4, [two]), (24 * 60 + 2, [two])]:
        now = T0 + minutes * MINUTE
        said = news(told, found, now, DAY)
        told = after(told, said, now)
        heard.append([[f.subject for f in part] for part in (said.began, said.over, said.again)])

    assert heard == [[["a"], [], []], [[], [], []], [["b"], [], []], [[], ["a"], []], [[], [], []], [[], [], ["b"]]]


def test_a_notice_names_a_few_and_counts_the_rest() -> None:
    found = tuple(Finding("silent", str(n), T0, f"page {n}: no good capture at all") for n in range(500))

    title, text = message(News(began=found), machine="w1", now=T0)

    assert title == "Stoppress: 500 new"
    assert len(text.splitlines()) == 12
    assert text.startswith("On w1, 2026-01-03T10:00:00Z\nnew: silent: page 0: no good capture at all\n")
    assert text.endswith("new: silent: and 490 more; stoppress doctor names them")


def test_a_rule_that_does_not_exist_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(ConfigError, match="there is no rule 'refuse'; did you mean 'refused'"):
        parse_config('[health]\nrules = ["refuse"]', Path("stoppress.toml"))

    assert parse_config("", Path("stoppress.toml")).health.rules == KINDS
