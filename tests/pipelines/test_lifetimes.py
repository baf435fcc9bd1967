"""How soon a newsroom overwrites, learnt from looks, against newsrooms of which everything is known."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.lifetimes import HAZARDS, HOUR, USUAL, Event, Life, Lifetimes, by_site, learnt, lives_of, site_of


def watched(shares: tuple[float, ...], gap: float, *, known: bool, seed: int = 1, seen: int = 900) -> list[Life]:
    """What looks every ``gap`` seconds over half a day show of revisions; ``known``: the page says when each came."""
    dice, lives, end = random.Random(seed), list[Life](), 12 * HOUR // gap * gap
    while len(lives) < seen:
        born = dice.uniform(0, gap)
        kind = dice.choices((*HAZARDS, 0.0), (*shares, 1 - sum(shares)))[0]
        gone = born + dice.expovariate(kind) if kind else math.inf
        came = Event("u", 0, gap, born=True, at=born if known else None)
        if gone <= gap:
            continue  # nobody has seen it
        last = gone // gap * gap
        events = [came] if gone >= end else [came, Event("u", last, last + gap, born=False)]
        lives += lives_of(events, end)
    return lives


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("shares", "gap"),
    [((0.3, 0.2, 0.1, 0.0), 60), ((0.0, 0.05, 0.1, 0.3), 60), ((0.0, 0.05, 0.1, 0.3), 300), (USUAL, 300)],
)
def test_it_is_learnt_how_many_are_overwritten_and_how_soon(
    shares: tuple[float, ...], gap: float, known: bool
) -> None:
    found = learnt(watched(shares, gap, known=known))

    assert found.lives > 100
    for less in range(1, 4):  # the two quickest kinds cannot be told apart by looks that are minutes apart
        assert sum(found.shares[: less + 1]) == pytest.approx(sum(shares[: less + 1]), abs=0.1)


def test_what_hardly_anybody_has_seen_is_learnt_in_part() -> None:
    """Of revisions that live for a minute looks every five minutes find every fifth: what is usual counts as much."""
    found = learnt(watched((0.5, 0.1, 0.0, 0.0), 300, known=True))

    assert sum(USUAL[:2]) + 0.1 < sum(found.shares[:2]) < 0.6


def test_what_is_seldom_seen_is_not_taken_for_rare() -> None:
    """With looks every five minutes three of four quick revisions are gone before anybody comes."""
    lives = watched((0.0, 0.5, 0.0, 0.0), 900, known=True)
    ended = sum(life.gone is not None for life in lives) / len(lives)

    assert ended < 0.25
    assert sum(learnt(lives).shares) == pytest.approx(0.5, abs=0.1)


def test_of_whom_little_is_known_the_usual_is_believed() -> None:
    few = watched((0.6, 0.2, 0.0, 0.0), 60, known=True, seen=8)

    assert learnt([]) == learnt([Life(1, 0, 900, None)]) == Lifetimes(USUAL, 0)
    assert learnt(few).shares == pytest.approx(USUAL, abs=0.06)


def test_a_revision_lives_from_its_event_to_the_next_of_the_same_update() -> None:
    events = [
        Event("a", 0, 60, born=True, at=50),
        Event("b", 0, 60, born=True),
        Event("a", 300, 360, born=True),
        Event("b", 600, 660, born=False, lost=True),
        Event("c", 600, 660, born=False),  # it was there before anybody looked
        Event("d", 600, 660, born=True, at=20),  # a time before the look before is none of this revision
    ]

    assert lives_of(events, 900) == [
        Life(10, 0, 240, 300),
        Life(0, 60, 540, None),
        Life(0, 60, 540, None),
        Life(0, 60, 240, None),
    ]


def test_two_events_of_one_look_are_one_revision() -> None:
    events = [Event("a", 0, 60, born=True), Event("a", 0, 60, born=True), Event("a", 60, 120, born=False)]

    assert lives_of(events, 900) == [Life(0, 60, 0, 60)]


def test_newsrooms_are_told_apart_by_the_hosts_of_their_pages() -> None:
    quick = watched((0.5, 0.2, 0.0, 0.0), 60, known=True)
    lives = {"org,quick)/a": quick, "org,slow)/b?c=(d)": [Life(0, 60, 60, None)]}

    found = by_site(lives)

    assert list(found) == ["org,quick"]
    assert site_of("org,slow)/b?c=(d)") == "org,slow"


times = st.floats(0, 1e9)


@given(st.lists(st.builds(Life, times, times, times, st.none() | times), max_size=30))
def test_whatever_was_seen_the_shares_are_shares(lives: list[Life]) -> None:
    found = learnt(lives)

    assert all(share >= 0 and math.isfinite(share) for share in found.shares)
    assert sum(found.shares) <= 1 + 1e-9


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 5000), st.booleans(), st.booleans()), max_size=20))
def test_whatever_happened_no_life_is_shorter_than_it_was_seen(told: list[tuple[str, float, bool, bool]]) -> None:
    moments = sorted(one[1] for one in told)
    events = [
        Event(name, by - 60, by, born=born, lost=lost, at=at)
        for (name, at, born, lost), by in zip(told, moments, strict=True)
    ]

    for life in lives_of(events, moments[-1] if moments else 0.0):
        assert min(life.young, life.spread, life.kept) >= 0
        assert life.gone is None or life.gone > life.kept


