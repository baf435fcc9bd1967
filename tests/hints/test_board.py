"""When sources are asked, what of their words is news, and what they are worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.hints.allowance import Allowance
from crawler.hints.board import Board
from crawler.hints.polls import Source
from crawler.hints.worth import Worth
from crawler.schedule.learning import NOTHING, Seen
from pipelines.hints import Document, Entry
from pipelines.store.stored import HintSource

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
FEED = "https://www.example.org/feed"
PAGE = "org,example)/live"


def source(**more: object) -> Source:
    made = Source(FEED, timedelta(minutes=20))
    for name, value in more.items():
        setattr(made, name, value)
    return made


def entries(*told: tuple[str, datetime | None], key: str = PAGE) -> Document:
    return Document("feed", tuple(Entry("https://x/", key, name, str(at), at) for name, at in told))


def board(*, watched: bool = True, last: datetime | None = None, **more: object) -> Board:
    made = Board([source(**more)], lambda key: watched, lambda key: last)
    made.recall([], {}, NOW)
    return made


def test_no_more_than_a_fifth_of_the_budget_goes_into_polls() -> None:
    allowance = Allowance(1.0)
    taken = sum(allowance.take(NOW + second * SECOND) for second in range(3600) for _ in range(3))

    assert 0.19 * 3600 <= taken <= 0.2 * 3600 + 12  # what may be saved up in a minute, once
    assert Allowance(0.001).take(NOW)  # the smallest budget has a poll now and then


@pytest.mark.parametrize("an_hour", [6, 60, 600])
def test_with_a_small_budget_polls_have_a_fifth_of_it_from_the_first_hour_on(an_hour: int) -> None:
    allowance = Allowance(an_hour / 3600)
    hours = [sum(allowance.take(NOW + (3600 * hour + second) * SECOND) for second in range(3600)) for hour in range(24)]

    assert hours[0] <= an_hour / 5 + 1
    assert 0.9 * 24 * an_hour / 5 <= sum(hours) <= 24 * an_hour / 5 + 1


def test_what_follows_from_a_poll_is_asked_at_once_and_paid_for_later() -> None:
    allowance = Allowance(60 / 3600)  # a fifth: one in five minutes

    assert [allowance.take(NOW), allowance.take(NOW, follows=True)] == [True, True]
    assert not allowance.take(NOW + timedelta(minutes=9))
    assert allowance.take(NOW + timedelta(minutes=11))


def test_polls_that_were_saved_up_over_night_are_no_more_than_an_hours_share() -> None:
    allowance = Allowance(6 / 3600)
    allowance.take(NOW)
    morning = NOW + timedelta(hours=9)

    assert [allowance.take(morning) for _ in range(3)] == [True, False, False]


def test_a_source_is_asked_as_often_as_wanted_but_not_before_its_caches_let_go() -> None:
    plain, cached = source(), source()
    plain.went_well(NOW)
    cached.went_well(NOW, fresh=timedelta(hours=2))

    assert [plain.is_due(NOW + minutes * MINUTE) for minutes in (19, 22)] == [False, True]
    assert [cached.is_due(NOW + minutes * MINUTE) for minutes in (119, 120)] == [False, True]


def test_a_source_that_fails_is_asked_later_each_time_and_that_is_news_once() -> None:
    ill = source()
    news = [ill.failed(NOW, "it answered 500") for _ in range(20)]

    assert news == [True] + [False] * 19
    assert timedelta(hours=23) < ill.again - NOW < timedelta(hours=27)
    ill.went_well(NOW)
    assert ill.failed(NOW, "again")


def test_restarts_do_not_make_a_burst_and_keep_the_turn_that_was_planned() -> None:
    made = Board([source()], lambda key: True, lambda key: None)
    made.recall([HintSource(source=FEED, again=NOW + 5 * MINUTE, failures=2)], {}, NOW)

    assert made.due(NOW + 4 * MINUTE) == []
    assert [one.failures for one in made.due(NOW + 5 * MINUTE)] == [2]


def test_an_interval_that_was_made_shorter_holds_from_the_next_start() -> None:
    made = Board([source(every=MINUTE)], lambda key: True, lambda key: None)
    made.recall([HintSource(source=FEED, again=NOW + timedelta(hours=20))], {}, NOW)

    assert made.due(NOW + 2 * MINUTE)


def test_only_what_is_new_or_moved_is_a_hint_and_of_a_first_poll_only_what_has_a_time() -> None:
    one, early, late = source(), NOW - 60 * MINUTE, NOW - MINUTE
    first = one.news(FEED, entries(("a", early), ("b", None)), NOW)
    same = one.news(FEED, entries(("a", early), ("b", None)), NOW)
    moved = one.news(FEED, entries(("a", late), ("b", None), ("c", None)), NOW)
    back = one.news(FEED, entries(("a", early)), NOW)

    assert (first, same, moved, back) == ([(PAGE, early)], [], [(PAGE, late), (PAGE, NOW)], [])


def test_what_is_not_watched_or_was_seen_already_is_no_hint() -> None:
    made, other = board(), board(watched=False)
    made.looked(PAGE, NOW, NOTHING, None)

    assert other.told(FEED, [(PAGE, NOW)], NOW) == []
    assert made.told(FEED, [(PAGE, NOW - SECOND), (PAGE, NOW + SECOND)], NOW) == [(PAGE, NOW + SECOND)]


def test_recall_is_learnt_from_looks_and_begins_with_doubt() -> None:
    made = board()
    made.looked(PAGE, NOW, NOTHING, None)
    at = NOW
    for _ in range(20):
        at += 30 * MINUTE
        made.told(FEED, [(PAGE, at - 2 * MINUTE)], at)
        made.heard(FEED, at - SECOND)
        made.looked(PAGE, at, Seen(new=[120.0, 125.0], edited=[1500.0]), None)

    assert made.worth[FEED].told == 60  # one time that is told stands for all before it
    assert made.worth[FEED].recall == 60 / 70
    assert made.silent(FEED) == ([PAGE], 60 / 70)


def test_what_happened_after_it_was_asked_it_could_not_tell() -> None:
    worth = Worth()
    worth.looked(last=0, now=1000, ages=[10.0, 900.0], more=0.0, hints=[], heard=500)

    assert (worth.events, worth.told) == (1.0, 0.0)


def test_a_source_that_cries_wolf_neither_advances_nor_thins_until_it_is_right_again() -> None:
    made, at, turned = board(), NOW, []
    made.looked(PAGE, NOW, NOTHING, None)
    for _ in range(12):
        at += 30 * MINUTE
        made.told(FEED, [(PAGE, at - MINUTE)], at)
        turned += made.looked(PAGE, at, NOTHING, None)
    useful = made.told(FEED, [(PAGE, at + SECOND)], at)
    silent = made.silent(FEED)
    for _ in range(10):
        at += 30 * MINUTE
        made.told(FEED, [(PAGE, at - MINUTE)], at)
        turned += made.looked(PAGE, at, Seen(changed=True), None)

    assert (turned, useful, silent) == ([FEED, FEED], [], ([], 0.0))
    assert made.told(FEED, [(PAGE, at + SECOND)], at) == [(PAGE, at + SECOND)]


def test_a_hint_that_comes_while_its_page_is_visited_waits_for_the_next_look() -> None:
    made = board()
    made.looked(PAGE, NOW, NOTHING, None)
    began = NOW + MINUTE
    made.told(FEED, [(PAGE, began + 2 * SECOND)], began + 2 * SECOND)
    made.looked(PAGE, began, NOTHING, None)

    assert made.waiting(PAGE) == [began + 2 * SECOND]
    assert made.worth[FEED].looks == 0


def test_what_was_learnt_comes_back_after_a_restart() -> None:
    made = board()
    made.looked(PAGE, NOW, NOTHING, None)
    made.told(FEED, [(PAGE, NOW + MINUTE)], NOW + MINUTE)
    made.heard(FEED, NOW + 2 * MINUTE)
    made.looked(PAGE, NOW + 2 * MINUTE, Seen(new=[60.0]), None)
    kept, told = made.take_changed()
    again = Board([source()], lambda key: True, lambda key: None)
    again.recall(kept, {name: {key} for name, key in told}, NOW + 3 * MINUTE)

    assert again.worth[FEED] == made.worth[FEED]
    assert again.silent(FEED) == made.silent(FEED)
    assert made.take_changed() == ([], {})


def test_of_two_sources_for_a_page_the_better_one_is_listened_to() -> None:
    made = Board([source(), Source(FEED + "2", MINUTE)], lambda key: True, lambda key: None)
    facts = [HintSource(source=FEED, events=10, told=9), HintSource(source=FEED + "2", events=10, told=2)]
    made.recall(facts, {FEED: {PAGE}, FEED + "2": {PAGE}}, NOW)

    assert (made.silent(FEED)[0], made.silent(FEED + "2")[0]) == ([PAGE], [])


def test_a_source_that_was_never_heard_thins_nothing_and_a_flood_is_bounded() -> None:
    made = board()
    made.told(FEED, [(PAGE, NOW + n * SECOND) for n in range(10_000)], NOW)

    assert made.silent(FEED)[1] == 0.0
    assert len(made.waiting(PAGE)) == 20
    assert made.waiting(PAGE)[-1] == NOW + 9_999 * SECOND


def test_what_was_told_before_a_look_of_an_earlier_process_does_not_crowd_out_what_is_new() -> None:
    made = board(last=NOW)
    stale = [(PAGE, NOW - n * SECOND) for n in range(100)]

    assert made.told(FEED, [*stale, (PAGE, NOW + SECOND)], NOW + MINUTE) == [(PAGE, NOW + SECOND)]
