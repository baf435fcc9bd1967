"""``stoppress rediff``: changes computed again, beside the recorded ones, on archives of earlier rules."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.config import Config
from pipelines.diff import DIFFER
from pipelines.extract import EXTRACTOR
from pipelines.keeper import Keeper
from pipelines.opened import open_catalog
from tests.rebuild.kept import CLOSED, POWER, RIVER, STORM, Crawl, a_day, configured, page
from tests.rebuilt import differences, dump
from tests.running import ROOT, Ran, environment, stoppress
from tests.servers.buckets import Bucket

from .past import read_otherwise, without_the_last

pytestmark = pytest.mark.long


@pytest.fixture(params=["directory", pytest.param("s3", marks=[pytest.mark.swift, pytest.mark.postgres])])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    if request.param == "directory":
        return configured(tmp_path)
    bucket: Bucket = request.getfixturevalue("swift_s3")
    return configured(
        tmp_path, store=f"{bucket.url}/live", catalog=request.getfixturevalue("postgres_url"),
        endpoint_url=bucket.endpoint_url,
    )  # fmt: skip


def rediff(config: Config, *words: str) -> Ran:
    return stoppress("rediff", *words, "--json", config=config.path)


def pairs(ran: Ran) -> list[dict[str, Any]]:
    return [line for line in ran.lines if "from" in line]


def recorded(config: Config) -> dict[str, list[dict[str, Any]]]:
    return {table: rows for table, rows in dump(config.path).items() if table != "rediffed"}


def test_the_same_rules_find_the_same_and_touch_nothing(config: Config) -> None:
    with Keeper(config) as keeper:
        a_day(Crawl(keeper))
    before = recorded(config)
    ran, again = rediff(config), rediff(config)

    assert ran.code == 0, ran.err
    assert {line["result"] for line in pairs(ran)} == {"equal"}
    assert len(pairs(ran)) == sum(row["seq"] > 1 for row in before["versions"])
    assert pairs(again) == []
    assert "nothing to compare" in again.err
    assert differences(before, recorded(config)) == []


def test_what_another_differ_had_recorded_is_shown_beside_what_is_found_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The differ of before had told every removal as a move of the page's headline."""
    config = configured(tmp_path)
    with monkeypatch.context() as patch, Keeper(config) as keeper:
        import pipelines.comparing as comparing

        today = comparing.changes
        patch.setattr(comparing, "changes", lambda *a, **k: [c for c in today(*a, **k) if c.type != "added"])
        patch.setattr("pipelines.store.new_versions.DIFFER", "stoppress-diff/0")
        crawl = Crawl(keeper)
        for texts in [(RIVER,), (CLOSED, RIVER), (POWER, CLOSED, RIVER.replace("two", "three"))]:
            crawl.visit(page(*texts))
    before = recorded(config)
    ran = rediff(config)
    shown = stoppress("changes", "--differ", DIFFER, "--json", config=config.path)

    assert ran.code == 0, ran.err
    assert [(line["result"], [c["type"] for c in line["come"]], line["gone"]) for line in pairs(ran)] == [
        ("different", ["added"], []), ("different", ["added"], []),
    ]  # fmt: skip
    assert sorted(line["type"] for line in shown.lines) == ["added", "added", "edited"]
    assert {line["differ"] for line in shown.lines} == {DIFFER}
    assert [row["differ"] for row in before["changes"]] == ["stoppress-diff/0"]
    assert differences(before, recorded(config)) == []


def test_versions_of_two_extractors_are_compared_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = configured(tmp_path)
    with Keeper(config) as keeper:
        crawl = Crawl(keeper)
        with monkeypatch.context() as patch:
            read_otherwise(patch, without_the_last)  # RIVER was not seen
            crawl.visit(page(CLOSED, RIVER))
        crawl.visit(page(POWER, CLOSED, RIVER))
    assert stoppress("reextract", config=config.path).code == 0

    stored, by_one = rediff(config), rediff(config, "--extractor", EXTRACTOR)
    unknown = rediff(config, "--extractor", "nobody/1")

    for ran in (stored, by_one):
        assert ran.code == 0, ran.err
        assert [(line["result"], line["extractor"], line["now"]) for line in pairs(ran)] == [("equal", EXTRACTOR, 1)]
    assert (unknown.code, "'nobody/1' has read nothing" in unknown.err) == (2, True)


def test_a_removal_that_waits_for_a_second_look_is_asked_again(tmp_path: Path) -> None:
    config = configured(tmp_path)
    with Keeper(config) as keeper:
        crawl = Crawl(keeper)
        crawl.visit(page(POWER, CLOSED, RIVER))
        crawl.visit(page(POWER, RIVER))
        first = rediff(config)
        crawl.visit(page(POWER, RIVER))
    second, third = rediff(config), rediff(config)

    assert [len(pairs(ran)) for ran in (first, second, third)] == [1, 1, 0]
    with open_catalog(config, read_only=True) as catalog:
        [found] = catalog.rediffed(DIFFER, "")
    assert [(c.type, c.confirmed) for c in found.changes] == [("removed", True)]


def test_what_was_taken_down_is_not_compared_and_goes_from_the_results(tmp_path: Path) -> None:
    config = configured(tmp_path)
    with Keeper(config) as keeper:
        crawl = Crawl(keeper)
        for texts in [(RIVER,), (CLOSED, RIVER), (POWER, CLOSED, RIVER), (POWER, RIVER)]:
            crawl.visit(page(*texts))
    assert rediff(config).code == 0
    taken = stoppress("takedown", f"{STORM}@v2", "--redact", "--reason", "court", "--actor", "a", config=config.path)
    held = str(dump(config.path)["rediffed"])
    ran = rediff(config)

    assert taken.code == 0, taken.err
    assert held == "[]"
    assert [(line["from"], line["to"]) for line in pairs(ran)] == [(3, 4)]


def test_ctrl_c_ends_it_and_the_next_run_goes_on(tmp_path: Path) -> None:
    config = configured(tmp_path)
    with Keeper(config) as keeper:
        crawl = Crawl(keeper)
        for number in range(120):
            crawl.visit(page(CLOSED, RIVER.replace("two", str(number))))
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "stoppress.py"), "-c", str(config.path), "rediff", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    assert process.stdout is not None
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    with process:  # not communicate(): that passes over what readline has read ahead
        rest, err = process.stdout.read(), process.stderr.read()
    done = [line for line in [first, *rest.splitlines()] if '"from"' in line]
    ran = rediff(config)

    assert process.returncode == 130
    assert "run it again and it goes on" in err
    again = {(line["from"], line["to"]) for line in pairs(ran)}
    told = {(line["from"], line["to"]) for line in map(json.loads, done)}
    assert told | again == {(number, number + 1) for number in range(1, 120)}
    assert len(told & again) <= 1  # told, and broken off before it was saved
    assert len(done) < 119


@pytest.mark.parametrize(
    ("words", "code"),
    [(["--since", "nonsense"], 2), (["https://news.example.org/nothing"], 1), (["--tag", "none"], 2)],
)
def test_what_is_not_there_is_named(tmp_path: Path, words: list[str], code: int) -> None:
    config = configured(tmp_path)
    with Keeper(config) as keeper:
        Crawl(keeper).visit(page(RIVER))

    ran = rediff(config, *words)

    assert (ran.code, ran.out) == (code, b"")
    assert words[-1] in ran.err
