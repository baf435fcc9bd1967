"""A store whose catalog is lost or elsewhere: its index files and WARCs tell the same."""

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.config import load_config
from pipelines.errors import NotArchived, StoreError
from pipelines.keeper import Keeper
from pipelines.model import Version
from pipelines.reading import read
from pipelines.store.opening import open_store
from retrieval.archive import Archive, open_archive
from retrieval.bare import indexed
from tests.servers.buckets import Bucket

from .conftest import MOVED, STORM, T0, Newsroom

CLOSED = "Schools in the valley stay closed until Monday."
RIVER = "The river rose by two metres in the night, the fire service said."
TEXTS = ([RIVER], [CLOSED, RIVER], [CLOSED, RIVER.replace("two", "three")])


def page(texts: list[str]) -> bytes:
    updates = [
        {"@type": "BlogPosting", "@id": f"#u{len(texts) - place}", "articleBody": text, "headline": text[:12],
         "datePublished": f"2026-01-03T0{len(texts) - place}:00:00Z"}
        for place, text in enumerate(texts)
    ]  # fmt: skip
    blog = {"@context": "https://schema.org", "@type": "LiveBlogPosting", "headline": "Flood in the valley",
            "liveBlogUpdate": updates}  # fmt: skip
    shown = "".join(f"<article><p>{text}</p></article>" for text in texts)
    return (
        f"<!doctype html><html><head><title>Flood</title><script type='application/ld+json'>{json.dumps(blog)}</script>"
        f"</head><body><h1>Flood in the valley</h1>{shown}</body></html>"
    ).encode()


def fill(folder: Path, archive: str = "") -> Path:
    """Three versions and a revisit of STORM, a redirected MOVED; all of it read as the crawler reads it."""
    config = folder / "stoppress.toml"
    config.write_text(f"[archive]\n{archive}")
    with Keeper(load_config(config)) as keeper:
        newsroom = Newsroom(keeper)
        for number, texts in enumerate(TEXTS):
            at, payload = T0 + timedelta(minutes=10 * number, microseconds=5), page(texts)
            says = read(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + payload, STORM, at)
            assert isinstance(says, Version)
            newsroom.visit(STORM, at, payload=payload, says=says)
        newsroom.visit(STORM, T0 + timedelta(hours=1), payload=page(TEXTS[-1]))
        newsroom.visit(STORM, T0 + timedelta(hours=2), payload=b"gone", status=404)
        newsroom.visit(MOVED, T0, payload=page(TEXTS[0]), via="https://www.example.org/there", reading="none")
    return config


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[tuple[Archive, Archive]]:
    """The same archive twice: through its catalog, and through its store alone."""
    config = fill(tmp_path, 'catalog = "sqlite:///elsewhere/catalog.db"')
    with open_archive(config) as whole, open_archive(tmp_path / "archive") as bare:
        yield whole, bare


def test_captures_come_back_from_the_index_as_they_were(bare: tuple[Archive, Archive]) -> None:
    whole, alone = bare

    for url in (STORM, "https://www.example.org/there"):
        captures = [list(archive.catalog.captures(archive.page(url).urlkey, role=None)) for archive in bare]
        assert [(c.record_id, c.filename, c.offset, c.timestamp, c.refers_to, c.etag) for c in captures[0]] == [
            (c.record_id, c.filename, c.offset, c.timestamp, c.refers_to, c.etag) for c in captures[1]
        ]
    assert whole.page(STORM).get("now").body == alone.page(STORM).get("now").body == b"gone"


def test_versions_and_changes_are_read_again_from_the_records(bare: tuple[Archive, Archive]) -> None:
    whole, alone = bare
    expected = whole.page(STORM).versions()

    assert [v.seq for v in expected] == [1, 2, 3]
    assert alone.page(STORM).versions() == expected
    assert list(alone.page(STORM).changes()) == list(whole.page(STORM).changes()) != []
    assert [alone.page(STORM).get(f"v{n + 1}").body for n in range(3)] == [page(texts) for texts in TEXTS]


def test_visits_that_brought_bytes_are_told_with_their_outcome(bare: tuple[Archive, Archive]) -> None:
    whole, alone = bare

    for url in (STORM, MOVED):
        told = [[(v.url, v.outcome, v.reason, v.status) for v in a.page(url).log()] for a in (whole, alone)]
        assert told[0] == told[1]
    assert alone.page(MOVED).at().seq == 1


def test_all_changes_of_a_bare_store_are_those_of_every_page(bare: tuple[Archive, Archive]) -> None:
    _, alone = bare

    assert {stored.url for stored in alone.changes()} == {STORM}
    assert {p.url: p.versions for p in alone.pages()} == {STORM: 3, MOVED: 1}


def test_an_unknown_page_is_named_in_a_bare_store_too(bare: tuple[Archive, Archive]) -> None:
    with pytest.raises(NotArchived, match=f"did you mean {STORM}"):
        bare[1].page(STORM + "s").at()


def test_a_damaged_record_costs_its_own_version_only(tmp_path: Path) -> None:
    config = fill(tmp_path, 'catalog = "sqlite:///elsewhere/catalog.db"')
    with open_archive(config) as whole:
        capture = whole.page(STORM).capture("v2")
    with (tmp_path / "archive" / capture.filename).open("r+b") as file:
        file.seek(capture.offset + capture.length // 2)
        file.write(b"\0\0\0\0")

    with open_archive(tmp_path / "archive") as alone:
        readings = [visit.reading for visit in alone.page(STORM).log()]

        assert readings[:3] == ["version", "extract-failed", "version"]


def test_an_index_that_is_no_index_is_named(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    store.put_if_absent("index/2026/01/03/a.cdxj.gz", gzip.compress(b"org,example)/ 2026 {}\n"))

    with pytest.raises(StoreError, match=r"index/2026/01/03/a\.cdxj\.gz is not a readable index"):
        list(indexed(store))


def test_a_store_without_index_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()

    with pytest.raises(StoreError, match="holds no index"):
        open_archive(tmp_path)


def test_a_bucket_is_read_without_a_catalog(tmp_path: Path, moto_s3: Bucket) -> None:
    config = fill(tmp_path, f'store = "{moto_s3.url}"\n[s3]\nendpoint_url = "{moto_s3.endpoint_url}"')

    with open_archive(config) as whole, open_archive(moto_s3.url, endpoint_url=moto_s3.endpoint_url) as alone:
        assert alone.page(STORM).versions() == whole.page(STORM).versions()
        assert alone.page(STORM).get("v2").body == page(TEXTS[1])
