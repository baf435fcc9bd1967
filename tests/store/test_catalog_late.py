"""Visits told late, or in another order than they were made: after a crash, in a rebuild, from a slow worker."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime

import pytest

from pipelines.model import Change, Visit
from pipelines.store.catalog import Catalog

from . import test_catalog as shared
from .test_catalog import KEY, archived, capture, keep, minute, read, removed, unchanged, visit

address, catalog = shared.address, shared.catalog

STORY = [
    read(1, "A"),
    read(2, "B", removed(2)),
    unchanged(3),
    archived(4, reading="unchanged"),
    read(5, "A"),
    visit(6, outcome="error", reason="timeout", reading="none"),
    unchanged(7),
    archived(8, reading="empty"),
]
SHOWN = [("A", minute(1), minute(1)), ("B", minute(2), minute(4)), ("A", minute(5), minute(7))]


def shown(catalog: Catalog) -> list[tuple[str | None, datetime, datetime]]:
    found = sorted(catalog.versions(KEY), key=lambda stored: stored.first_seen)
    return [(stored.version.headline, stored.first_seen, stored.last_seen) for stored in found]


def recorded(told: Visit) -> Visit:
    """As the ledger has it before anybody has read it; a revisit needs no reading."""
    return told if told.outcome in ("revisit", "error") else replace(told, reading=None, version=None, changes=())


@pytest.mark.parametrize("seed", range(8))
def test_visits_recorded_and_read_in_any_order_tell_one_story(catalog: Catalog, seed: int) -> None:
    shuffled = random.Random(seed)
    ledger, readings = STORY.copy(), [told for told in STORY if told.outcome == "archived"]
    shuffled.shuffle(ledger)
    shuffled.shuffle(readings)
    for told in ledger:
        catalog.visits_recorded([recorded(told)])
    for told in readings:
        catalog.visit_read(told)

    assert shown(catalog) == SHOWN
    assert sorted(stored.seq for stored in catalog.versions(KEY)) == [1, 2, 3]
    assert [stored.change.confirmed for stored in catalog.changes()] == [True]
    assert [told.id for told in catalog.visits()] == [told.id for told in STORY]


@pytest.mark.parametrize("group", [1, 3, 8])
def test_groups_tell_the_same_story_as_single_visits(catalog: Catalog, group: int) -> None:
    for at in range(0, len(STORY), group):
        catalog.visits_recorded([recorded(told) for told in STORY[at : at + group]])
        if readings := [told for told in STORY[at : at + group] if told.outcome == "archived"]:
            catalog.visits_read(readings)

    assert shown(catalog) == SHOWN


def test_an_unchanged_look_told_late_counts_for_the_version_of_its_time(catalog: Catalog) -> None:
    for told in (read(1, "A"), read(5, "B"), unchanged(3)):
        keep(catalog, told)

    assert shown(catalog) == [("A", minute(1), minute(3)), ("B", minute(5), minute(5))]


def test_a_look_waits_until_what_came_before_it_was_read(catalog: Catalog) -> None:
    keep(catalog, read(1, "A"))
    catalog.visits_recorded([recorded(archived(2)), unchanged(3)])

    assert shown(catalog) == [("A", minute(1), minute(1))]

    catalog.visit_read(archived(2, reading="unchanged"))

    assert shown(catalog) == [("A", minute(1), minute(3))]


def test_a_look_whose_capture_was_told_before_counts_from_the_time_of_that_capture(catalog: Catalog) -> None:
    """A crash between: the answer lies in a file that was sealed, the visit's own record in the one left open."""
    look = unchanged(3)
    begun = replace(look, started=minute(2), captures=())
    keep(catalog, read(1, "A"))
    catalog.captures_added(look.captures)
    catalog.visits_recorded([begun])

    assert shown(catalog) == [("A", minute(1), minute(3))]


def test_a_look_before_the_first_version_counts_for_none(catalog: Catalog) -> None:
    keep(catalog, read(5, "A"))
    keep(catalog, unchanged(1))

    assert shown(catalog) == [("A", minute(5), minute(5))]


def test_a_version_told_late_is_found_at_its_time_under_the_next_number(catalog: Catalog) -> None:
    for told in (read(1, "A"), read(9, "C"), read(5, "B")):
        keep(catalog, told)
    found = [catalog.version_at(KEY, minute(at)) for at in (1, 4, 5, 8, 9)]

    assert [stored.version.headline for stored in found if stored] == ["A", "A", "B", "B", "C"]
    assert [(stored.seq, stored.version.headline) for stored in catalog.versions(KEY)] == [(1, "A"), (2, "C"), (3, "B")]


def test_a_late_visit_does_not_make_a_page_look_older(catalog: Catalog) -> None:
    for number in (5, 2):
        keep(catalog, archived(number, reading="unchanged", scheduled=minute(number)))
    found = catalog.histories([KEY])[KEY]
    (page,) = catalog.pages()

    assert (found.last_started, found.last_scheduled, found.last_good) == (minute(5), minute(5), minute(5))
    assert found.original == capture(5)
    assert (page.last_seen, page.visits) == (minute(5), 2)
    assert [told.id for told in catalog.visits(limit=1)] == ["v5"]


def test_a_capture_that_could_not_be_read_is_no_original(catalog: Catalog) -> None:
    for number, reading in ((2, "unchanged"), (5, "empty")):
        keep(catalog, archived(number, reading=reading, scheduled=minute(number)))

    assert catalog.histories([KEY])[KEY].original == capture(2)


def test_changes_told_late_are_listed_by_when_they_were_seen(catalog: Catalog) -> None:
    keep(catalog, read(1, "A"))
    for number in (9, 5):
        keep(catalog, read(number, f"at {number}", Change(type="edited", class_="editorial", seen_by=minute(number))))

    assert [stored.change.seen_by for stored in catalog.changes()] == [minute(5), minute(9)]
