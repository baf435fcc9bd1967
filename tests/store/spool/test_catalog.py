"""When the catalog fails: its rows wait, and come once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.model import Visit
from pipelines.store.adopting import adopt
from pipelines.store.catalog import Catalog
from tests.store.spool.desk import NOON, URL, Desk, exchange, sealed_file, visit_of, visits_in


def test_rows_of_acknowledged_visits_are_written_when_the_catalog_is_back(desk: Desk, refusing: list[bool]) -> None:
    recorder = desk.open()
    refusing.append(True)
    desk.keep(recorder, exchange(), "v1")

    assert desk.catalog.visits() == []

    refusing.clear()
    desk.keep(recorder, exchange(minute=1), "v2")

    assert [(v.id, len(v.captures)) for v in desk.catalog.visits()] == [("v1", 1), ("v2", 1)]


@pytest.mark.parametrize("killed", [False, True])
def test_a_row_that_no_database_can_hold_keeps_back_no_other(desk: Desk, killed: bool) -> None:
    recorder = desk.open()
    odd = Visit(id="v1", url=URL, urlkey="test,news)/live", started=NOON, outcome="error", status=2**70)
    done = [recorder.visit(odd), recorder.visit(replace(odd, id="v2", status=200))]
    assert [future.result(10).id for future in done if future] == ["v1", "v2"]  # type: ignore[union-attr]
    assert [visit.id for visit in desk.catalog.visits()] == ["v2"]
    if killed:
        assert adopt(desk.folder, desk.catalog).visits == 2  # told again, refused again, and sealed
    recorder.close()

    assert [visits_in(path) for path in desk.folder.glob("*.warc.gz")] == [["v1", "v2"]]


def test_rows_come_at_the_end_when_no_visit_follows(desk: Desk, refusing: list[bool]) -> None:
    recorder = desk.open()
    refusing.append(True)
    desk.keep(recorder, exchange(), "v1")
    refusing.clear()
    recorder.close()

    assert [v.outcome for v in desk.catalog.visits()] == ["archived"]


def test_rows_the_catalog_never_took_are_adopted_at_the_next_start(desk: Desk, refusing: list[bool]) -> None:
    recorder = desk.open()
    recorder.starting([visit_of(None, "v1")]).result(30)
    refusing.append(True)
    desk.keep(recorder, exchange(), "v1")
    recorder.close()
    refusing.clear()

    assert desk.sealed == []

    adopted = adopt(desk.folder, desk.catalog)

    assert (adopted.files, adopted.visits, adopted.torn) == (1, 1, 0)
    assert desk.catalog.unfinished_visits("w1") == []
    assert [(v.outcome, len(v.captures)) for v in desk.catalog.visits()] == [("archived", 1)]


def test_adopting_after_a_crash_gives_the_rows_that_were_there(desk: Desk, tmp_path: Path) -> None:
    path = sealed_file(desk)
    path.rename(path.with_name(path.name + ".open"))
    with Catalog.open(f"sqlite:///{tmp_path / 'new.db'}") as new:
        adopt(desk.folder, new)

        assert new.dump()["captures"] == desk.catalog.dump()["captures"]
        assert [v.outcome for v in new.visits()] == [v.outcome for v in desk.catalog.visits()]
