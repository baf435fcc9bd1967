"""Times that are read in another zone: all of them moved by the same, and nobody changed them."""

from dataclasses import replace
from datetime import timedelta

from pipelines.diff import changes
from pipelines.model import Update

from .made import at, editorial, page, stream, types

HOUR = timedelta(hours=1)


def later(update: Update, by: timedelta = HOUR) -> Update:
    return replace(update, published=update.published and update.published + by)


def test_a_zone_that_was_mended_is_noise_on_each_update() -> None:
    old = stream(4)

    found = changes(page(old), page([later(u, -HOUR) for u in old], minutes=5))

    assert types(found) == ["retimed"] * 4
    assert {c.class_ for c in found} == {"volatile"}
    assert (found[0].old, found[0].new) == ("2026-01-03T12:00:00Z", "2026-01-03T11:00:00Z")


def test_what_was_written_meanwhile_is_new_though_it_reads_as_older() -> None:
    old = stream(4)
    came = replace(stream(1, newest=30)[0], published=at(30) - HOUR)  # half an hour later, an hour less

    found = changes(page(old), page([came, *(later(u, -HOUR) for u in old)], minutes=31))

    assert [(c.type, c.new) for c in editorial(found)] == [("added", came.text)]


def test_an_edit_and_a_time_of_its_own_are_told_beside_it() -> None:
    old = stream(6)
    rewritten = replace(later(old[1]), text=old[1].text.replace("harbour", "quay"))
    retimed = later(old[4], HOUR + timedelta(minutes=7))
    retimed = replace(retimed, text=retimed.text.replace("school", "nursery"))

    new = [later(old[0]), rewritten, *map(later, old[2:4]), retimed, later(old[5])]

    found = changes(page(old), page(new, minutes=5))

    assert types(editorial(found)) == ["edited", "edited"]
    own = [c for c in found if c.type == "retimed" and c.class_ != "volatile"]
    assert [(c.old, c.new) for c in own] == [("2026-01-03T11:40:00Z", "2026-01-03T12:47:00Z")]


def test_two_that_moved_or_some_minutes_or_not_all_are_changes() -> None:
    old = stream(6)

    for new in (
        [*map(later, old[:2]), *old[2:]],
        [later(u, timedelta(minutes=7)) for u in old],
        [*map(later, old[:5]), old[5]],
    ):
        found = changes(page(old), page(new, minutes=5))

        assert {(c.type, c.class_) for c in found} == {("retimed", "metadata")}


def test_a_time_of_updating_that_stayed_is_no_change() -> None:
    old = [replace(u, updated=at(3)) for u in stream(4)]

    found = changes(page(old), page([replace(later(u, -HOUR), updated=at(3)) for u in old], minutes=5))

    assert {(c.type, c.class_) for c in found if c.field == "published"} == {("retimed", "volatile")}
    assert all(c.old != c.new for c in found)


def test_what_was_there_before_is_known_in_the_other_zone() -> None:
    whole = stream(6)
    first, second = page(whole), page([*whole[:2], *whole[3:]], minutes=5)
    third = page([later(u, -HOUR) for u in whole], minutes=10)

    assert types(editorial(changes(second, third, [first]))) == ["restored"]
