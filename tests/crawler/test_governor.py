"""Politeness as arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random

import pytest

from crawler.governor import Governor, parse_retry_after
from crawler.robots import rules_from

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def governor(**changed: object) -> Governor:
    values = {"budget": 100.0, "per_host": 0.1, "hosts": {"fast.example": 1.0}, "min_gap": seconds(3)}
    return Governor(**(values | changed), random=Random(1))  # type: ignore[arg-type]


def test_a_host_is_asked_at_its_rate_and_others_do_not_wait() -> None:
    polite = governor()
    polite.start("a.example", NOW)
    polite.start("fast.example", NOW)

    assert polite.free_at("a.example", NOW) == NOW + seconds(10)
    assert polite.free_at("fast.example", NOW) == NOW + seconds(3)
    assert polite.free_at("b.example", NOW) == NOW


def test_crawl_delay_and_slow_answers_widen_the_gap() -> None:
    polite = governor(per_host=10.0)
    polite.start("a.example", NOW)
    polite.answered("a.example", status=200, latency=seconds(2), retry_after=None, now=NOW)
    slow = polite.free_at("a.example", NOW)
    polite.crawl_delay("a.example", seconds(42))

    assert slow == NOW + seconds(10)  # five times as long as it took
    assert polite.free_at("a.example", NOW) == NOW + seconds(42)


def test_retry_after_parks_the_host_to_the_second() -> None:
    polite = governor()
    polite.answered("a.example", status=503, latency=seconds(0), retry_after="3600", now=NOW)

    assert polite.free_at("a.example", NOW) == NOW + seconds(3600)


def test_refusals_without_retry_after_back_off_longer_each_time_up_to_an_hour() -> None:
    polite, now = governor(), NOW
    waits = []
    for _ in range(12):
        polite.answered("a.example", status=429, latency=seconds(0), retry_after="soon", now=now)
        waits.append(polite.free_at("a.example", now) - now)
        now += waits[-1]

    assert seconds(24) <= waits[0] <= seconds(36)
    assert waits[3] > waits[0]
    assert max(waits) <= seconds(3600 * 1.2)


def test_a_good_answer_ends_the_parking() -> None:
    polite = governor(per_host=10.0)
    polite.failed("a.example", NOW)
    polite.answered("a.example", status=200, latency=seconds(0), retry_after=None, now=NOW)

    assert polite.free_at("a.example", NOW) == NOW


def test_what_was_under_way_when_a_host_was_parked_neither_lengthens_nor_lifts_it() -> None:
    polite = governor(per_host=10.0)
    polite.answered("a.example", status=429, latency=seconds(0), retry_after="600", now=NOW)
    for status in (429, 503, 200, 404):
        polite.answered("a.example", status=status, latency=seconds(0), retry_after=None, now=NOW + seconds(1))
    polite.failed("a.example", NOW + seconds(2))
    polite.answered("a.example", status=200, latency=seconds(0), retry_after=None, now=NOW + seconds(3))

    assert polite.free_at("a.example", NOW + seconds(4)) == NOW + seconds(600)


def test_many_pages_that_cannot_be_reached_at_once_are_one_failure() -> None:
    polite = governor(per_host=10.0)
    for _ in range(20):
        polite.failed("a.example", NOW)

    assert seconds(24) <= polite.free_at("a.example", NOW) - NOW <= seconds(36)


def test_the_budget_counts_for_all_hosts_together() -> None:
    polite = governor(budget=0.5, per_host=1000.0, min_gap=seconds(0))
    for n in range(30):  # a minute's budget may be saved up
        polite.start(f"{n}.example", NOW)

    assert polite.free_at("next.example", NOW) == NOW + seconds(2)
    assert polite.free_at("next.example", NOW + seconds(2)) == NOW + seconds(2)


@pytest.mark.parametrize("value", [None, "", "-5", "soon", "1e9", format_datetime(NOW - seconds(9), usegmt=True)])
def test_a_retry_after_that_says_nothing_counts_as_absent(value: str | None) -> None:
    assert parse_retry_after(value, NOW) is None


def test_retry_after_may_be_a_date() -> None:
    assert parse_retry_after(format_datetime(NOW + seconds(90), usegmt=True), NOW) == seconds(90)


AGENT = "Stoppress/0.1 (+mailto:a@example.org)"


@pytest.mark.parametrize(
    ("status", "body", "allowed"),
    [
        (200, b"User-agent: *\nDisallow: /\n", False),
        (200, b"User-agent: stoppress\nDisallow: /live\nUser-agent: *\nDisallow:\n", False),
        (200, b"<html>not robots</html>", True),
        (404, b"", True),
        (403, b"", True),
        (500, b"", False),
        (429, b"", False),
    ],
)
def test_robots_by_rfc_9309(status: int, body: bytes, allowed: bool) -> None:
    rules = rules_from(status, body, known=None, now=NOW)

    assert rules.allows("https://a.example/live/storm", AGENT) is allowed


def test_a_line_that_the_size_limit_cuts_does_not_count() -> None:
    head = b"User-agent: *\n"
    filled = head + b"#" * (500 * 1024 - len(head) - 12) + b"\nDisallow: /live/secret\n"
    rules = rules_from(200, filled, known=None, now=NOW)

    assert rules.allows("https://a.example/live/storm", AGENT)


def test_an_unreachable_robots_file_leaves_the_last_known_one_in_force() -> None:
    known = rules_from(200, b"User-agent: *\nDisallow: /secret\nCrawl-delay: 7", known=None, now=NOW)
    rules = rules_from(503, b"", known=known, now=NOW)
    damaged = rules_from(200, b"no gzip", "gzip", known=known, now=NOW)

    assert (damaged.rules, damaged.reachable) == (rules.rules, rules.reachable)
    assert rules.allows("https://a.example/live", AGENT)
    assert not rules.allows("https://a.example/secret", AGENT)
    assert rules.crawl_delay(AGENT) == seconds(7)
    assert not rules.fresh(NOW + seconds(61))
    assert known.fresh(NOW + timedelta(hours=23))
