"""How long revisions have lived, and what was learnt from that, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text

from pipelines.lifetimes import Life, Lifetimes
from pipelines.store.catalog import Catalog

from . import test_catalog as shared
from .test_catalog import KEY, keep, minute, read, unchanged
from .test_catalog_caught import change

address, catalog = shared.address, shared.catalog
LEARNT = Lifetimes((0.1, 0.2, 0.25, 0.05), 120)


def test_lives_begin_and_end_with_changes_and_last_until_the_newest_look(catalog: Catalog) -> None:
    keep(catalog, read(0, "first"))
    keep(catalog, read(1, "second", change("added", 1, update="a", age_s=20.0), change("added", 1, update="b"),
                       change("headline", 1, update=None)))  # fmt: skip
    keep(catalog, read(3, "third", change("edited", 3, update="a"), change("retitled", 3, update="a")))
    keep(catalog, read(5, "fourth", change("removed", 5, update="a"),
                       change("left_window", 5, update="b", class_="cosmetic"),
                       change("removed", 5, update="c", confirmed=False)))  # fmt: skip
    keep(catalog, unchanged(9))

    assert sorted(catalog.lives()[KEY], key=str) == sorted(
        [Life(20, 0, 60, 120), Life(0, 60, 60, 120), Life(0, 60, 180, None), Life(0, 60, 480, None)], key=str
    )


def test_of_many_changes_the_newest_are_looked_at(catalog: Catalog) -> None:
    other = "http://news.test/other"
    keep(catalog, replace(read(0, "first", change("added", 0, update="a")), url=other, urlkey="test,news)/other"))
    keep(catalog, read(1, "second", change("added", 1, update="a")))
    keep(catalog, read(2, "third", change("edited", 2, update="a")))

    assert catalog.lives(most=2) == {KEY: [Life(0, 60, 0, 60), Life(0, 60, 0, None)]}
    assert catalog.lives(most=3).keys() == {KEY, "test,news)/other"}
    assert catalog.lives(most=0) == {}


def test_what_cosmetics_and_undated_changes_say_counts_for_nothing(catalog: Catalog) -> None:
    keep(catalog, read(0, "first"))
    keep(catalog, read(1, "second", change("edited", 1, class_="cosmetic"), change("edited", 1, seen_after=None),
                       change("moved", 1)))  # fmt: skip

    assert catalog.lives() == {}


def test_what_was_learnt_comes_back_and_what_is_not_told_again_stays(catalog: Catalog) -> None:
    before = catalog.lifetimes(), catalog.lifetimes_learnt()
    catalog.remember_lifetimes({"test,news": LEARNT, "test,other": LEARNT}, minute(1))
    catalog.remember_lifetimes({"test,news": Lifetimes((0.0, 0.0, 0.1, 0.0), 7)}, minute(2))
    catalog.remember_lifetimes({}, minute(3))

    assert before == ({}, None)
    assert catalog.lifetimes() == {"test,news": Lifetimes((0.0, 0.0, 0.1, 0.0), 7), "test,other": LEARNT}
    assert catalog.lifetimes_learnt() == minute(2)


@pytest.mark.parametrize("kept", ["", "{}", "[]", "[0.1]", "[-1, 0, 0, 0]", "[1, 1, 1, 1]", "[NaN, 0, 0, 0]", "null"])
def test_what_cannot_be_read_is_learnt_anew(catalog: Catalog, address: str, kept: str) -> None:
    catalog.remember_lifetimes({"test,news": LEARNT}, minute(1))
    engine = create_engine(address.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE lifetimes SET shares = :kept"), {"kept": kept})
    engine.dispose()

    assert catalog.lifetimes() == {}
