"""How closely pages were watched: what is printed beside every rate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.gaps import observed, span
from pipelines.model import Visit

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)


def looks(*minutes: float, **more: object) -> list[Visit]:
    made = ({"outcome": "archived", "reading": "version", "started": NOON + timedelta(minutes=m)} for m in minutes)
    return [Visit(id=str(n), url="u", urlkey="k", **{**one, **more}) for n, one in enumerate(made)]  # type: ignore[arg-type]


def test_gaps_lie_between_good_looks_of_one_page() -> None:
    found = observed([looks(0, 1, 2, 3, 13), looks(500, 501)])

    assert (found.looks, found.median_s, found.p90_s, found.longest_s) == (7, 60, 600, 600)
    assert str(found) == "7 looks, gaps: median 60 s, nine in ten up to 10 min, longest 10 min"


def test_a_visit_that_brought_no_page_is_no_look_and_makes_the_gap_longer() -> None:
    failed = looks(5, outcome="error", reading="none")
    refused = looks(6, reading="refused")
    same = looks(10, outcome="revisit", reading="unchanged")

    assert observed([[*looks(0), *failed, *refused, *same]]).longest_s == 600


@pytest.mark.parametrize("visits", [[], looks(0)])
def test_one_look_has_no_gap(visits: list[Visit]) -> None:
    assert str(observed([visits])) == f"{len(visits)} look(s), no gap between two"


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.04, "0 s"), (75, "75 s"), (840, "14 min"), (12_600, "3.5 h"), (181_440, "2.1 d")]
)
def test_spans_in_words(seconds: float, told: str) -> None:
    assert span(seconds) == told
