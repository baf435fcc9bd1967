"""Ticks of ``every N`` that are moved a little, each by its own share: ordered, bounded, without drift."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.schedule import turns_between
from crawler.schedule.policies import Every
from crawler.watchlist import load_watchlist, policy_of
from pipelines.control import watch_from_json, watch_to_json
from pipelines.errors import ConfigError

EPOCH, INSTANT = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
policies = st.builds(
    Every,
    st.integers(1, 86400).map(lambda count: timedelta(seconds=count)),
    st.just(timedelta(seconds=0.37)),
    st.sampled_from([0.0, 0.1, 0.25]),
    st.text(max_size=20),
)
numbers = st.integers(0, 2_000_000)


def test_ten_thousand_ticks_are_ordered_half_an_interval_apart_and_do_not_drift() -> None:
    policy = Every(timedelta(minutes=5), timedelta(seconds=17), 0.1, "org,example)/live")
    ticks = [policy.tick(number) for number in range(10_000)]
    shifts = [tick - EPOCH - policy.phase - number * policy.interval for number, tick in enumerate(ticks)]

    assert min(b - a for a, b in itertools.pairwise(ticks)) >= policy.interval * 0.8 - 2 * INSTANT
    assert max(map(abs, shifts)) <= policy.interval * 0.1 + INSTANT
    assert abs(sum(shifts, timedelta()) / len(shifts)) < policy.interval * 0.005
    assert len(set(shifts)) > 9_900


@given(policies, numbers)
@settings(max_examples=100, deadline=None)
def test_a_tick_is_due_from_its_moment_on_and_once(policy: Every, number: int) -> None:
    before, tick, after = (policy.tick(number + by) for by in (-1, 0, 1))

    assert policy.due(before, tick - INSTANT) == tick
    assert policy.due(before, tick) == policy.due(before, tick + INSTANT) == tick
    assert policy.due(tick, tick) == policy.due(tick, after - INSTANT) == after
    assert policy.number_at(tick) == number == policy.number_at(tick - INSTANT) + 1


@given(policies, numbers, st.integers(1, 50))
@settings(max_examples=50, deadline=None)
def test_the_turns_between_two_ticks_are_all_counted(policy: Every, number: int, passed: int) -> None:
    assert turns_between(policy, policy.tick(number), policy.tick(number + passed)) == passed - 1


@pytest.mark.parametrize("jitter", [-0.1, 0.26, 1.0, float("nan")])
def test_a_jitter_that_would_bring_ticks_too_close_is_refused(jitter: float) -> None:
    with pytest.raises(ValueError, match=r"not between 0 and 0\.25"):
        Every(timedelta(minutes=5), timedelta(), jitter)


WATCH = '[[watch]]\nurl = "https://a.example.org/"\nschedule = "every 5m"\n'


@pytest.mark.parametrize(
    ("text", "jitter"),
    [
        (WATCH, 0.0),
        (WATCH + 'jitter = "10%"', 0.1),
        (WATCH + "jitter = 0.05", 0.05),
        ('[defaults]\njitter = "20%"\n' + WATCH, 0.2),
        ('[defaults]\njitter = "20%"\n' + WATCH + "jitter = 0", 0.0),
    ],
)
def test_it_is_written_for_all_or_for_one_and_kept(tmp_path: Path, text: str, jitter: float) -> None:
    (tmp_path / "stoppress.toml").write_text(text)
    [watch] = load_watchlist(tmp_path / "stoppress.toml").watches
    policy = policy_of(watch_from_json(watch_to_json(watch)))

    assert isinstance(policy, Every)
    assert policy.jitter == pytest.approx(jitter)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WATCH + 'jitter = "30%"', "jitter = 30% is more than 25%"),
        (WATCH + 'jitter = "a bit"', "'a bit' is no share"),
        (WATCH + "jitter = -0.1", "-0.1 is no share"),
        (WATCH + "jitter = nan", "nan is no share"),
        (WATCH.replace("5m", "60s") + 'jitter = "10%"', "two visits may be 48s apart, less than min"),
    ],
)
def test_what_it_cannot_be_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "stoppress.toml").write_text(text)

    with pytest.raises(ConfigError, match=said):
        load_watchlist(tmp_path / "stoppress.toml")
