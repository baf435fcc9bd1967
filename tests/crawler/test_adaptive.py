"""Watches and visits on one side, the scheduler on the other: what crosses, and what must not be lost on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from crawler.adaptive import Adaptive
from crawler.governor import Governor
from crawler.hosts import host_of
from crawler.schedule.learning import Learnt
from pipelines.model import Change, Exchange, Update, Version, Visit, Watch
from pipelines.store.stored import LearntPage
from pipelines.urlkey import urlkey

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
URL = "https://a.example.org/live"
KEY = urlkey(URL)
WATCH = Watch(url=URL, schedule="adaptive")
KNOWN = Learnt.of_count(5.0, 3600.0).to_json()


def adaptive(*watches: Watch, learnt: LearntPage | None = None, good: datetime | None = None) -> Adaptive:
    made = Adaptive(budget=1.0, after_end=[timedelta(minutes=15), timedelta(hours=24)])
    made.set(watches or [WATCH], {KEY: learnt} if learnt else {}, {KEY: good} if good else {}, NOW)
    return made


def likely(made: Adaptive) -> list[float]:
    state = made.page(KEY).state
    assert state is not None
    return list(state["likely"])


def chosen(made: Adaptive, now: datetime) -> list[tuple[str, str]]:
    return [(due.urlkey, due.why) for due in made.choose(now, lambda host: True, 10.0)]


def visit(at: datetime, *, found: bool = False, head: str = "", **more: Any) -> Visit:
    answer = f"HTTP/1.1 200 OK\r\n{head}\r\nbody".encode()
    exchange = Exchange(url=URL, started=at, request=b"", response=answer, status=200)
    facts: dict[str, Any] = {"outcome": "archived", "reading": "unchanged", "exchange": exchange}
    if found:
        update = Update(text="x", key="id:x", published=at - SECOND)
        version = Version(url=URL, at=at, updates=(update,))
        change = Change(type="added", class_="editorial", update="id:x")
        facts |= {"reading": "version", "version": version, "version_seq": 2, "changes": (change,)}
    return Visit(id="1", url=URL, urlkey=KEY, started=at, **(facts | more))


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def first_due(made: Adaptive, now: datetime) -> tuple[str, datetime, tuple[tuple[str, int], ...]]:
    (due,) = made.choose(now, lambda host: True, 60.0)
    return due.why, due.scheduled, due.skipped


def ended_at(ended: datetime) -> LearntPage:
    return LearntPage(urlkey=KEY, state=KNOWN, last=ended - MINUTE, ended=ended)


def test_a_closing_look_that_is_late_says_when_it_was_due() -> None:
    made = adaptive(learnt=ended_at(NOW - HOUR))

    assert first_due(made, NOW) == ("closing", NOW - 45 * MINUTE, ())


def test_of_closing_looks_missed_together_one_is_made_and_the_other_is_skipped() -> None:
    made = Adaptive(budget=1.0, after_end=[15 * MINUTE, 2 * HOUR, 24 * HOUR])
    made.set([WATCH], {KEY: ended_at(NOW - 3 * HOUR)}, {}, NOW)

    assert first_due(made, NOW) == ("closing", NOW - HOUR, (("down", 1),))

    made.over(visit(NOW, outcome="error", reason="timeout", reading="none"))

    assert first_due(made, NOW + 61 * SECOND) == ("closing", NOW + 60 * SECOND, ())  # told once
    made.over(visit(NOW + 61 * SECOND))
    assert chosen(made, NOW + 10 * MINUTE) == []


@pytest.mark.parametrize(("refusals", "failures", "cause"), [(4, 1, "refused"), (0, 2, "failed")])
def test_closing_looks_that_a_refusing_or_failing_page_costs_say_so(refusals: int, failures: int, cause: str) -> None:
    made = Adaptive(budget=1.0, after_end=[15 * MINUTE, 30 * MINUTE, 45 * MINUTE])
    state = KNOWN | {"aftermath": {"failures": failures, "failed": (NOW - MINUTE / 2).timestamp()}}
    page = LearntPage(urlkey=KEY, state=state, last=NOW - MINUTE, ended=NOW)
    made.set([WATCH], {KEY: page}, {}, NOW, {KEY: refusals})
    for seconds in range(0, 3600, 50):
        made.choose(NOW + seconds * SECOND, lambda host: False, 10.0)

    assert first_due(made, NOW + HOUR)[2] == ((cause, 2),)


def test_a_closing_look_at_a_page_that_is_fresh_is_made_at_its_time() -> None:
    made = adaptive(learnt=LearntPage(urlkey=KEY, state=KNOWN | {"aftermath": {"fresh": (NOW + HOUR).timestamp()}},
                                      last=NOW - MINUTE, ended=NOW))  # fmt: skip

    assert made.planned(NOW)[0][0] == NOW + 15 * MINUTE
    assert chosen(made, NOW + 15 * MINUTE - SECOND) == []
    assert first_due(made, NOW + 25 * MINUTE)[:2] == ("closing", NOW + 15 * MINUTE)


def test_a_closing_look_that_was_tried_before_a_restart_was_made() -> None:
    made = Adaptive(budget=1.0, after_end=[15 * MINUTE, 2 * HOUR, 24 * HOUR])
    made.set([WATCH], {KEY: ended_at(NOW - 3 * HOUR)}, {}, NOW, tried={KEY: NOW - 2 * HOUR})

    assert first_due(made, NOW) == ("closing", NOW - HOUR, ())


def test_what_holds_a_page_back_outlives_the_process() -> None:
    before = adaptive()
    before.choose(NOW, lambda host: True, 10.0)
    before.over(visit(NOW, head="Cache-Control: max-age=600\r\n"))
    fresh = adaptive(learnt=before.page(KEY))
    for at in (MINUTE, 3 * MINUTE):
        before.over(visit(NOW + at, outcome="error", reason="http-status", reading="none"))
    failing = Adaptive(budget=1.0, after_end=[])
    failing.set([WATCH], {KEY: before.page(KEY)}, {}, NOW + 3 * MINUTE)
    failing.recall_prices({"": 1e-9})

    assert fresh.planned(NOW)[0][0] == NOW + 10 * MINUTE
    assert chosen(failing, NOW + 5 * MINUTE - SECOND) == []
    assert failing.planned(NOW + 3 * MINUTE)[0][0] == NOW + 10 * MINUTE  # max-age still holds
    before.over(visit(NOW + 11 * MINUTE))
    assert not before.page(KEY).state["aftermath"].keys() & {"failures", "failed"}


def test_a_page_that_refuses_is_asked_an_hour_after_its_last_visit_also_after_a_restart() -> None:
    made = Adaptive(budget=1.0, after_end=[])
    made.set([WATCH], {}, {}, NOW, {KEY: 5}, {KEY: NOW - 50 * MINUTE})

    assert chosen(made, NOW + 9 * MINUTE) == []
    assert chosen(made, NOW + 10 * MINUTE) == [(KEY, "due")]


@pytest.mark.parametrize("by", [HOUR, -HOUR])
def test_a_look_that_is_under_way_while_the_clock_is_set_counts_by_the_new_one(by: timedelta) -> None:
    made = {}
    for moved in (timedelta(), by):
        made[moved] = one = adaptive()
        one.recall_prices({"": 1e-9})
        one.choose(NOW, lambda host: True, 10.0)
        one.moved(moved)
        one.over(visit(NOW, found=True))

    assert likely(made[by]) == likely(made[timedelta()])
    assert made[by].last(KEY) == NOW + by
    made[by].choose(NOW + by + 2 * MINUTE, lambda host: True, 10.0)
    made[by].over(visit(NOW + by + 2 * MINUTE, outcome="error", reading="none", reason="timeout"))
    assert chosen(made[by], NOW + by + 2 * MINUTE + 59 * SECOND) == []


def test_a_watch_that_begins_later_does_so_by_the_calendar_though_the_clock_is_set() -> None:
    made = adaptive(replace(WATCH, from_=NOW + 5 * HOUR))
    made.moved(HOUR)

    assert chosen(made, NOW + 5 * HOUR - SECOND) == []
    assert chosen(made, NOW + 5 * HOUR) == [(KEY, "due")]


def test_failures_that_a_good_look_has_ended_are_not_remembered() -> None:
    state = KNOWN | {"aftermath": {"failures": 3.0, "failed": (NOW - MINUTE).timestamp()}}
    made = adaptive(learnt=LearntPage(urlkey=KEY, state=state, last=NOW))
    made.recall_prices({"": 1e-9})

    assert made.planned(NOW)[0][0] < NOW + 5 * MINUTE


@pytest.mark.parametrize("odd", [None, [], "x", {"failed": 10**400, "failures": 1}, {"fresh": "soon"}, {"window": -1}])
def test_what_cannot_be_read_of_what_was_remembered_is_as_if_it_were_not_there(odd: object) -> None:
    kept = LearntPage(urlkey=KEY, state=KNOWN | {"aftermath": odd}, last=NOW)
    broken = LearntPage(urlkey=KEY, state={"likely": [10**400], "begun": [0] * 5, "aftermath": odd}, last=NOW)

    assert adaptive(learnt=kept).planned(NOW) == adaptive(learnt=replace(kept, state=KNOWN)).planned(NOW)
    assert adaptive(learnt=broken).planned(NOW)


def test_what_was_learnt_of_very_many_pages_is_taken_by_parts() -> None:
    pages = [Watch(url=f"https://a.example.org/{number}") for number in range(25)]
    made = adaptive(*pages)
    made.moved(HOUR)
    parts = [made.take_changed(10) for _ in range(4)]

    assert [len(part) for part in parts] == [10, 10, 5, 0]
    assert len({page.urlkey for part in parts for page in part}) == 25


def test_a_thousand_new_pages_begin_no_faster_than_budget_and_hosts_allow() -> None:
    made, governor = Adaptive(budget=2.0, after_end=[]), Governor(budget=2.0, per_host=1.0, hosts={}, min_gap=SECOND)
    pages = [Watch(url=f"https://h{number % 250}.example{number % 250}.org/{number}") for number in range(1000)]
    made.set(pages, {}, {}, NOW)
    begun: list[tuple[int, str]] = []
    for second in range(120):
        now = NOW + second * SECOND
        for due in made.choose(now, lambda host, now=now: governor.free_at(host, now) <= now, governor.tokens(now)):
            host = host_of(due.watch.url)
            governor.start(host, now)
            begun.append((second, host))

    assert len({host for second, host in begun if second == 0}) == len([one for one in begun if one[0] == 0]) <= 120
    assert len(begun) <= 2 * 120 + 120  # what was saved up before it began is a minute's budget
    assert all(later - sooner >= 1 for host in {host for _, host in begun}
               for sooner, later in pairwise(second for second, at in begun if at == host))  # fmt: skip


def test_closing_looks_that_a_host_held_back_are_skipped_for_it_and_those_of_a_paused_page_not_at_all() -> None:
    made, kept = Adaptive(budget=1.0, after_end=[15 * MINUTE, 2 * HOUR]), {KEY: ended_at(NOW)}
    made.set([WATCH], kept, {}, NOW)
    paused = Adaptive(budget=1.0, after_end=[15 * MINUTE, 2 * HOUR])
    paused.set([], {}, {}, NOW)
    for seconds in range(0, 3 * 3600, 50):
        made.choose(NOW + seconds * SECOND, lambda host: False, 10.0)
        paused.choose(NOW + seconds * SECOND, lambda host: True, 10.0)
    paused.set([WATCH], kept, {}, NOW + 3 * HOUR)

    assert first_due(made, NOW + 3 * HOUR) == ("closing", NOW + 2 * HOUR, (("host", 1),))
    assert first_due(paused, NOW + 3 * HOUR) == ("closing", NOW + 3 * HOUR, ())


def test_a_look_that_max_asks_for_says_when() -> None:
    made = adaptive(learnt=LearntPage(urlkey=KEY, state=KNOWN, last=NOW - 90 * MINUTE))
    made.recall_prices({"": 1e6})

    assert made.choose(NOW, lambda host: True, 20.0) == []  # of a budget of one a second: others need it

    assert first_due(made, NOW) == ("forced", NOW - 30 * MINUTE, ())


def test_a_look_that_was_hinted_at_says_when() -> None:
    dull = Learnt.of_count(0.0, 1e6).to_json()
    made = adaptive(learnt=LearntPage(urlkey=KEY, state=dull, last=NOW - 5 * MINUTE))
    made.recall_prices({"": 0.05})
    made.choose(NOW, lambda host: True, 10.0)
    made.hint(KEY, NOW + SECOND)

    for seconds in range(2, 900):
        if due := made.choose(NOW + seconds * SECOND, lambda host: True, 10.0):
            break

    assert (due[0].why, due[0].scheduled) == ("hint", NOW + SECOND)


def test_a_look_that_waits_for_its_host_says_since_when_it_is_worth_its_price() -> None:
    made = adaptive(learnt=LearntPage(urlkey=KEY, state=KNOWN, last=NOW))
    soonest = next(
        at for at in range(1, 3600) if (made.choose(NOW + at * SECOND, lambda host: False, 10.0), ready(made))[1]
    )
    for at in range(soonest, soonest + 40):
        made.choose(NOW + at * SECOND, lambda host: False, 10.0)

    assert first_due(made, NOW + (soonest + 40) * SECOND) == ("due", NOW + soonest * SECOND, ())


def test_a_look_that_min_held_back_was_due_at_its_end() -> None:
    busy = Learnt.of_count(600.0, 3600.0).to_json()
    made = adaptive(learnt=LearntPage(urlkey=KEY, state=busy, last=NOW - SECOND / 2))
    made.choose(NOW, lambda host: True, 10.0)
    for tick in range(1, 200):
        if due := made.choose(NOW + tick * SECOND, lambda host: True, 10.0):
            break

    assert (due[0].why, due[0].scheduled) == ("due", NOW + 59.5 * SECOND)


def ready(made: Adaptive) -> bool:
    pool = made.scheduler.pool
    return bool(pool.ready[pool.numbers[KEY]] < float("inf"))


def test_a_page_that_is_being_visited_stays_so_until_its_visit_is_over() -> None:
    made = adaptive()
    first, again = chosen(made, NOW), chosen(made, NOW + 5 * SECOND)
    made.over(visit(NOW))

    assert (first, again) == ([(KEY, "due")], [])
    assert chosen(made, NOW + 3700 * SECOND) == [(KEY, "due")]


def test_a_visit_that_failed_is_made_again_and_teaches_nothing() -> None:
    made = adaptive(learnt=LearntPage(urlkey=KEY, state=KNOWN, last=NOW - 4000 * SECOND))
    chosen(made, NOW)
    made.over(visit(NOW, outcome="error", reason="timeout", reading="none"))
    soon, later = chosen(made, NOW + 30 * SECOND), chosen(made, NOW + 70 * SECOND)

    assert (soon, [key for key, _ in later]) == ([], [KEY])
    assert likely(made) == pytest.approx(KNOWN["likely"], rel=0.01)


def test_what_was_learnt_and_seen_before_is_taken_over_and_given_back() -> None:
    kept = LearntPage(urlkey=KEY, state=KNOWN, last=NOW - 60 * SECOND, ended=NOW - 30 * SECOND)
    made = adaptive(learnt=kept)
    none = made.take_changed()
    chosen(made, NOW + timedelta(hours=30))
    made.over(visit(NOW + timedelta(hours=30)))

    assert none == []
    assert made.page(KEY).ended == kept.ended
    assert [page.urlkey for page in made.take_changed()] == [KEY]
    assert made.take_changed() == []


def test_a_date_out_of_the_future_does_not_hold_a_page_back() -> None:
    made = adaptive(learnt=LearntPage(urlkey=KEY, last=NOW + timedelta(days=900), ended=NOW + timedelta(days=900)))

    assert made.page(KEY).last == NOW
    assert chosen(made, NOW + timedelta(hours=25)) != []


def test_a_watch_that_changes_keeps_what_was_learnt_and_its_new_bounds_hold() -> None:
    made = adaptive(learnt=LearntPage(urlkey=KEY, state=KNOWN, last=NOW))
    made.set([replace(WATCH, max=timedelta(minutes=2))], {}, {}, NOW)

    assert likely(made) == pytest.approx(KNOWN["likely"], rel=0.01)
    assert chosen(made, NOW + 125 * SECOND) != []


def test_a_watch_that_is_edited_is_visited_for_its_hint_and_no_second_time_while_it_is_visited() -> None:
    made = adaptive(learnt=LearntPage(urlkey=KEY, last=NOW))
    made.hint(KEY, NOW + SECOND)
    made.set([replace(WATCH, weight=1.5)], {}, {}, NOW + SECOND)
    begun = NOW + 1800 * SECOND
    first = chosen(made, begun)
    made.set([replace(WATCH, url="http://www.a.example.org/live")], {}, {}, begun)  # of the same key and group
    meanwhile = chosen(made, begun + 7200 * SECOND)
    made.over(visit(begun))

    assert (first, meanwhile) == ([(KEY, "hint")], [])
    assert [key for key, _ in chosen(made, begun + 7201 * SECOND)] == [KEY]


def test_an_edit_brings_a_page_that_refuses_no_sooner_and_no_later_visit() -> None:
    made = Adaptive(budget=1.0, after_end=[])
    made.set([WATCH], {}, {}, NOW, {KEY: 3})
    made.set([replace(WATCH, max=timedelta(minutes=2))], {}, {}, NOW + timedelta(minutes=30), {KEY: 3})

    assert chosen(made, NOW + timedelta(minutes=59)) == []
    assert chosen(made, NOW + timedelta(minutes=61)) != []


def test_a_watch_that_is_paused_is_not_chosen_and_a_visit_of_it_harms_nothing() -> None:
    made = adaptive()
    chosen(made, NOW)
    made.set([], {}, {}, NOW)
    made.over(visit(NOW))

    assert chosen(made, NOW + timedelta(hours=2)) == []
    assert len(made) == 0


def test_max_age_is_waited_out() -> None:
    busy = Learnt.of_count(200.0, 3600.0).to_json()
    made = adaptive(learnt=LearntPage(urlkey=KEY, state=busy, last=NOW - 4000 * SECOND))
    chosen(made, NOW)
    made.over(visit(NOW, found=True, head="Cache-Control: public, max-age=600\r\nAge: 100\r\n"))

    assert chosen(made, NOW + 490 * SECOND) == []
    assert chosen(made, NOW + 505 * SECOND) != []


@pytest.mark.parametrize(("found", "ended"), [(False, True), (True, False)])
def test_a_page_that_says_that_it_has_ended_and_goes_on_has_not(found: bool, ended: bool) -> None:
    made = adaptive(learnt=LearntPage(urlkey=KEY, last=NOW - 4000 * SECOND))
    chosen(made, NOW)
    made.over(visit(NOW, found=found))
    made.take_changed()
    for _ in range(3):
        made.ends([KEY], NOW + SECOND)

    assert (made.page(KEY).ended is not None) is ended
    assert len(made.take_changed()) == (1 if ended else 0)
    assert made.take_changed() == []


def test_prices_are_remembered_and_damaged_ones_are_not_believed() -> None:
    made = adaptive()
    made.recall_prices({"": 0.25, "example.org": 3.0, "elsewhere.example": 1e300})
    told = made.prices()
    made.recall_prices({"": float("nan")})

    assert (told[""], told["example.org"]) == (0.25, 3.0)
    assert 0 < made.prices()[""] < 0.01


def test_pages_of_one_registrable_name_share_their_turn() -> None:
    made = adaptive(WATCH, Watch(url="https://b.example.org/live", schedule="adaptive"))

    assert len(chosen(made, NOW)) == 1


def test_a_page_that_refuses_three_times_is_asked_for_once_an_hour_whatever_its_max() -> None:
    made, now, tried = adaptive(replace(WATCH, max=timedelta(minutes=2))), NOW, []
    while now < NOW + timedelta(hours=4):
        if chosen(made, now):
            tried.append(now)
            made.over(visit(now, outcome="error", reason="http-status", status=403, reading="none"))
        now += 10 * SECOND

    gaps = [later - earlier for earlier, later in pairwise(tried)]
    assert all(gap <= timedelta(minutes=2, seconds=10) for gap in gaps[:2])
    assert all(timedelta(hours=1) <= gap <= timedelta(hours=1, seconds=10) for gap in gaps[2:])
    assert made.refusals(KEY) == len(tried) > 4


def test_refusals_are_known_after_a_restart_and_over_when_it_lets_us_in() -> None:
    made = Adaptive(budget=1.0, after_end=[])
    made.set([WATCH], {}, {}, NOW, {KEY: 3})
    soon, later = chosen(made, NOW + timedelta(minutes=50)), chosen(made, NOW + timedelta(minutes=61))
    made.over(visit(NOW + timedelta(minutes=61), status=200))

    assert (soon, [key for key, _ in later]) == ([], [KEY])
    assert made.refusals(KEY) == 0
