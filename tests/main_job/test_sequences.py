"""A page that changes, served version after version to the production crawler, then read back.

Each real page has a twin of our own in tests/pages that goes through the same test.
"""

from __future__ import annotations

import gzip
import json
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import lxml.html
import pytest

from tests.main_job.serving import PAGES, Backend, archive, ask, check, configured, payloads, warc_files
from tests.rebuilt import equals_its_catalog
from tests.running import stoppress
from tests.servers.buckets import Bucket
from tests.servers.raw_http import RawServer, page

pytestmark = pytest.mark.long

Rows = dict[str, str]


@dataclass(frozen=True)
class Page:
    """A saved live page, and how each of its updates begins."""

    body: bytes
    openings: list[str]


@pytest.fixture(params=["directory", pytest.param("swift", marks=[pytest.mark.swift, pytest.mark.postgres])])
def backend(request: pytest.FixtureRequest) -> Backend:
    if request.param == "directory":
        return Backend("archive", "sqlite:///archive/catalog.db")
    bucket: Bucket = request.getfixturevalue("swift_s3")
    return Backend(f"{bucket.url}/live", request.getfixturevalue("postgres_url"), bucket)


# a page of results, one version after another -----------------------------------------------------------------


def table_rows(body: bytes) -> Rows:
    """What the rows of the results say, by their ids: the truth, read without our extractor."""
    rows = lxml.html.fromstring(body.decode()).xpath("//tr[@id]")
    return {row.get("id"): " ".join(row.text_content().split()) for row in rows}


def done_to(seen: list[Rows]) -> Counter[tuple[str, str]]:
    """What happened to the rows between the last two: type of change, id."""
    *earlier, before, after = seen
    added = [("added", key) for key in after.keys() - before.keys()]
    removed = [("removed", key) for key in before.keys() - after.keys()]
    other = [key for key in after.keys() & before.keys() if before[key] != after[key]]
    return Counter(added + removed + [(_edit([rows.get(key) for rows in earlier], after[key]), key) for key in other])


def _edit(earlier: list[str | None], now: str) -> str:
    return "reverted" if now in earlier else "edited"


def keeps_every_version(bodies: list[bytes], server: RawServer, folder: Path, backend: Backend) -> int:
    """How many versions were made of the bodies: one for each content of the table, with exactly its changes."""
    rows = [table_rows(body) for body in bodies]
    [archived] = archive(server, [bodies], folder, backend)

    turns = check(archived, backend, folder, rows)
    assert equals_its_catalog(archived.config)[-1]["read_again"] == 0

    made = [done_to(rows[: n + 1]) for n in range(1, len(rows)) if rows[n - 1] != rows[n]]
    for turn, done in zip(turns[1:], made, strict=True):
        assert Counter((c["type"], c["update"].removeprefix("id:")) for c in turn["changes"]) == done
    return len(turns)


def test_a_results_page_keeps_every_version(raw_server: RawServer, tmp_path: Path, backend: Backend) -> None:
    bodies = [path.read_bytes() for path in sorted((PAGES / "results-page").glob("*.html"))]

    assert len(bodies) == 8
    assert keeps_every_version(bodies, raw_server, tmp_path, backend) == 6


@pytest.mark.corpus
def test_twenty_real_versions_of_a_results_page(
    corpus_dir: Path, raw_server: RawServer, tmp_path: Path, backend: Backend
) -> None:
    folder = corpus_dir / "diff/nyt-election-2020-html"
    bodies = [gzip.decompress(path.read_bytes()) for path in sorted(folder.glob("*.html.gz"))]

    assert len(bodies) == 20
    assert keeps_every_version(bodies, raw_server, tmp_path, backend) == 10


# live pages, as they lie on the disk --------------------------------------------------------------------------


def come_out(pages: dict[str, Page], server: RawServer, folder: Path, backend: Backend) -> None:
    """Each page with the bytes that were served and exactly the updates it is known to have, in their order."""
    server.route("/robots.txt", page(b"", content_type="text/plain"))
    urls = {name: server.route(f"/live/{name}", page(p.body, content_type="text/html")) for name, p in pages.items()}
    config = configured(folder, backend, *urls.values())

    crawl = stoppress("crawl", "--once", "--json", config=config)

    assert crawl.code == 0, crawl.err
    equals_its_catalog(config)
    outcomes = {visit["url"]: (visit["outcome"], visit["reading"]) for visit in crawl.lines}
    assert outcomes == dict.fromkeys(urls.values(), ("archived", "version"))
    warcs = warc_files(backend, folder)
    for name, known in pages.items():
        assert payloads(warcs, urls[name]) == [known.body]
        assert ask(config, "get", f"{urls[name]}@now").out == known.body
        [shown] = ask(config, "show", f"{urls[name]}@now", "--json").lines
        texts = [words(update["text"]) for update in shown["updates"]]
        assert len(texts) == len(known.openings), name
        assert [o for o, text in zip(known.openings, texts, strict=True) if words(o) not in text] == [], name


def words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def our_own(case: Path, server: RawServer) -> Page:
    """A case of tests/pages as if its newsroom were this server: what speaks of another page is not believed."""
    url = tomllib.loads((case / "visit.toml").read_text("utf-8"))["url"]
    origin = "/".join(url.split("/")[:3])
    updates = json.loads((case / "expected.json").read_text("utf-8"))["updates"]
    body = (case / "page.html").read_bytes().replace(url.encode(), server.url(f"/live/{case.name}").encode())
    return Page(body.replace(origin.encode(), server.url("").encode()), [update.get("text", "") for update in updates])


# Its clocks are those of its address's country, which a server on loopback does not have.
AT_HOME_ONLY = {"zone-letters-mean-the-newsrooms-zone"}


def test_live_pages_of_our_own(raw_server: RawServer, tmp_path: Path, backend: Backend) -> None:
    cases = {path.parent.name: our_own(path.parent, raw_server) for path in sorted(PAGES.glob("*/expected.json"))}
    pages = {name: case for name, case in cases.items() if case.openings and name not in AT_HOME_ONLY}
    assert len(pages) >= 40

    come_out(pages, raw_server, tmp_path, backend)


@pytest.mark.corpus
def test_the_real_live_pages(corpus_dir: Path, raw_server: RawServer, tmp_path: Path, backend: Backend) -> None:
    pages = {}
    for path in sorted((corpus_dir / "live-pages").glob("[!n]*/*.html")):
        entries = json.loads(path.with_suffix(".truth.json").read_text("utf-8"))["entries"]
        pages[path.stem] = Page(path.read_bytes(), [entry["text_start"] for entry in entries])
    assert sorted(len(page.openings) for page in pages.values()) == [9, 10, 12, 26, 38, 40, 79]

    come_out(pages, raw_server, tmp_path, backend)
