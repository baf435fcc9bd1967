"""Golden numbers: the scheduler that crawls, and the rules beside it, in one small made world. A change of the schedule
that costs revisions shows here before anything is published; who means to change them measures with bench-schedule."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from crawler.schedule import prices, scheduler
from tests.bench.scheduling.contest import ALIKE, AS_CRAWLED, BASELINES, ONE_BY_ONE, OURS, POLICIES, VARIANTS, against
from tests.bench.scheduling.world import Page, World, make

WORLD = World(pages=150, hosts=20, days=1.0)
GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())
TOLERANCE = 0.01
STALE = replace(VARIANTS["half stale"][0], pages=60, hosts=12, days=1.0)
BOUND = World(pages=200, hosts=12, days=0.3, rate=10.0, gap=120.0)


@cache
def world() -> list[Page]:
    return make(WORLD, 7)


@cache
def figures(name: str, per_event: float = 1.0, noise: float = 0.0) -> dict[str, float]:
    return against(name, WORLD, world(), per_event, seed=7, noise=noise).figures()


@pytest.mark.parametrize("name", list(POLICIES))
def test_what_is_caught_is_what_was_caught(name: str) -> None:
    assert figures(name)["rev"] == pytest.approx(GOLDEN[name], abs=TOLERANCE)


def test_no_other_rule_catches_more_and_knowing_the_future_does() -> None:
    assert figures(OURS)["rev"] > max(figures(name)["rev"] for name in BASELINES)
    assert figures(OURS)["rev"] < figures("clairvoyant")["rev"]


def test_a_budget_is_never_exceeded() -> None:
    assert figures(OURS, 0.3)["spent"] <= 0.3 + 1 / 100
    assert figures("clairvoyant", 0.3)["spent"] <= 0.3 + 1 / 100


def test_a_budget_that_is_too_small_for_max_does_not_go_into_overdue_looks_alone() -> None:
    pages = make(STALE, 7)
    ours, theirs = (against(name, STALE, pages, 0.5, seed=7).figures()["rev"] for name in (AS_CRAWLED, "StormCrawler"))

    assert ours == pytest.approx(GOLDEN["Stoppress, as crawled, half stale"], abs=TOLERANCE)
    assert ours > theirs


def test_the_calendar_queue_decides_as_the_exact_form_does() -> None:
    assert figures(ONE_BY_ONE)["rev"] == pytest.approx(figures(OURS)["rev"], abs=0.01)


def test_the_pages_of_hosts_that_may_not_be_asked_more_often_do_not_stand_in_the_way_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the price of a host is for: of a long list only the best are ready, and a page that waits for its host for
    an hour is worth more than any other. The list is short here, and so is what may be ready of it."""
    pages = make(BOUND, 7)
    monkeypatch.setattr(scheduler, "FEWEST", 20)
    priced = against(ONE_BY_ONE, BOUND, pages, 1.0, seed=7).figures()
    monkeypatch.setattr(prices, "HOST_RATE", 1.0)
    alike = against(ONE_BY_ONE, BOUND, pages, 1.0, seed=7).figures()

    assert priced["rev"] == pytest.approx(GOLDEN["Stoppress, calendar, hosts bind"], abs=TOLERANCE)
    assert priced["rev"] > alike["rev"] + 2 * TOLERANCE
    assert priced["spent"] > alike["spent"] + 0.05  # requests that other hosts would have taken


def test_newsrooms_that_are_told_apart_are_looked_at_when_they_need_it() -> None:
    unlike = World(pages=100, hosts=6, days=2.0, unlike=True)
    pages = make(unlike, 7)
    alike, apart = (against(name, unlike, pages, 1.0, seed=7).figures() for name in (ALIKE, OURS))

    assert apart["rev"] > alike["rev"] + 0.005
    assert apart["short"] > alike["short"] + 0.01
    assert figures(OURS)["rev"] > figures(ALIKE)["rev"] - 0.002  # and where they are alike it costs nothing


def test_bytes_that_change_with_every_look_cost_nothing() -> None:
    quiet, noisy = figures(OURS), figures(OURS, noise=1.0)

    assert noisy == quiet
    assert figures("Nutch", noise=1.0)["rev"] < figures("Nutch")["rev"] - 0.03


def test_worlds_are_the_same_for_one_seed_and_others_for_another() -> None:
    small = replace(WORLD, pages=20)

    assert [page.times for page in make(small, 1)] == [page.times for page in make(small, 1)]
    assert [page.times for page in make(small, 1)] != [page.times for page in make(small, 2)]
