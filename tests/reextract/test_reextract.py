"""``stoppress reextract``: today's extractor beside what was read before, on archives of an earlier one."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.config import Config, load_config
from pipelines.extract import EXTRACTOR
from pipelines.keeper import Keeper
from pipelines.model import Unreadable, Version
from pipelines.opened import open_catalog
from pipelines.store import rows
from tests.rebuild import kept
from tests.rebuild.kept import CLOSED, POWER, RIVER, STORM, T0, Crawl, a_day, page
from tests.rebuilt import differences, dump
from tests.running import ROOT, Ran, environment, stoppress
from tests.servers.buckets import Bucket

from .past import OLD, read_otherwise, without_the_last

pytestmark = pytest.mark.long

OTHER = "https://news.example.org/live/other"


@pytest.fixture(params=["directory", pytest.param("s3", marks=[pytest.mark.swift, pytest.mark.postgres])])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    if request.param == "directory":
        return configured(tmp_path)
    bucket: Bucket = request.getfixturevalue("swift_s3")
    return configured(
        tmp_path, store=f"{bucket.url}/live", catalog=request.getfixturevalue("postgres_url"),
        endpoint_url=bucket.endpoint_url,
    )  # fmt: skip


def configured(folder: Path, **places: str | None) -> Config:
    """With one worker: starting a second one takes longer than its share of a few pages."""
    path = kept.configured(folder, **places).path  # type: ignore[arg-type]
    path.write_text(path.read_text() + "[extract]\nworkers = 1\n")
    return load_config(path)


def filled(config: Config) -> Config:
    with Keeper(config) as keeper:
        a_day(Crawl(keeper))
    return config


def reextract(config: Config, *words: str) -> Ran:
    return stoppress("reextract", *words, config=config.path)


def captures(ran: Ran) -> list[dict[str, Any]]:
    return [line for line in ran.lines if "record_id" in line]


def results(ran: Ran) -> Counter[str]:
    return Counter(line["result"] for line in captures(ran))


def test_the_same_extractor_reads_the_same(config: Config) -> None:
    ran = reextract(filled(config), "--json")

    assert ran.code == 0, ran.err
    archived = [visit for visit in dump(config.path)["visits"] if visit["outcome"] == "archived"]
    assert results(ran) == {"equal": len(archived)}
    assert {line["was"] for line in captures(ran)} == {"version", "unchanged", "decode", "not-html"}
    assert ran.lines[-1] == {
        "reextract": EXTRACTOR, "captures": len(archived), "pages": 2, "equal": len(archived), "different": 0,
        "gained": 0, "lost": 0, "otherwise": 0, "failed": 0, "unreached": 0,
    }  # fmt: skip


def test_what_is_read_otherwise_is_told_and_kept_beside_the_old(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_otherwise(monkeypatch, without_the_last)
    before = dump(filled(config).path)
    ran = reextract(config, "--json")
    after = dump(config.path)
    told = captures(ran)
    different = [line for line in told if line["result"] == "different"]

    assert ran.code == 0, ran.err
    assert len(different) > 5
    assert {(line["was_by"], line["extractor"]) for line in different} == {(OLD, EXTRACTOR)}
    assert {change["type"] for line in different for change in line["changes"]} == {"added"}
    assert all(line["fields"] == ["updates"] for line in different if line["was"] == "version")
    assert before.pop("reextracted") == []
    assert [row["record_id"] for row in after.pop("reextracted")] == sorted(line["record_id"] for line in told)
    assert differences(before, after) == []


def test_what_was_done_is_passed_over_and_a_part_can_be_chosen(config: Config) -> None:
    with Keeper(config) as keeper:
        crawl = Crawl(keeper)
        for texts in [(RIVER,), (CLOSED, RIVER), (POWER, CLOSED, RIVER)]:
            crawl.visit(page(*texts))
            crawl.visit(page(*texts), url=OTHER)
    for words, url in [(("--every", "90s", "--tag", "a"), OTHER), ((), STORM)]:
        assert stoppress("watch", url, *words, config=config.path).code == 0

    late, tagged, one, rest, nothing = (
        reextract(config, "--json", *words)
        for words in [
            ("--since", (T0 + timedelta(minutes=3)).isoformat()),
            ("--tag", "a"),
            (STORM, "--until", "2026-01-03T10:00"),
            (),
            (),
        ]
    )

    assert [len(captures(ran)) for ran in (late, tagged, one, rest, nothing)] == [3, 1, 1, 1, 0]
    assert {line["url"] for line in captures(tagged)} == {OTHER}
    assert nothing.code == 0
    assert "nothing to read" in nothing.err


def test_a_capture_that_could_not_be_read_is_gained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broke_down(version: Version) -> Version | Unreadable:
        return version if len(version.updates) < 2 else Unreadable(reading="extract-failed", detail="it died")

    read_otherwise(monkeypatch, broke_down)
    with Keeper(config := configured(tmp_path)) as keeper:
        crawl = Crawl(keeper)
        crawl.visit(page(RIVER))
        crawl.visit(page(CLOSED, RIVER))

    ran = reextract(config)
    shown = stoppress("show", f"{STORM}@now", "--extractor", EXTRACTOR, config=config.path)

    assert ran.code == 0, ran.err
    assert b"gained: was extract-failed, is version\n" in ran.out
    assert f"{STORM}: 1 equal, 1 gained\n".encode() in ran.out
    assert CLOSED.encode() in shown.out


def test_a_page_that_kills_its_worker_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    with Keeper(config := configured(tmp_path)) as keeper:
        crawl = Crawl(keeper)
        for number in range(6):
            crawl.visit(page(RIVER) + b"<!-- %d -->" % number)
        keeper.catalog.close()
    ran = run_with(config, "--json", break_at=3)

    assert ran.code == 1
    assert results(ran) == {"equal": 5, "failed": 1}
    [failed] = [line for line in captures(ran) if line["result"] == "failed"]
    assert (failed["reading"], failed["detail"]) == ("extract-failed", "the extraction process died")
    assert len(captures(reextract(config, "--json"))) == 0  # it is not tried again with the same extractor


def test_a_record_that_cannot_be_had_is_named_and_asked_for_again(tmp_path: Path) -> None:
    config = filled(configured(tmp_path))
    [warc] = (tmp_path / "archive" / "warc").rglob("*.warc.gz")
    whole = warc.read_bytes()
    [record] = [row for row in dump(config.path)["captures"] if row["timestamp"] == rows.micros(T0)]
    at = record["offset"] + record["length"] // 2
    warc.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    damaged = reextract(config, "--json")
    warc.write_bytes(whole)
    again = reextract(config, "--json")

    assert damaged.code == 1
    [unreached] = [line for line in captures(damaged) if line["result"] == "unreached"]
    assert unreached["record_id"] == record["record_id"]
    assert [line["record_id"] for line in captures(again)] == [record["record_id"]]
    assert again.code == 0


def test_a_run_that_reaches_nothing_says_so_in_whole_words(tmp_path: Path) -> None:
    config = filled(configured(tmp_path))
    (tmp_path / "archive" / "warc").rename(tmp_path / "away")
    ran = reextract(config)
    count = sum(visit["outcome"] == "archived" for visit in dump(config.path)["visits"])

    assert ran.code == 1
    assert f"read {count} captures of 2 pages: {count} unreached\n" in ran.err


def test_what_still_lies_in_the_spool_is_read_there(tmp_path: Path) -> None:
    config = configured(tmp_path)
    with Keeper(config) as keeper:
        a_day(Crawl(keeper))
        ran = reextract(config, "--json")

        assert [path.suffix for path in (tmp_path / "spool").glob("*.warc.gz*")] == [".open"]
    assert ran.code == 0, ran.err
    assert results(ran)["equal"] == len(captures(ran)) > 10


def test_ctrl_c_ends_it_and_the_next_run_goes_on(tmp_path: Path) -> None:
    with Keeper(config := configured(tmp_path)) as keeper:
        crawl = Crawl(keeper)
        for number in range(250):
            crawl.visit(page(CLOSED, RIVER) + b"<!-- %d -->" % number)
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "stoppress.py"), "-c", str(config.path), "reextract", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    with process:  # not communicate(): that passes over what readline has read ahead
        out, err = process.stdout.read(), process.stderr.read()
    told = 1 + sum('"record_id"' in line for line in out.splitlines())
    rest = reextract(config, "--json")

    assert process.returncode == 130
    assert "Traceback" not in err
    assert "run it again and it goes on" in err
    assert told < 250
    assert told + len(captures(rest)) == 250


def test_the_newer_reading_can_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_otherwise(monkeypatch, without_the_last)
    config = configured(tmp_path)
    with Keeper(config) as keeper:
        crawl = Crawl(keeper)
        for texts in [(RIVER,), (CLOSED, RIVER), (CLOSED, RIVER), (POWER, CLOSED, RIVER)]:
            crawl.visit(page(*texts) + b"<!-- %d -->" % crawl.made)
    reextract(config)

    def show(*words: str) -> Ran:
        return stoppress("show", *words, config=config.path)

    assert RIVER not in show(f"{STORM}@v3").out.decode()
    assert RIVER in show(f"{STORM}@v3", "--extractor", EXTRACTOR).out.decode()
    [line] = show(f"{STORM}@2026-01-03T10:02", "--extractor", EXTRACTOR, "--json").lines
    assert (len(line["updates"]), line["extractor"], line["version"]) == (2, EXTRACTOR, 2)
    [third] = show(STORM, "--extractor", EXTRACTOR, "--json").lines
    assert (len(third["updates"]), third["version"]) == (3, 3)
    wrong = show(STORM, "--extractor", "stoppress-extract/99")
    assert wrong.code == 1
    assert EXTRACTOR in wrong.err


def test_a_reading_that_is_the_same_is_kept_once(tmp_path: Path) -> None:
    with Keeper(config := configured(tmp_path)) as keeper:
        crawl = Crawl(keeper)
        for number in range(4):
            crawl.visit(page(CLOSED, RIVER) + b"<!-- %d -->" % number)
    reextract(config)
    table = dump(config.path)["reextracted"]
    with open_catalog(config, read_only=True) as catalog:
        read = catalog.reextracted(table[0]["urlkey"], EXTRACTOR)

    assert sum(row["document"] is not None for row in table) == 1
    assert len({row["content_hash"] for row in table}) == 1
    assert [reading.version and len(reading.version.updates) for reading in read] == [2] * 4


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--tag", "unknown"], 2, "--tag 'unknown'"),
        (["--since", "tuesday"], 2, "'tuesday' is not a time"),
        (["--since", "v3"], 2, "'v3' is a version"),
        (["--since", "2026", "--until", "2025"], 2, "--since 2026 lies behind --until 2025"),
        (["https://nowhere.example.org/"], 1, "https://nowhere.example.org/"),
        (["ftp://news.example.org/"], 2, "ftp"),
    ],
)
def test_what_cannot_be_chosen_is_said(tmp_path: Path, words: list[str], code: int, said: str) -> None:
    ran = reextract(filled(configured(tmp_path)), *words)

    assert (ran.code, ran.out) == (code, b"")
    assert said in ran.err


def test_an_unfinished_rebuild_is_left_alone(tmp_path: Path) -> None:
    config = filled(configured(tmp_path))
    with open_catalog(config) as catalog:
        catalog.begin_rebuild(replace=True)

    ran = reextract(config)

    assert ran.code == 1
    assert "run stoppress rebuild again" in ran.err


def run_with(config: Config, *words: str, break_at: int) -> Ran:
    """The command with a worker that kills itself at the capture whose body ends with this number."""
    code = (
        "import os, sys, pipelines.workers as w, tests.reextract.killed as k\n"
        f"w.read_whole = k.read_whole\nos.environ['BREAK_AT'] = '{break_at}'\n"
        "import stoppress\nstoppress.main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "-c", str(config.path), "reextract", *words],
        capture_output=True, check=False, timeout=90, env=environment(),
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr.decode())
