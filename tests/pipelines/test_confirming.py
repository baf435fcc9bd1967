"""A removal is confirmed by a second good look alone, not by one that shows the update, nor by what comes later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.comparing import compare
from pipelines.model import Unreadable, Version, Window
from pipelines.store.catalog import Catalog, StoredVersion

from .looks import ALL, KEY, REACHED, look


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(f"sqlite:///{tmp_path}/catalog.db") as catalog:
        yield catalog


def removals(catalog: Catalog) -> list[tuple[int, bool]]:
    """Version and whether it counts, of each."""
    found = catalog.changes(urlkey=KEY, types=("removed",))
    return [(one.to_seq, one.change.confirmed) for one in found]


@pytest.mark.parametrize("window", [None, REACHED])
def test_what_came_back_and_went_again_was_removed_the_second_time_alone(
    catalog: Catalog, window: Window | None
) -> None:
    gone = (1, 2, 3, 4, 6) if window else (1, 2, 4, 5, 6)
    for number, ids in enumerate((ALL, gone, ALL, gone), start=1):
        compare(look(number, ids, window=window), catalog)
    in_doubt = removals(catalog)
    compare(look(5, gone, window=window), catalog)

    assert in_doubt == [(2, False), (4, False)]
    assert removals(catalog) == [(2, False), (4, True)]


def test_the_look_that_shows_an_update_of_an_older_page_again_does_not_confirm_that_it_is_gone(
    catalog: Catalog,
) -> None:
    edited = {5: "Report number 5 on the storm in the harbour, 35 large ships."}
    for number, ids, texts in ((1, ALL, {}), (2, (1, 2, 3, 4, 6), {}), (3, ALL, edited)):
        visit = compare(look(number, ids, window=REACHED, prefix="", texts=texts), catalog)

    assert "restored" in {change.type for change in visit.changes}
    assert removals(catalog) == [(2, False)]


def test_a_removal_is_confirmed_by_rules_that_name_updates_otherwise(catalog: Catalog) -> None:
    def reread(stored: Sequence[StoredVersion]) -> list[Version | Unreadable]:
        renamed = ({**{u.key: f"y{u.id}" for u in one.version.updates}} for one in stored)
        return [
            replace(
                one.version, extractor="x 2",
                updates=tuple(replace(u, id=ids[u.key], key=f"id:{ids[u.key]}") for u in one.version.updates),
            )
            for one, ids in zip(stored, renamed, strict=True)
        ]  # fmt: skip

    gone = (1, 2, 4, 5, 6)
    for number, ids in enumerate((ALL, gone), start=1):
        compare(look(number, ids), catalog)
    compare(look(3, gone, rules="x 2", prefix="yu"), catalog, reread=reread)

    assert removals(catalog) == [(2, True)]
