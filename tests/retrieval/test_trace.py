"""``stoppress export trace``: what happened, as events in time, and as the simulator of schedules reads it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.bench.scheduling.contest import OURS, against
from tests.bench.scheduling.trace_file import read_trace
from tests.bench.scheduling.world import DELETION, EDIT, ENTRY, HEAD

from .conftest import STORM, T0, WAITING, Run


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def minutes(row: dict[str, str]) -> float:
    return (float(row["time"]) - T0.timestamp()) / 60


def test_each_event_has_its_kind_its_update_and_a_time_between_the_looks(run: Run, tmp_path: Path) -> None:
    ran = run("export", "trace", STORM, "-o", str(tmp_path / "t.csv"), "--json")
    found = rows(tmp_path / "t.csv")

    assert ran.status == 0
    assert (ran.lines[0]["events"], ran.lines[0]["pages"]) == (len(found), 1)
    assert {row["page"] for row in found} == {STORM}
    told = [(row["kind"], row["entry"], row["rev"]) for row in found]
    assert sorted(told) == sorted(
        [("entry", "0", "0"), ("entry", "1", "0"), ("entry", "2", "0"), ("deletion", "1", "1"), ("edit", "0", "1"),
         ("head", "-1", "0")]
    )  # fmt: skip
    first = [minutes(row) for row in found if row["kind"] == "entry"]
    assert first[:2] == pytest.approx([-98, -97])  # as the newsroom says
    assert first[2] == pytest.approx(5, abs=0.01)  # it says a time before the look that did not show it
    assert [minutes(row) for row in found if row["kind"] == "head"] == pytest.approx([15], abs=0.01)


def test_the_simulator_plays_it(run: Run, tmp_path: Path) -> None:
    run("export", "trace", STORM, "-o", str(tmp_path / "t.csv"))

    world, pages = read_trace(tmp_path / "t.csv")
    figures = against(OURS, world, pages, 10.0).figures()

    assert sorted(pages[0].kinds) == sorted([ENTRY, ENTRY, ENTRY, DELETION, EDIT, HEAD])
    assert figures["rev"] > 0.5


def test_a_time_without_events_and_options_of_others_are_refused(run: Run, tmp_path: Path) -> None:
    nothing = run("export", "trace", "--since", "2030-01-01", "-o", str(tmp_path / "t.csv"))
    titled = run("export", "trace", STORM, "--title", "Storm", "-o", str(tmp_path / "t.csv"))
    unseen = run("export", "trace", WAITING, "-o", str(tmp_path / "t.csv"))

    assert (nothing.status, titled.status, unseen.status) == (1, 2, 1)
    assert "nothing is known to have happened" in nothing.err
    assert not (tmp_path / "t.csv").exists()
