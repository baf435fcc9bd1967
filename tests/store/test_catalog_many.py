"""Thousands in one call: neither database limits how many visits, captures or names are told or asked at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.model import IMPORT, Change, Watch
from pipelines.store.catalog import Catalog
from pipelines.urlkey import urlkey

from . import test_catalog as shared
from .test_catalog import FILE, KEY, NOON, archived, capture, minute, read, removed, says, visit

address, catalog = shared.address, shared.catalog

MANY = 5000
URLS = [f"http://news.test/live/{number}" for number in range(MANY)]


def test_many_visits_are_started_recorded_and_read_at_once(catalog: Catalog) -> None:
    told = [archived(number, url, reading="unchanged") for number, url in enumerate(URLS)]
    catalog.visits_started([visit(number, url) for number, url in enumerate(URLS)], worker="w1")

    assert len(catalog.unfinished_visits("w1")) == MANY

    catalog.visits_recorded([replace(one, reading=None) for one in told])

    assert len(catalog.unread_visits()) == MANY

    catalog.visits_read(told)

    assert catalog.unread_visits() == []
    assert catalog.counts()["readings"] == {"unchanged": MANY}
    assert {len(one.captures) for one in catalog.visits()} == {1}
    assert len(catalog.pages()) == MANY


def test_many_versions_are_saved_at_once(catalog: Catalog) -> None:
    told = [archived(n, url, reading="version", version=says(f"A {n}")) for n, url in enumerate(URLS[:1000])]
    catalog.visits_recorded(told)
    done = catalog.visits_read(told)

    assert {one.version_seq for one in done} == {1}
    assert catalog.counts()["versions"] == 1000
    assert {one.seq for one in catalog.latest_versions(set(map(urlkey, URLS))).values()} == {1}


def test_versions_of_one_page_that_are_saved_together_know_each_other(catalog: Catalog) -> None:
    catalog.visits_read([read(1, "A")])
    told = [read(2, "B"), read(3, "A"), read(4, "B"), read(2, "B"), read(5, "C")]
    done = catalog.visits_read(told)

    assert [one.version_seq for one in done] == [2, 3, 4, 2, 5]
    assert [one.same_as for one in catalog.versions(KEY)] == [None, None, 1, 2, None]


@pytest.mark.parametrize("below", [None, 3, 2, 1])
def test_the_newest_versions_of_many_pages_are_those_of_each(catalog: Catalog, below: int | None) -> None:
    in_turn, older_came_later, one_moment, unread = URLS[:4]
    looks = {in_turn: (1, 2, 3), older_came_later: (5, 9, 7), one_moment: (4, 4, 4), unread: ()}
    told = [
        replace(
            archived(number, url, id=f"{url} {turn}", reading="version", version=says(f"A {turn}")),
            why=IMPORT if url == older_came_later else "schedule",
        )
        for url, numbers in looks.items()
        for turn, number in enumerate(numbers)
    ]
    catalog.visits_recorded(told)
    for one in told:
        catalog.visit_read(one)
    alone = {urlkey(url): catalog.latest_version(urlkey(url), below=below) for url in looks}

    assert catalog.latest_versions(alone, below=below) == {key: one for key, one in alone.items() if one}
    assert below or {one.seq for one in alone.values() if one} == {3, 2}


def test_one_page_may_have_many_versions_and_one_version_many_changes(catalog: Catalog) -> None:
    many = [replace(removed(2), update=f"id:{number}") for number in range(MANY)]
    catalog.visits_read([read(1, "A"), read(2, "B", *many), *(read(number, f"C {number}") for number in range(3, 500))])
    found = list(catalog.changes(urlkey=KEY, seq=2))

    assert [stored.change.update for stored in found] == [change.update for change in many]
    assert [stored.seq for stored in catalog.versions(KEY)] == list(range(1, 500))

    catalog.confirm([stored.change_id for stored in found])

    assert {stored.change.confirmed for stored in catalog.changes()} == {True}


def test_many_names_are_asked_for_at_once(catalog: Catalog) -> None:
    saved = catalog.save_watches([Watch(url=url) for url in URLS], now=NOON)

    assert len(saved.added) == MANY
    assert len(catalog.save_watches([Watch(url=url, weight=2.0) for url in URLS], now=NOON).changed) == MANY
    assert len(catalog.watches("active")) == MANY
    assert catalog.active_among([*map(urlkey, URLS), *(f"other{n}" for n in range(MANY))]) == set(map(urlkey, URLS))
    assert len(catalog.histories(map(urlkey, URLS))) == len(catalog.histories()) == MANY


def test_many_captures_move_with_their_file(catalog: Catalog) -> None:
    catalog.file_opened(FILE, worker="w1", now=NOON)
    loose = [capture(number, url, role="robots", visit_id=None) for number, url in enumerate(URLS)]
    catalog.captures_added([*loose, *loose[:10]])
    one = visit(1, outcome="archived", captures=tuple(capture(MANY + n, role="requisite") for n in range(MANY)))
    catalog.visits_recorded([one])
    catalog.file_stored(FILE, key="warc/x", size=1, sha256="sha256:00", now=NOON)

    assert catalog.counts()["captures"] == 2 * MANY
    assert {row["filename"] for row in catalog.dump()["captures"]} == {"warc/x"}
    assert len(catalog.visits()[0].captures) == MANY


def test_captures_from_many_files_are_added_at_once(catalog: Catalog) -> None:
    for number in range(0, MANY, 1000):
        catalog.file_stored(f"f{number}", key=f"warc/f{number}", size=1, sha256="sha256:00", now=NOON)
    catalog.captures_added([capture(number, filename=f"f{number}") for number in range(MANY)])
    places = [one.filename for one in catalog.captures(KEY)]

    assert [places[0], places[1], places[1000], places[1001]] == ["warc/f0", "f1", "warc/f1000", "f1001"]


def test_nothing_is_told_and_asked_too(catalog: Catalog) -> None:
    catalog.visits_started([], worker="w1")
    catalog.visits_recorded([])
    catalog.captures_added([])
    catalog.confirm([])

    assert catalog.histories([]) == {}
    assert catalog.latest_versions([]) == {}
    assert catalog.save_watches([], now=NOON).added == ()


@pytest.mark.parametrize("size", [100_000, 3_000_000])
def test_a_text_may_be_long(catalog: Catalog, size: int) -> None:
    words = "storm ü " * (size // 8)
    catalog.visit_read(read(1, words, Change(type="edited", class_="editorial", old=words, seen_by=minute(1))))
    (found,) = catalog.changes()
    version = catalog.latest_version(KEY)
    assert version is not None

    assert (version.version.updates[0].text, found.change.old) == (words, words)
