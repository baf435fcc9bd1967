"""Politeness as arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random

import pytest

from crawler.account import Account
from crawler.governor import Governor, parse_retry_after
from crawler.hosts import group_of, group_of_url, host_of
from crawler.robots import rules_from
from pipelines.config_tables import CrawlTable

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


@pytest.mark.parametrize(
    ("defaults", "fast", "other"),
    [((), 3, 3), (("min_gap",), 1, 0.5), (("min_gap", "per_host"), 1, 3), (("per_host",), 3, 3)],
)
def test_a_rate_that_is_given_wins_over_a_shortest_gap_that_is_not(
    defaults: tuple[str, ...], fast: float, other: float
) -> None:
    polite = governor(per_host=2.0, defaults=defaults)
    for host in ("fast.example", "a.example"):
        polite.start(host, NOW)
        polite.answered(host, status=200, latency=seconds(0.01), retry_after=None, now=NOW)

    assert polite.free_at("fast.example", NOW) == NOW + seconds(fast)
    assert polite.free_at("a.example", NOW) == NOW + seconds(other)

    polite.answered("fast.example", status=200, latency=seconds(4), retry_after=None, now=NOW)

    assert polite.free_at("fast.example", NOW) == NOW + seconds(20)  # a host that is slow is asked less often, always


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


def test_a_page_that_is_silent_while_others_answer_does_not_park_its_host() -> None:
    polite = governor(per_host=10.0)
    polite.sent("a.example", NOW)
    polite.answered("a.example", status=200, latency=seconds(0), retry_after=None, now=NOW + seconds(9))

    assert not polite.failed("a.example", NOW + seconds(10), waited_since=NOW)
    assert polite.free_at("a.example", NOW + seconds(10)) == NOW + seconds(10)


def test_a_host_that_has_not_answered_since_and_another_of_its_name_is_parked() -> None:
    for host, at in (("a.example", NOW - seconds(1)), ("cdn.a.example", NOW + seconds(9))):
        polite = governor(per_host=10.0)
        polite.answered(host, status=200, latency=seconds(0), retry_after=None, now=at)

        assert polite.failed("a.example", NOW + seconds(10), waited_since=NOW)
        assert polite.free_at("a.example", NOW + seconds(10)) > NOW + seconds(30)


def test_a_turn_that_is_reserved_ahead_is_paid_for_at_once_and_earns_nothing() -> None:
    polite = governor(budget=1.0)
    for _ in range(60):
        polite.start("b.example", NOW)
    for hop in range(6):
        polite.start("a.example", NOW + seconds(10 * (hop + 1)), NOW)
    begun = 0
    while polite.free_at(f"h{begun}.example", NOW + seconds(10)) <= NOW + seconds(10):
        polite.start(f"h{begun}.example", NOW + seconds(10))
        begun += 1

    assert begun == 4  # ten seconds have earned ten, and six are spent on what was reserved


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


# one slot per registrable name ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "group"),
    [
        ("www.example.org", "example.org"),
        ("example.org", "example.org"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("co.uk", "co.uk"),
        ("one.github.io", "one.github.io"),
        ("www.xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("localhost", "localhost"),
        ("127.0.0.2", "127.0.0.2"),
        ("::1", "::1"),
        ("", ""),
    ],
)
def test_hosts_of_one_registrable_name_are_one_group(host: str, group: str) -> None:
    assert group_of(host) == group
    assert group_of(group) == group


def test_ports_and_a_trailing_dot_make_no_other_host() -> None:
    assert host_of("https://www.Example.org.:8443/live") == "www.example.org"
    assert group_of_url("http://live.example.org:81/") == group_of_url("https://www.example.org/")


def test_hosts_of_one_registrable_name_share_gap_parking_and_back_off() -> None:
    polite = governor()
    polite.start("www.example.org", NOW)

    assert polite.free_at("live.example.org", NOW) == NOW + seconds(10)
    assert polite.free_at("www.example.com", NOW) == NOW

    polite.answered("live.example.org", status=503, latency=seconds(0), retry_after="600", now=NOW)

    assert polite.free_at("www.example.org", NOW) == NOW + seconds(600)
    assert [(one.host, one.retry_after) for one in polite.parked(NOW)] == [("example.org", "600")]


def test_a_rate_of_a_name_holds_for_that_name_within_the_shared_slot() -> None:
    polite = governor(hosts={"live.example.org": 0.2})
    polite.start("www.example.org", NOW)

    assert polite.free_at("live.example.org", NOW) == NOW + seconds(5)
    assert polite.free_at("www.example.org", NOW) == NOW + seconds(10)


def test_a_crawl_delay_holds_for_its_own_host_and_the_largest_of_its_origins_counts() -> None:
    polite = governor()
    polite.crawl_delay("www.example.org", seconds(30), origin="http://www.example.org")
    polite.crawl_delay("www.example.org", seconds(20), origin="https://www.example.org")
    polite.start("live.example.org", NOW)

    assert polite.free_at("www.example.org", NOW) == NOW + seconds(30)
    assert polite.free_at("live.example.org", NOW) == NOW + seconds(10)

    polite.crawl_delay("www.example.org", seconds(0), origin="http://www.example.org")

    assert polite.free_at("www.example.org", NOW) == NOW + seconds(20)


def test_when_a_back_off_is_over_one_request_goes_first_and_its_answer_decides() -> None:
    for status, freed in ((200, True), (503, False)):
        polite = governor(per_host=1.0, min_gap=seconds(0))
        polite.failed("a.example", NOW)
        over = polite.free_at("a.example", NOW)
        polite.start("a.example", over)
        polite.sent("a.example", over)

        assert polite.free_at("a.example", over) == over + seconds(60)  # the others wait

        answer = over + seconds(2)
        polite.answered("a.example", status=status, latency=seconds(2), retry_after=None, now=answer)
        wait = polite.free_at("a.example", answer) - answer

        assert wait == seconds(0) if freed else seconds(48) <= wait <= seconds(72)  # the second back-off


# what is sent late, or parked on its way --------------------------------------------------------------------


def test_the_gap_counts_from_where_the_one_before_was_really_sent() -> None:
    polite = governor()
    polite.start("a.example", NOW)
    polite.start("a.example", NOW + seconds(10))  # the next has its turn already
    polite.sent("a.example", NOW + seconds(4))

    assert polite.send_at("a.example", NOW + seconds(10)) == NOW + seconds(14)


def test_what_waits_for_its_turn_is_not_sent_to_a_host_that_was_parked_meanwhile() -> None:
    polite = governor()
    polite.start("a.example", NOW + seconds(10))
    polite.answered("a.example", status=429, latency=seconds(0), retry_after="60", now=NOW + seconds(1))

    assert polite.send_at("a.example", NOW + seconds(10)) == NOW + seconds(61)


# what outlives the process ----------------------------------------------------------------------------------


def again(polite: Governor, now: datetime, *, killed: bool = False) -> Governor:
    """Another process that has what this one remembered."""
    other = governor()
    other.recall(polite.states(), now=now, killed=killed)
    return other


def test_a_restart_forgets_no_gap_no_crawl_delay_and_no_parking() -> None:
    polite = governor()
    polite.start("a.example", NOW)
    polite.crawl_delay("b.example", seconds(42), origin="http://b.example")
    polite.start("b.example", NOW)
    polite.answered("c.example", status=503, latency=seconds(0), retry_after="3600", now=NOW)
    polite.answered("d.example", status=200, latency=seconds(5), retry_after=None, now=NOW)
    polite.start("d.example", NOW)
    other = again(polite, NOW + seconds(1))

    waits = {host: other.free_at(f"{host}.example", NOW + seconds(1)) - NOW for host in "abcd"}

    assert waits == {"a": seconds(10), "b": seconds(42), "c": seconds(3600), "d": seconds(25)}


def test_a_restart_remembers_how_often_a_host_has_refused() -> None:
    polite = governor()
    for n in range(4):
        polite.failed("a.example", NOW + seconds(1000 * n))
    other = again(polite, NOW + seconds(4000))
    other.failed("a.example", NOW + seconds(4000))

    assert other.free_at("a.example", NOW + seconds(4000)) - NOW >= seconds(4000 + 30 * 2**4 * 0.8)


def test_after_a_kill_every_host_may_have_been_asked_in_the_last_moment() -> None:
    polite = governor()
    polite.start("a.example", NOW - seconds(60))
    other, ended_well = again(polite, NOW, killed=True), again(polite, NOW)

    assert other.free_at("a.example", NOW) == other.free_at("never.seen", NOW) == NOW + seconds(10)
    assert ended_well.free_at("a.example", NOW) == ended_well.free_at("never.seen", NOW) == NOW


def test_a_date_that_a_wrong_clock_noted_holds_a_host_no_longer_than_a_day() -> None:
    polite = governor()
    polite.answered("a.example", status=503, latency=seconds(0), retry_after="86400", now=NOW + timedelta(days=400))
    other = again(polite, NOW)

    assert other.free_at("a.example", NOW) == NOW + timedelta(days=1)


def test_a_date_that_a_wrong_clock_noted_holds_a_host_no_longer_than_was_asked_for() -> None:
    polite, wrong = governor(), NOW + timedelta(hours=9)
    polite.answered("a.example", status=503, latency=seconds(0), retry_after="600", now=wrong)
    polite.failed("b.example", wrong)
    other = again(polite, NOW)

    assert other.free_at("a.example", NOW) == NOW + seconds(600)
    assert other.free_at("b.example", NOW) <= NOW + seconds(3600 * 1.2)  # the longest back-off


def test_what_is_new_is_named_and_what_is_not_costs_no_write() -> None:
    polite = governor()
    polite.start("www.a.example", NOW)
    polite.answered("www.a.example", status=200, latency=seconds(0), retry_after=None, now=NOW)
    polite.changed.clear()
    polite.start("www.a.example", NOW + seconds(10))
    polite.answered("www.a.example", status=200, latency=seconds(0), retry_after=None, now=NOW + seconds(10))

    assert polite.changed == set()
    assert polite.answered("www.a.example", status=503, latency=seconds(0), retry_after="9", now=NOW + seconds(11))
    assert polite.changed == {"a.example"}


def test_a_retry_after_of_more_than_a_day_is_obeyed_a_day_at_a_time_and_kept_as_it_was() -> None:
    polite = governor()
    polite.answered("a.example", status=503, latency=seconds(0), retry_after="604800", now=NOW)

    assert polite.free_at("a.example", NOW) == NOW + timedelta(days=1)
    assert [one.retry_after for one in polite.parked(NOW)] == ["604800"]


# what is left of the budget --------------------------------------------------------------------------------


def started(account: Account, since: datetime, for_: float) -> int:
    """How many requests it lets start in so many seconds."""
    count = 0
    for tenth in range(int(for_ * 10)):
        while account.next_at(now := since + seconds(tenth / 10)) <= now:
            account.spend(now)
            count += 1
    return count


def budget(rate: float) -> Account:
    return governor(budget=rate).account


def test_kills_grant_no_more_of_the_budget_than_time_has_earned() -> None:
    account, now, count = budget(2.0), NOW, 0
    for _ in range(3):
        told = account.saved(now)  # and then all is spent at once
        count += started(account, now, 3)
        account, now = budget(2.0), now + seconds(14)
        account.recall(told, away=seconds(14), killed=True, now=now)
    count += started(account, now, 2)

    assert 120 <= count <= 120 + 2 * 44


def test_what_was_saved_up_in_good_order_is_there_after_a_restart() -> None:
    account = budget(2.0)
    for _ in range(100):
        account.spend(NOW)
    other = budget(2.0)
    other.recall(account.saved(NOW), away=seconds(10), killed=False, now=NOW + seconds(10))

    assert other.tokens(NOW + seconds(10)) == pytest.approx(20 + 20)


def test_a_small_budget_comes_to_a_request_though_its_crawler_is_killed_again_and_again() -> None:
    account, now, count = budget(6 / 3600), NOW, 0
    for _ in range(12 * 5):
        count += started(account, now, 240)
        other = budget(6 / 3600)
        other.recall(account.saved(now + seconds(240)), away=seconds(60), killed=True, now=now + seconds(300))
        account, now = other, now + seconds(300)

    assert 6 * 5 - 6 <= count <= 6 * 5 + 1


def test_a_clock_that_went_back_meanwhile_earns_nothing() -> None:
    account = budget(2.0)
    account.recall(5.0, away=timedelta(hours=-1), killed=False, now=NOW)

    assert account.tokens(NOW) == 10


# robots.txt, day by day -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_file_that_was_read_once_is_read_again_after_a_day_and_holds_while_it_cannot_be(status: int) -> None:
    known = rules_from(200, b"User-agent: *\nDisallow: /secret", known=None, now=NOW)
    day = NOW + timedelta(days=1)
    later = rules_from(status, b"", known=known, now=day)

    assert known.fresh(day - seconds(1))
    assert not known.fresh(day)
    assert later.allows("https://a.example/live", AGENT)
    assert not later.allows("https://a.example/secret", AGENT)
    assert not later.fresh(day + seconds(60))  # it is asked for again soon, not in a day


def test_a_file_that_is_gone_after_a_day_allows_everything() -> None:
    known = rules_from(200, b"User-agent: *\nDisallow: /secret", known=None, now=NOW)

    assert rules_from(404, b"", known=known, now=NOW).allows("https://a.example/secret", AGENT)


def test_a_rate_that_is_given_wins_over_a_least_gap_that_is_not() -> None:
    given = Governor.of(CrawlTable(hosts={"a.example": "1/s"}))  # type: ignore[dict-item]
    both = Governor.of(CrawlTable(hosts={"a.example": "1/s"}, min_gap="3s"))  # type: ignore[dict-item, arg-type]

    assert (given.gap("a.example"), both.gap("a.example")) == (timedelta(seconds=1), timedelta(seconds=3))


def test_the_gap_that_is_told_is_the_one_that_is_kept() -> None:
    governor = Governor.of(CrawlTable())
    governor.crawl_delay("a.example", timedelta(seconds=40))
    governor.start("a.example", NOW)

    assert governor.gap_by_rate("a.example") == timedelta(seconds=10)
    assert governor.free_at("a.example", NOW) == NOW + governor.gap("a.example") == NOW + timedelta(seconds=40)
