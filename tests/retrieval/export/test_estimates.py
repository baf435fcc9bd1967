"""How much of what the exported pages said was captured: in each export, of its own pages and its time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from retrieval.archive import open_archive
from tests.main_job.serving import ask

from .conftest import Export
from .newsroom import Newsroom
from .reading import by_warcio


def packed(path: Path) -> dict[str, Any]:
    with ZipFile(path) as file:
        told: dict[str, Any] = json.loads(file.read("datapackage.json"))["stoppress-completeness"]
        return told


def field(path: Path) -> str:
    lines = by_warcio(path)[0].block.decode().splitlines()
    return next((line for line in lines if line.startswith("stoppress-export-completeness: ")), "")


def test_a_wacz_says_it_of_all_its_pages_and_of_each(export: Export, newsroom: Newsroom, tmp_path: Path) -> None:
    ran = export("wacz", "--tag", "weather", "-o", tmp_path / "w.wacz", "--json")
    told = packed(tmp_path / "w.wacz")
    with open_archive(newsroom.config) as archive:
        storm = archive.page(newsroom.storm).completeness().to_json()
    pages = {page["url"]: page for page in told.pop("pages")}

    assert told == ran.lines[0]["completeness"] == storm  # FLOOD has one version: nothing of it can be missed
    assert storm["revisions"] > 0
    assert pages.keys() == {newsroom.storm, newsroom.moved}
    own = {name: figure for name, figure in storm.items() if name != "method"}
    assert pages[newsroom.storm] == {"url": newsroom.storm} | own
    assert (pages[newsroom.moved]["estimate"], pages[newsroom.moved]["revisions"]) == (None, 0)
    assert pages[newsroom.moved]["reason"]
    assert "completeness: about" in ran.err


def test_a_warc_says_it_in_its_first_record_with_the_method(export: Export, newsroom: Newsroom, tmp_path: Path) -> None:
    ran = export("warc", newsroom.storm, "-o", tmp_path / "storm.warc.gz", "--json")
    said = field(tmp_path / "storm.warc.gz")

    told = ran.lines[0]["completeness"]
    assert f"about {told['estimate']:.0%} of revisions since the first look" in said
    assert f"from {told['revisions']} captured" in said
    assert said.endswith(told["method"])


def test_of_a_time_only_its_revisions_count(export: Export, newsroom: Newsroom, tmp_path: Path) -> None:
    with open_archive(newsroom.config) as archive:
        found = archive.page(newsroom.storm).versions()
    third = found[-1].first_seen.isoformat()
    export("wacz", newsroom.storm, "-o", tmp_path / "all.wacz")
    late = export("warc", newsroom.storm, "--since", third, "-o", tmp_path / "late.warc.gz", "--json").lines[0]
    early = export("trace", newsroom.storm, "--until", third, "-o", tmp_path / "early.csv", "--json").lines[0]
    at_first = found[0].first_seen.isoformat()
    first = export("warc", newsroom.storm, "--until", at_first, "-o", tmp_path / "first.warc.gz", "--json").lines[0]

    assert "of revisions seen in the time" in field(tmp_path / "late.warc.gz")
    assert 0 < late["completeness"]["revisions"] < packed(tmp_path / "all.wacz")["revisions"]
    assert early["completeness"]["revisions"] == packed(tmp_path / "all.wacz")["revisions"]
    assert first["completeness"]["estimate"] is None
    assert "completeness: not known, no page was looked at twice" in field(tmp_path / "first.warc.gz")


def test_what_is_taken_down_is_no_part_of_it(own: Newsroom, tmp_path: Path) -> None:
    ask(own.config, "takedown", own.storm, "--reason", "asked for")
    ran = ask(own.config, "export", "wacz", "--tag", "weather", "-o", str(tmp_path / "w.wacz"), "--json")

    assert [page["url"] for page in packed(tmp_path / "w.wacz")["pages"]] == [own.moved]
    assert ran.lines[0]["completeness"]["revisions"] == 0


def test_a_store_without_a_catalog_whose_captures_nobody_has_read_says_nothing(own: Newsroom, tmp_path: Path) -> None:
    for file in own.folder.glob("archive/catalog.db*"):
        file.unlink()
    with open_archive(own.folder / "archive") as archive:
        warc = archive.export_warc(tmp_path / "bare.warc.gz", urls=[own.storm])
        wacz = archive.export_wacz(tmp_path / "bare.wacz", urls=[own.storm])

    assert (warc.estimated, field(warc.path)) == (None, "")
    assert wacz.estimated is not None
    assert wacz.estimated.together.revisions > 0
