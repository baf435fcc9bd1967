"""When the rest of a page is asked for: by what is known of it and what an answer shows, and by nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from crawler.paging import MOST_LOOKS, Known, goes_on, is_sweep, remembered
from pipelines.model import Update, Version, Window
from tests.rest import pages

HOUR = timedelta(hours=1)


def version(numbers: Sequence[int], *, complete: bool = False, parts: int = 0, part: bool = False) -> Version:
    said = (("part", "https://api.estuary.example/posts"),) if part else ()
    updates = tuple(
        Update(text=pages.text(n), id=str(n), key=f"id:{n}", published=pages.moment(n), provenance=said)
        for n in numbers
    )
    return Version(
        url="u", at=pages.AT, live=True, state="live", updates=updates, window=Window(complete=complete, parts=parts)
    )


def test_the_first_visit_asks_for_all_and_the_next_when_its_time_has_come() -> None:
    known = Known()

    assert is_sweep(known, version([3]), pages.AT, HOUR)
    known.swept_at(pages.AT, HOUR, reached=True)
    assert not is_sweep(known, version([3]), pages.AT + HOUR - timedelta(seconds=1), HOUR)
    assert is_sweep(known, version([3]), pages.AT + HOUR, HOUR)


def test_what_was_not_reached_is_tried_again_sooner_but_not_at_once() -> None:
    known = Known()
    known.swept_at(pages.AT, HOUR, reached=False)

    assert not is_sweep(known, version([3]), pages.AT + HOUR / 5, HOUR)
    assert is_sweep(known, version([3]), pages.AT + HOUR / 3, HOUR)


def test_the_end_of_coverage_and_many_looks_bring_a_sweep() -> None:
    known = Known(swept=pages.AT)
    ended = replace(version([3]), state="ended")

    assert is_sweep(known, ended, pages.AT, HOUR)
    assert not is_sweep(Known(swept=pages.AT, ended=True), ended, pages.AT, HOUR)
    assert is_sweep(Known(swept=pages.AT, looks=MOST_LOOKS), version([3]), pages.AT, HOUR)


def test_it_goes_on_until_an_answer_ends_with_what_is_known_as_it_is() -> None:
    known = Known()
    known.saw([version([3, 2, 1])])
    edited = replace(version([4]).updates[0], key="id:3", text="The quay is open again to all who live there.")

    assert not goes_on(known, version([5, 4, 3]))
    assert goes_on(known, version([6, 5, 4]))
    assert goes_on(known, replace(version([5, 4]), updates=(*version([5, 4]).updates, edited)))
    assert goes_on(known, version([]))


def test_a_pinned_update_at_the_end_does_not_stop_it() -> None:
    known = Known()
    known.saw([version([1])])
    pinned = replace(version([1]).updates[0], pinned=True)

    assert goes_on(known, replace(version([6, 5]), updates=(*version([6, 5]).updates, pinned)))


def test_a_page_that_begins_with_the_oldest_is_read_to_its_end() -> None:
    known = Known()
    known.saw([version([1, 2, 3])])

    assert goes_on(known, version([1, 2, 3]))


def test_a_new_process_knows_what_the_catalog_says() -> None:
    sweep = version(range(9, 0, -1), complete=True, parts=2)
    known = remembered([sweep, replace(version([11, 10, 9]), at=pages.AT + HOUR)])

    assert (known.more, known.fed, known.swept, known.looks) == (True, False, pages.AT, 1)
    assert not goes_on(known, version([12, 11, 10]))
    assert remembered([version([2, 1], complete=True)]).more is False
    assert remembered([version([2, 1], parts=1, part=True)]).fed
    assert remembered([]) == Known()
