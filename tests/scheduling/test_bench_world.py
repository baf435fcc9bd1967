"""What the simulator counts, on pages made by hand; and known allocations of the rules beside ours."""

from __future__ import annotations

import numpy as np
import pytest

from crawler.schedule.learning import Seen
from crawler.schedule.worth import loss
from pipelines.completeness import seen_share
from pipelines.lifetimes import Event
from tests.bench.scheduling.memories import freshness, page_state
from tests.bench.scheduling.run import Eyes, Result
from tests.bench.scheduling.world import DELETION, EDIT, ENTRY, HEAD, NEVER_ENDS, Page, World, make

CHANCE = np.random.default_rng(1)


def page(*events: tuple[float, int, int, float], registered: float = 0.0, marker: float = NEVER_ENDS) -> Page:
    times, kinds, entries, ends = (list(column) for column in zip(*events, strict=True)) if events else ([],) * 4
    return Page(0, registered, 0.0, 1e4, marker, 0.001, 0, times, kinds, entries, ends)


def look(one: Page, *moments: float) -> tuple[list[Seen], Result]:
    eyes, result = Eyes([one]), Result("test")
    return [eyes.look(0, at, result, CHANCE)[0] for at in moments], result


def test_a_revision_that_was_overwritten_before_the_look_is_lost() -> None:
    one = page((100.0, ENTRY, 0, 200.0), (200.0, EDIT, 0, NEVER_ENDS))

    seen, result = look(one, 50.0, 300.0)

    assert (result.caught, result.delays) == (1, [100.0])
    assert seen == [Seen(), Seen(new=(200.0,))]


def test_an_entry_that_came_and_was_edited_is_one_event_and_one_that_came_and_went_is_none() -> None:
    one = page((100.0, ENTRY, 0, 150.0), (150.0, EDIT, 0, NEVER_ENDS), (160.0, ENTRY, 1, 170.0),
               (170.0, DELETION, 1, 170.0))  # fmt: skip

    seen, result = look(one, 50.0, 300.0)

    assert seen[1] == Seen(new=(200.0,))
    assert result.caught == 1


def test_deletions_and_headlines_came_at_any_time() -> None:
    one = page((100.0, ENTRY, 0, 400.0), (250.0, HEAD, -1, NEVER_ENDS), (400.0, DELETION, 0, 400.0))

    seen, _ = look(one, 200.0, 300.0, 500.0)

    assert seen[1:] == [Seen(heads=1), Seen(edited=(None,))]


def test_what_was_there_before_the_watch_is_seen_and_not_counted() -> None:
    one = page((100.0, ENTRY, 0, NEVER_ENDS), registered=200.0)

    seen, result = look(one, 300.0)

    assert seen == [Seen(new=(200.0,))]
    assert (result.caught, result.states) == (0, 0)


def test_a_made_world_has_the_shares_that_it_was_asked_for() -> None:
    pages = make(World(pages=400), 3)
    kinds = np.concatenate([one.kinds for one in pages if one.kinds])
    entries, edits, gone = (int((kinds == kind).sum()) for kind in (ENTRY, EDIT, DELETION))

    assert sum(not one.times and not one.rate for one in pages) / 400 == pytest.approx(0.1, abs=0.04)
    assert edits / entries == pytest.approx(0.75, abs=0.05)
    assert gone / entries == pytest.approx(0.02, abs=0.01)
    assert all(list(one.times) == sorted(one.times) for one in pages)


def _allocation(worth: object, rates: list[float], budget: float) -> list[float]:
    """Looks a day of each page that are worth one price and spend the budget: bisection on price, then on interval."""
    rate = np.array(rates)

    def frequencies(price: float) -> np.ndarray:
        low, high = np.full(len(rate), 1e-4), np.full(len(rate), 1e4)
        for _ in range(80):
            middle = np.sqrt(low * high)
            reached = worth(rate, rate, middle) >= price  # type: ignore[operator]
            low, high = np.where(reached, low, middle), np.where(reached, middle, high)
        return np.where(high > 9e3, 0.0, 1 / high)

    least, most = 1e-9, 1e3
    for _ in range(80):
        price = (least * most) ** 0.5
        least, most = (price, most) if frequencies(price).sum() > budget else (least, price)
    return [float(one) for one in frequencies(least)]


def test_chos_five_pages_get_the_looks_that_freshness_gives_them() -> None:
    given = _allocation(freshness, [1.0, 2.0, 3.0, 4.0, 5.0], 5.0)

    assert given == pytest.approx([1.15, 1.36, 1.35, 1.14, 0.0], abs=0.01)  # Cho & Garcia-Molina 2003, table 2


def test_page_states_want_looks_in_proportion_to_the_rate() -> None:
    given = _allocation(page_state, [1.0, 2.0, 3.0, 4.0, 5.0], 5.0)

    assert given == pytest.approx([5 * rate / 15 for rate in range(1, 6)], abs=0.01)


def test_a_fast_page_is_given_up_by_freshness_and_never_by_the_archive_index() -> None:
    rates = np.array([1.0, 50.0]) / 3600
    late = rates * loss(np.array([3600.0, 3600.0]))
    stale = freshness(rates, rates, np.array([3600.0, 3600.0]))

    assert stale[1] < stale[0] / 2
    assert late[1] > 20 * late[0]


def test_the_share_that_is_seen_falls_from_all_to_what_is_never_overwritten() -> None:
    assert seen_share(0.0, 1 / 600, 0.4) == pytest.approx(1.0)
    assert seen_share(1e9, 1 / 600, 0.4) == pytest.approx(0.6)


def test_what_an_archive_learns_of_lives_is_what_it_has_seen() -> None:
    one = page((10.0, ENTRY, 0, 500.0), (100.0, ENTRY, 1, 150.0), (150.0, EDIT, 1, 900.0), (500.0, EDIT, 0, NEVER_ENDS),
               (520.0, HEAD, -1, NEVER_ENDS), (900.0, DELETION, 1, 900.0))  # fmt: skip
    told: list[Event] = []
    eyes = Eyes([one], told=lambda number, events: told.extend(events))
    for at in (50.0, 200.0, 600.0, 1000.0):
        eyes.look(0, at, Result("test"), CHANCE)

    assert told == [
        Event("1", 50.0, 200.0, born=True),  # the edit: its entry is gone by then
        Event("0", 200.0, 600.0, born=True),
        Event("-1", 200.0, 600.0, born=True),
        Event("1", 600.0, 1000.0, born=False),
    ]


def test_newsrooms_that_are_unlike_differ_by_their_hosts() -> None:
    pages = make(World(pages=60, hosts=6, days=1.0, unlike=True), 3)
    lives: dict[int, list[float]] = {}
    for one in pages:
        ended = [end - at for at, end in zip(one.times, one.ends, strict=True) if at < end < NEVER_ENDS]
        lives.setdefault(one.newsroom, []).extend(ended)
    medians = sorted(float(np.median(mine)) for mine in lives.values())

    assert medians[0] < 600.0 < 3000.0 < medians[-1]
