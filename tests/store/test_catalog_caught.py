"""What the estimates of completeness are made of, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipelines.completeness import Caught
from pipelines.model import Change
from pipelines.store.catalog import Catalog, Chosen

from . import test_catalog as shared
from .test_catalog import KEY, archived, keep, minute, read, unchanged

address, catalog = shared.address, shared.catalog


def change(type_: str, by: int, *, minutes: float = 1, **more: Any) -> Change:
    facts = {"class_": "editorial", "confirmed": True, "update": "id:1", "new": 'a "gap_s":9, \\u0000 \u2028 text'}
    after = minute(by) - (minute(1) - minute(0)) * minutes
    return Change(type=type_, **(facts | {"seen_after": after, "seen_by": minute(by)} | more))


def test_revisions_are_counted_once_each_with_the_longest_gap_they_came_in(catalog: Catalog) -> None:
    keep(catalog, read(0, "first"))
    keep(catalog, read(1, "second", change("edited", 1), change("added", 1, minutes=0.5, update='id:"2"')))
    keep(catalog, unchanged(2))
    keep(catalog, read(3, "third", change("edited", 3), change("retitled", 3), change("edited", 3, minutes=2),
                       change("headline", 3, update=None), change("standfirst", 3, update=None)))  # fmt: skip

    found = catalog.caught()

    assert found.keys() == {KEY}
    assert found[KEY].looks == 4
    assert sorted(found[KEY].gaps) == [30, 60, 60, 60, 120]


def test_what_says_nothing_of_readers_or_has_no_dates_is_not_counted(catalog: Catalog) -> None:
    keep(catalog, read(0, "first"))
    keep(catalog, read(1, "second", change("moved", 1), change("edited", 1, class_="cosmetic"),
                       change("added", 1, confirmed=False), change("edited", 1, seen_after=None)))  # fmt: skip
    keep(catalog, archived(2, reading="refused"))

    assert catalog.caught() == {KEY: Caught(2, ())}


def test_of_a_time_the_revisions_seen_in_it_are_told_and_the_looks_up_to_its_end(catalog: Catalog) -> None:
    other = "http://news.test/other"
    for number in range(5):
        keep(catalog, read(number, f"words {number}", *([change("edited", number, minutes=number)] if number else [])))
    seen = read(9, "elsewhere")
    keep(catalog, replace(seen, url=other, urlkey="test,news)/other"))

    of_time = catalog.caught(Chosen(since=minute(2), until=minute(3)))

    assert of_time == {KEY: Caught(4, (120.0, 180.0))}
    assert catalog.caught(Chosen(urlkeys=("test,news)/other",))).keys() == {"test,news)/other"}
    assert catalog.caught(Chosen(urlkeys=())) == {}
