"""The newsroom's own log against the recorded changes: all found with their types, none invented, in every markup."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.newsroom import MARKUPS, Newsroom, Score, load_story, score, seconds_for
from tests.main_job.serving import Backend, ask, configured, warc_files
from tests.rebuilt import equals_its_catalog
from tests.running import crawl_until
from tests.servers.buckets import Bucket

pytestmark = pytest.mark.long

SETTLE = 10  # seconds: on a busy machine the first visits take that long, as processes for the reading begin with them
LAST_LOOKS = 2  # visits of each page's last state: what is gone is sure with the second


def watched(newsrooms: dict[str, Newsroom], config: Path) -> None:
    """One crawl of all of them, until each has told its story to the end and was seen so."""
    last: dict[str, int] = {}

    def enough(visits: list[dict[str, Any]]) -> bool:
        made = [visit["url"] for visit in visits]
        for newsroom in newsrooms.values():
            if newsroom.url not in last and newsroom.state()["finished"]:
                last[newsroom.url] = made.count(newsroom.url)
        told = len(last) == len(newsrooms)
        return told and all(made.count(url) >= before + LAST_LOOKS for url, before in last.items())

    crawl_until(config, enough)


def checked(newsroom: Newsroom, config: Path, records: set[str]) -> Score:
    """How much of what this newsroom did was recorded; each version's record is among those that warcio read."""
    versions = ask(config, "versions", newsroom.url, "--json").lines
    assert {version["record_id"] for version in versions} <= records
    assert len(versions) == len(load_story()["steps"]) + 1
    return score(newsroom.truth(), ask(config, "changes", "--url", newsroom.url, "--json").lines)


def record_ids(paths: list[Path]) -> set[str]:
    found = set()
    for path in paths:
        with path.open("rb") as file:
            found |= {record.rec_headers["WARC-Record-ID"].strip("<>") for record in ArchiveIterator(file)}
    return found


def every_edit_is_caught(folder: Path, backend: Backend) -> None:
    """The scripted story in all markups at once, each page against its own newsroom's log."""
    with ExitStack() as stack:
        newsrooms = {
            markup: stack.enter_context(Newsroom(markup=markup, seconds=seconds_for(load_story()) + 1, settle=SETTLE))
            for markup in MARKUPS
        }
        config = configured(folder, backend, *(newsroom.url for newsroom in newsrooms.values()))
        watched(newsrooms, config)
    equals_its_catalog(config)
    records = record_ids(warc_files(backend, folder))
    scores = {markup: checked(newsroom, config, records) for markup, newsroom in newsrooms.items()}
    assert {markup: (s.missed, s.invented) for markup, s in scores.items() if not s.perfect} == {}
    assert {s.summary() for s in scores.values()} == {
        "additions 5/5, edits 4/4, deletions 2/2, moves 1/1, new times 1/1, headlines 2/2, left the window 3/3, "
        "end of coverage 1/1; invented 0"
    }
    assert [s.unconfirmed for s in scores.values()] == [0] * len(MARKUPS)


def test_every_edit_is_caught_and_none_invented(tmp_path: Path) -> None:
    every_edit_is_caught(tmp_path, Backend("archive", "sqlite:///archive/catalog.db"))


@pytest.mark.swift
@pytest.mark.postgres
def test_the_same_by_config_alone_on_a_team_s_parts(swift_s3: Bucket, postgres_url: str, tmp_path: Path) -> None:
    every_edit_is_caught(tmp_path, Backend(f"{swift_s3.url}/live", postgres_url, swift_s3))
