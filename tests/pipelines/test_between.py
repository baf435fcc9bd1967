"""Comparing again what was compared gives the same, also where a look reached only a part of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from pipelines.comparing import compare
from pipelines.model import Change, Unreadable, Version, Window
from pipelines.rediffing import Rediff
from pipelines.store.catalog import Catalog, Chosen, StoredVersion
from retrieval.between import between

from .looks import ALL, KEY, REACHED, look

NEAR = Window(pages=3, complete=False)
EDITED = {5: "Report number 5 on the storm in the harbour, 35 ships and 2 boats."}


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(f"sqlite:///{tmp_path}/catalog.db") as catalog:
        yield catalog


@pytest.fixture
def looked_at(catalog: Catalog) -> Catalog:
    """All of the page, three looks at its top, all of it: an update came, and one far down was edited."""
    looks = [(ALL, REACHED), (ALL[:3], NEAR), ((0, *ALL[:2]), NEAR), ((0, *ALL[:2]), NEAR), ((0, *ALL), REACHED)]
    for number, (ids, window) in enumerate(looks, start=1):
        compare(look(number, ids, window=window, texts=EDITED if number == 5 else {}), catalog)
    return catalog


def told(changes: Sequence[Change]) -> list[object]:
    return [(c.type, c.update, c.old, c.new, c.seen_after, c.seen_by, c.old_proof, c.part) for c in changes]


def test_neighbours_compared_anew_have_the_changes_that_were_recorded(looked_at: Catalog) -> None:
    versions = looked_at.versions(KEY)

    assert len(versions) == 5
    for old, new in pairwise(versions):
        recorded = [one.change for one in looked_at.changes(urlkey=KEY, seq=new.seq)]
        assert told(between(old, new, versions)) == told(recorded)


def test_an_edit_far_down_is_not_dated_by_a_look_that_did_not_reach_it(looked_at: Catalog) -> None:
    versions = looked_at.versions(KEY)
    first, _, third, _, fifth = versions
    [edit] = [change for change in between(third, fifth, versions) if change.type == "edited"]

    assert (edit.seen_after, edit.seen_by) == (first.first_seen, fifth.first_seen)
    assert edit.old_proof is not None
    assert edit.old_proof.record_id == first.record_id


def test_rediff_finds_nothing_else(looked_at: Catalog) -> None:
    rediff = Rediff(looked_at, Chosen(), lambda stored: [])
    rediff.run(lambda compared: None)

    assert rediff.progress.results == {"equal": 4}


def test_one_old_look_that_cannot_be_read_any_more_does_not_stop_all_comparing(catalog: Catalog) -> None:
    def reread(stored: Sequence[StoredVersion]) -> list[Version | Unreadable]:
        gone = Unreadable(reading="decode", detail="it is damaged")
        return [gone if one.seq == 1 else replace(one.version, extractor="x 2") for one in stored]

    compare(look(1, ALL, window=REACHED), catalog)
    half = replace(REACHED, complete=False)
    blind, edited, same = (
        compare(look(number, (*ids, 4, 5), window=half, rules="x 2", texts=texts), catalog, reread=reread)
        for number, ids, texts in ((2, ALL[:3], {}), (3, ALL[:3], EDITED), (4, ALL[:3], EDITED))
    )

    assert (blind.reading, blind.changes) == ("version", ())
    assert "v1 cannot be read by x 2" in blind.detail
    assert {change.type for change in edited.changes} == {"headline", "edited"}
    assert {change.type for change in same.changes} == {"headline"}
