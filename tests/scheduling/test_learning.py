"""What looks teach: how likely each rate is, and what goes on at a page."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.schedule.habits import BEFORE, EDITS, FOLLOWS, HEADS, LAGS, PRIOR, RATES
from crawler.schedule.learning import NOTHING, Begun, Learnt, Look, Seen, expected, learnt

HOUR = 3600.0


def after(*looks: Look, before: Learnt | None = None) -> Learnt:
    """A page after these looks."""
    known = before or Learnt()
    for look in looks:
        rate, begun = np.array([known.rate]), np.array([known.begun])
        likely, going = learnt(np.array([known.likely]), begun, rate, [look])
        known = Learnt(tuple(likely[0].tolist()), Begun._make(going[0].tolist()))
    return known


def per_hour(known: Learnt) -> float:
    return known.rate * HOUR


def steady_looks(updates_per_hour: float, hours: float, every: float = 300.0) -> list[Look]:
    gap, due, looks = 3600 / updates_per_hour, 0.0, []
    for n in range(1, int(hours * HOUR / every) + 1):
        ages = []
        while due < n * every:
            ages.append(n * every - due)
            due += gap
        looks.append(Look(Seen(new=ages), every))
    return looks


@pytest.mark.parametrize("rate", [0.5, 3.0, 20.0])
def test_a_steady_page_is_known_for_what_it_is(rate: float) -> None:
    assert per_hour(after(*steady_looks(rate, 12))) == pytest.approx(rate, rel=0.35)


def test_a_page_that_wakes_up_is_taken_for_awake_within_the_hour() -> None:
    asleep = after(*[Look(NOTHING, 1800.0)] * 48)
    awake = after(*steady_looks(20, 1), before=asleep)

    assert per_hour(asleep) < 0.15
    assert per_hour(awake) > 8


def test_one_that_falls_asleep_is_forgotten_by_and_by() -> None:
    busy = after(*steady_looks(20, 6))
    quiet = after(*[Look(NOTHING, 600.0)] * 12, before=busy)

    assert per_hour(quiet) < per_hour(busy) / 5


def test_without_looks_it_becomes_what_pages_are() -> None:
    busy = after(*steady_looks(20, 6))
    long_ago = after(Look(NOTHING, 1.0), Look(NOTHING, 1.0), before=busy)
    forgotten = after(Look(Seen(changed=True), 30 * 86_400.0), before=busy)

    assert per_hour(long_ago) == pytest.approx(per_hour(busy), rel=0.05)
    assert np.allclose(forgotten.likely, PRIOR, atol=0.02)


def test_a_burst_is_told_from_a_rate() -> None:
    scattered = after(Look(Seen(new=[3500.0 - 700 * n for n in range(5)]), HOUR))
    burst = after(Look(Seen(new=[30.0 + 20 * n for n in range(5)]), HOUR))

    assert burst.begun.burst > scattered.begun.burst + 1.5
    assert per_hour(burst) < per_hour(scattered)


def test_the_first_look_takes_of_its_backlog_what_is_young() -> None:
    old = after(Look(Seen(new=[BEFORE + 60 * n for n in range(100)]), None))
    young = after(Look(Seen(new=[5.0 * n for n in range(1, 100)]), None))

    assert per_hour(old) < per_hour(Learnt())
    assert per_hour(young) < 40  # six of them, and most brought about by others
    assert old.begun.late > 0.1  # but edits of all of them are expected


def test_a_new_update_has_its_edits_before_it() -> None:
    known = after(*[Look(NOTHING, 600.0)] * 6, Look(Seen(new=[1.0]), 600.0))
    of = expected(np.array([known.rate]), np.array([known.begun]), np.ones(1))
    (_, soon), (_, late) = LAGS
    edits = of.fading[0, 1] * soon + of.fading[0, 2] * late + EDITS * known.rate * (0.4 * soon + 0.6 * late)

    assert edits == pytest.approx(EDITS, rel=0.05)
    assert of.fading[0, 0] > 0


def test_edits_of_what_is_long_settled_are_events_of_their_own() -> None:
    edited = after(*[Look(Seen(edited=[100.0]), 600.0)] * 24)
    quiet = after(*[Look(NOTHING, 600.0)] * 24)

    assert per_hour(edited) > 2.0 > per_hour(quiet)


def test_a_page_whose_updates_are_never_edited_is_not_looked_at_for_edits() -> None:
    never = after(*steady_looks(6, 24))
    usual = expected(np.array([never.rate]), np.array([never.begun]), np.ones(1)).steady[0] / never.rate

    assert 1.0 < usual < 1 + HEADS + EDITS / 2


def test_one_bit_says_that_something_came_and_nothing_more() -> None:
    changed = after(*[Look(Seen(changed=True), 600.0)] * 24)
    half = after(*[Look(Seen(changed=n % 2 == 0), 600.0) for n in range(24)])

    assert per_hour(changed) > per_hour(half) > 1.0
    assert per_hour(half) < 8.0


def test_times_out_of_the_future_and_from_before_the_last_look_are_of_this_gap() -> None:
    known = after(Look(NOTHING, 600.0), Look(Seen(new=[-500.0, 1e9]), 600.0))

    assert known.begun.burst == pytest.approx(1 + math.exp(-1))


AGES = st.lists(st.none() | st.floats(-1e12, 1e12), max_size=30)
SEEN = st.builds(Seen, new=AGES, edited=AGES, heads=st.integers(0, 3), changed=st.booleans())


@given(st.lists(st.tuples(SEEN, st.none() | st.floats(0, 1e9)), min_size=1, max_size=12))
def test_whatever_is_told_the_state_stays_sound(looks: list[tuple[Seen, float | None]]) -> None:
    known = after(*(Look(*look) for look in looks))
    of = expected(np.array([known.rate]), np.array([known.begun]), np.ones(1))

    assert sum(known.likely) == pytest.approx(1)
    assert RATES[0] * 0.99 <= known.rate <= RATES[-1] * 1.01
    assert all(math.isfinite(one) and one >= 0 for one in known.begun)
    assert of.steady[0] > 0
    assert np.isfinite([*of.steady, *of.fading[0]]).all()
    assert Learnt.from_json(known.to_json()) is not None


def test_what_is_remembered_is_read_again() -> None:
    known = after(*steady_looks(6, 3))
    again = Learnt.from_json(known.to_json())

    assert again is not None
    assert again.rate == pytest.approx(known.rate, rel=1e-3)
    assert again.begun == known.begun


@pytest.mark.parametrize(
    "kept",
    [None, {}, {"likely": [1.0]}, {"likely": [float("nan")] * 12, "begun": [0] * 5}, {"likely": list(PRIOR)},
     {"likely": list(PRIOR), "begun": [0, 0, 0, 0, -1]}, {"likely": [0.0] * 12, "begun": [0] * 5},
     {"likely": "x", "begun": 3}, {"events": "many", "time": 3}, {"events": float("inf"), "time": 3},
     {"events": 3, "time": float("nan")}, {"events": -1, "time": 3}, {"events": 1, "time": -3},
     {"likely": [float("inf")] * len(PRIOR), "begun": [0] * 5}],
)  # fmt: skip
def test_what_cannot_be_read_is_learnt_anew(kept: dict[str, object] | None) -> None:
    assert Learnt.from_json(kept) is None


def test_what_an_earlier_release_kept_is_taken_over() -> None:
    busy = Learnt.from_json({"events": 40.0, "time": 7200.0})
    still = Learnt.from_json({"events": 0.0, "time": 7200.0})
    nothing = Learnt.from_json({"events": 0.0, "time": 0.0})

    assert nothing is not None
    assert nothing.rate == pytest.approx(Learnt().rate)
    assert busy is not None
    assert still is not None
    assert per_hour(busy) == pytest.approx(20 / (1 + HEADS + EDITS), rel=0.4)
    assert per_hour(still) < 1.0 < per_hour(busy)


def test_follows_are_less_than_one_each() -> None:
    """Otherwise a burst would never end."""
    assert FOLLOWS < 1
