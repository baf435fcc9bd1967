"""After an upgrade: no rule change ever makes a change of the page. By real crawls, on both backends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.main_job.new_rules import NEW_DIFFER, NEW_EXTRACTOR
from tests.main_job.serving import Backend, configured
from tests.prepared import Prepared
from tests.rebuild.kept import CLOSED, POWER, RIVER, page
from tests.rebuilt import beside, differences, dump
from tests.running import Ran, ended, environment, stoppress
from tests.servers.buckets import Bucket
from tests.servers.raw_http import RawServer
from tests.servers.raw_http import page as answer

pytestmark = pytest.mark.long
RULES = "tests.main_job.new_rules"
EDITED = RIVER.replace("two metres", "three metres")


@pytest.fixture(params=["directory", pytest.param("swift", marks=[pytest.mark.swift, pytest.mark.postgres])])
def backend(request: pytest.FixtureRequest) -> Backend:
    if request.param == "directory":
        return Backend("archive", "sqlite:///archive/catalog.db")
    bucket: Bucket = request.getfixturevalue("swift_s3")
    return Backend(f"{bucket.url}/live", request.getfixturevalue("postgres_url"), bucket)


@dataclass
class Watched:
    """One page of a server of ours, visited by today's program or by one with newer rules."""

    server: RawServer
    config: Path
    url: str
    shown: int = 0

    def crawl(self, *texts: str, by: str = "today") -> dict[str, Any]:
        """Each visit meets bytes that it has not seen."""
        self.shown += 1
        self.server.route("/live", answer(page(*texts) + b"<!-- %d -->" % self.shown))
        ran = command(self.config, "crawl", "--once", "--json", by=by)
        assert ran.code == 0, ran.err
        [visit] = ran.lines
        assert visit["outcome"] == "archived"
        return visit


def command(config: Path, *words: str, by: str = "today") -> Ran:
    """One command in a process of its own, by today's program or by the one with newer rules."""
    if by == "today":
        return stoppress(*words, config=config)
    typed = ["-c", str(config), *words]
    return ended(lambda out, err: _upgraded().start(typed, environment(), out, err, RULES), f"{by}: {words}")


@cache
def _upgraded() -> Prepared:
    """Its own, for the new rules must be there before anything is imported that takes names or defaults from them."""
    return Prepared(RULES)


@pytest.fixture
def watched(raw_server: RawServer, tmp_path: Path, backend: Backend) -> Watched:
    raw_server.route("/robots.txt", answer(b"", content_type="text/plain"))
    url = raw_server.route("/live", answer(b""))
    return Watched(raw_server, configured(tmp_path, backend, url), url)


def said(visit: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    return [(change["type"], change["old"], change["new"]) for change in visit["changes"]]


def test_an_unedited_page_has_no_change_and_an_edited_one_exactly_its_edit(watched: Watched) -> None:
    watched.crawl(CLOSED, RIVER)
    unedited = [watched.crawl(CLOSED, RIVER, by="new") for _ in range(2)]
    edited = watched.crawl(CLOSED, EDITED, by="new")
    later = watched.crawl(POWER, CLOSED, EDITED, by="new")

    assert [(visit["reading"], visit["version"], visit["changes"]) for visit in unedited] == [
        ("unchanged", None, [])
    ] * 2
    heading = "Untitled: "
    assert said(edited) == [("edited", heading + RIVER, heading + EDITED)]
    assert (edited["reading"], edited["version"]) == ("version", 2)
    assert [change["type"] for change in later["changes"]] == ["added"]
    rows = dump(watched.config)
    assert [(row["seq"], row["differ"]) for row in rows["versions"]][1:] == [(2, NEW_DIFFER), (3, NEW_DIFFER)]
    assert {(row["extractor"], row["differ"]) for row in rows["changes"]} == {(NEW_EXTRACTOR, NEW_DIFFER)}


def test_an_edit_that_is_first_seen_by_the_new_rules_is_exactly_that_edit(watched: Watched) -> None:
    watched.crawl(CLOSED, RIVER)

    edited = watched.crawl(CLOSED, EDITED, by="new")

    assert [kind for kind, _, _ in said(edited)] == ["edited"]
    [change] = edited["changes"]
    assert change["old_proof"]["record_id"] != change["new_proof"]["record_id"]


def test_a_removal_seen_by_the_old_rules_is_not_confirmed_by_the_rules_but_by_the_page(watched: Watched) -> None:
    watched.crawl(POWER, CLOSED, RIVER)
    watched.crawl(POWER, RIVER)
    watched.crawl(POWER, EDITED, by="new")

    ran = stoppress("changes", "--type", "removed", "--json", config=watched.config)

    [removed] = ran.lines
    assert (removed["old"], removed["confirmed"]) == (CLOSED, True)


def test_versions_read_by_different_rules_are_compared_by_the_same(watched: Watched) -> None:
    watched.crawl(CLOSED, RIVER)
    watched.crawl(CLOSED, EDITED, by="new")
    watched.crawl(POWER, CLOSED, EDITED, by="new")

    ran = command(watched.config, "diff", watched.url, "v1", "v3", "--json", by="new")

    assert ran.code == 0, ran.err
    assert sorted(line["type"] for line in ran.lines) == ["added", "edited"]


def test_rebuilt_rows_are_equal_whoever_rebuilds(watched: Watched) -> None:
    watched.crawl(CLOSED, RIVER)
    watched.crawl(CLOSED, RIVER, by="new")
    watched.crawl(CLOSED, EDITED, by="new")

    fresh = beside(watched.config)
    ran = command(fresh, "rebuild", "--json")  # by the old program: it must take what was settled, not tell it anew

    assert ran.code == 0, ran.err
    assert differences(dump(watched.config), dump(fresh)) == []


def test_old_bytes_that_cannot_be_read_any_more_make_no_change_and_say_so(
    raw_server: RawServer, tmp_path: Path
) -> None:
    raw_server.route("/robots.txt", answer(b"", content_type="text/plain"))
    url = raw_server.route("/live", answer(b""))
    watched = Watched(raw_server, configured(tmp_path, Backend("archive", "sqlite:///archive/catalog.db"), url), url)
    watched.crawl(CLOSED, RIVER)
    [capture] = [row for row in dump(watched.config)["captures"] if row["role"] == "page"]
    file = tmp_path / "archive" / capture["filename"]
    whole = file.read_bytes()
    at = capture["offset"] + capture["length"] // 2
    file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])

    blind = watched.crawl(CLOSED, EDITED, by="new")
    file.write_bytes(whole)  # other tools look at what is left here
    after = watched.crawl(POWER, CLOSED, EDITED, by="new")

    assert (blind["reading"], blind["version"], blind["changes"]) == ("version", 2, [])
    assert f"v1 cannot be read by {NEW_EXTRACTOR}, so nothing is compared" in blind["detail"]
    assert [change["type"] for change in after["changes"]] == ["added"]
