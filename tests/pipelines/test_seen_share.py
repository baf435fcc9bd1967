"""The estimate of what was captured, against a newsroom of which everything is known."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from pipelines.completeness import Caught, completeness, completeness_of_all, completeness_of_page
from pipelines.lifetimes import Lifetimes


def watched(rho: float, delta: float, gap: float, seed: int, revisions: int = 20_000) -> tuple[float, Caught]:
    """(share that was seen, what is known of it): revisions at any time, a share ``rho`` of them overwritten soon.

    Looks come after gaps of ``gap`` seconds, more or less: none is as long as the next.
    """
    dice, gaps, before = random.Random(seed), [], 0.0
    hours = revisions * 60.0
    times = sorted(dice.uniform(0, hours) for _ in range(revisions))
    look = gap * dice.uniform(0.2, 1.8)
    for born in times:
        while look < born:
            before, look = look, look + gap * dice.uniform(0.2, 1.8)
        lost = dice.random() < rho and born + dice.expovariate(delta) < look
        if not lost:
            gaps.append(look - before)
    return len(gaps) / revisions, Caught(100, tuple(gaps))


@pytest.mark.parametrize("gap", [60, 300, 1200, 7200])
@pytest.mark.parametrize("rho", [0.2, 0.48, 0.7])
@pytest.mark.parametrize("minutes", [3, 10, 40])
def test_with_the_newsrooms_own_figures_it_is_right(gap: float, rho: float, minutes: float) -> None:
    truth, caught = watched(rho, 1 / (60 * minutes), gap, seed=7)

    estimated = completeness(caught, losses=[(rho, 1 / (60 * minutes))])

    assert estimated.share == pytest.approx(truth, abs=0.03)


@pytest.mark.parametrize("gap", [60, 600, 3600, 14400])
def test_the_range_holds_a_newsroom_that_overwrites_a_tenth_more_or_less(gap: float) -> None:
    for rho in (0.40, 0.56):
        truth, caught = watched(rho, 1 / 600, gap, seed=11)
        found = completeness(caught)

        assert found.low is not None
        assert found.high is not None
        assert found.low - 0.01 <= truth <= found.high + 0.01


def test_starved_looks_promise_too_much_where_rho_is_taken_too_low() -> None:
    """As in the table that the default follows from: .40 where .48 is true errs to the side that does harm."""
    truth, caught = watched(0.48, 1 / 600, 4 * 3600, seed=3)
    low, default = completeness(caught, losses=[(0.40, 1 / 600)]).share, completeness(caught).share

    assert truth == pytest.approx(0.54, abs=0.02)
    assert low is not None
    assert low > truth + 0.05
    assert default == pytest.approx(truth, abs=0.01)


@pytest.mark.parametrize("minutes", [2, 40])
def test_of_a_newsroom_that_is_quicker_or_slower_than_assumed_it_is_points_off(minutes: float) -> None:
    truth, caught = watched(0.48, 1 / (60 * minutes), 900, seed=5)

    wrong = completeness(caught).share

    assert wrong is not None
    assert 0.03 < abs(wrong - truth) < 0.2


def test_where_nothing_can_be_said_there_is_a_reason_and_no_figure() -> None:
    never, once, quiet = completeness(Caught()), completeness(Caught(1, (60.0,))), completeness(Caught(5))

    assert [one.share for one in (never, once, quiet)] == [None] * 3
    assert "no good look" in never.reason
    assert "looked at once only" in once.reason
    assert "no revision" in quiet.reason
    assert completeness_of_all({"a": Caught(1)}).reason == "no page was looked at twice"


def test_pages_together_count_by_their_revisions_and_only_from_the_second_look_on() -> None:
    busy, calm = Caught(9, (3600.0,) * 30), Caught(9, (60.0,) * 10)

    together = completeness_of_all({"org,a)/": busy, "org,b)/": calm, "org,c)/": Caught(1, (9999.0,))})

    assert together.revisions == 40
    assert together.share == pytest.approx(completeness(busy + calm).share)


QUICK = Lifetimes((0.3, 0.3, 0.0, 0.0), 50)


def test_a_newsroom_that_is_known_is_taken_for_what_it_is() -> None:
    caught = Caught(9, (300.0,) * 40)
    usual, quick = (completeness_of_page("org,a)/x", caught, known) for known in ({}, {"org,a": QUICK}))

    assert usual == completeness(caught)
    assert quick.share is not None
    assert usual.share is not None
    assert quick.share < usual.share - 0.1
    assert (quick.lives, quick.overwritten) == (50, pytest.approx(0.6))
    assert 1 / quick.hazard == pytest.approx((60 + 240) / 2)
    assert "learnt from 50 lives" in quick.words()
    assert quick.to_json()["lives"] == 50
    assert completeness_of_page("org,b)/x", caught, {"org,a": QUICK}) == usual


def test_fewer_than_fifty_lives_say_nothing_of_a_newsroom() -> None:
    caught = Caught(9, (300.0,) * 40)

    assert completeness_of_page("org,a)/x", caught, {"org,a": replace(QUICK, lives=49)}) == completeness(caught)


def test_pages_of_several_newsrooms_count_each_by_its_own() -> None:
    pages = {"org,a)/x": Caught(9, (300.0,) * 40), "org,b)/y": Caught(9, (300.0,) * 40)}
    each = [completeness_of_page(key, caught, {"org,a": QUICK}) for key, caught in pages.items()]
    together = completeness_of_all(pages, {"org,a": QUICK})

    assert together.share == pytest.approx(80 / sum(40 / (one.share or 0) for one in each))
    assert together.lives == 50
    assert together.low is not None
    assert together.high is not None
    assert together.low < (together.share or 0) < together.high


def test_of_a_newsroom_that_overwrites_nothing_all_was_captured() -> None:
    found = completeness_of_page("org,a)/x", Caught(9, (300.0,)), {"org,a": Lifetimes((0.0,) * 4, 60)})

    assert (found.share, found.overwritten) == (1.0, 0.0)
    assert found.to_json()["estimate"] == 1.0
