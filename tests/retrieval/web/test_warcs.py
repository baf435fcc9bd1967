"""WARC files over HTTP, the index that pywb reads, and diffs as pages."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from warcio.archiveiterator import ArchiveIterator

from retrieval.web.warcs import Part, part_of
from tests.running import stoppress

from ..conftest import STORM, body
from .conftest import Got, Service, served


def lines(got: Got) -> list[tuple[str, dict[str, Any]]]:
    """Time and facts of each line."""
    split = (line.split(" ", 2) for line in got.text.splitlines())
    return [(time, json.loads(facts)) for _, time, facts in split]


def index(service: Service, url: str = STORM, **more: str) -> list[tuple[str, dict[str, Any]]]:
    asked = "".join(f"&{name}={value}" for name, value in more.items())
    return lines(service.get(f"/cdx/pywb?url={quote(url, safe='')}{asked}"))


def record(service: Service, facts: dict[str, Any]) -> Any:
    """The record that a line leads to, as warcio reads it; its payload as ``.payload``."""
    where, headers = f"/warc/{facts['filename']}", {}
    if "length" in facts:
        start = int(facts["offset"])
        headers = {"Range": f"bytes={start}-{start + int(facts['length']) - 1}"}
    got = service.get(where, **headers)
    assert got.status == (206 if headers else 200)
    found = next(iter(ArchiveIterator(io.BytesIO(got.body))))
    found.payload = found.content_stream().read()
    return found


def test_every_line_of_the_index_leads_to_the_page_of_that_time(service: Service) -> None:
    found = index(service)
    records = [record(service, facts) for _, facts in found]

    assert [time for time, _ in found] == [f"2026010310{minute}000" for minute in range(5)]
    assert [facts["status"] for _, facts in found] == ["200", "200", "200", "200", "503"]
    assert [one.payload for one in records] == [body(1), body(2), body(3), body(3), b"away"]
    assert [one.rec_headers["WARC-Date"][:16] for one in records] == [f"2026-01-03T10:{n}0" for n in range(5)]


def test_pywbs_own_ways_of_asking_are_understood(service: Service) -> None:
    assert index(service, closest="", sort="closest") == index(service)
    near = index(service, closest="20260103101900", sort="closest", limit="2", matchType="exact")
    assert [time for time, _ in near] == ["20260103102000", "20260103101000"]
    below = index(service, "https://news.example.org/live/", closest="2026", sort="closest", matchType="prefix")
    assert len(below) == len(index(service)) + 1
    assert service.get("/cdx/pywb?url=https://a.example/&closest=&sort=closest").body == b""
    assert service.get("/cdx/pywb?closest=2026&sort=closest").status == 400


@pytest.fixture(scope="module")
def stored(folder: Path) -> Path:
    [file] = (folder / "archive" / "warc").rglob("*.warc.gz")
    return file


def test_a_sealed_file_is_given_whole_and_in_parts(service: Service, stored: Path) -> None:
    data, where = stored.read_bytes(), f"/warc/{stored.name}"
    whole, head = service.get(where), service.get(where, method="HEAD")
    part, tail = service.get(where, Range="bytes=10-29"), service.get(where, Range="bytes=-7")

    assert (whole.status, whole.body) == (200, data)
    assert gzip.decompress(whole.body)
    assert (head.body, head.headers["content-length"], head.headers["accept-ranges"]) == (b"", str(len(data)), "bytes")
    assert whole.headers["etag"] == head.headers["etag"]
    assert hashlib.sha256(data).hexdigest() in whole.headers["etag"]
    assert (part.status, part.body, part.headers["content-range"]) == (206, data[10:30], f"bytes 10-29/{len(data)}")
    assert (tail.status, tail.body) == (206, data[-7:])
    assert service.get(where, If_None_Match=whole.headers["etag"]).status == 304
    assert service.get(where, Range="bytes=10-29", If_Range='"another"').status == 200
    assert service.get(where, Range=f"bytes={len(data)}-").status == 416
    assert service.get(where, Range="pages=1-2").status == 200  # RFC 9110 14.2: an unknown unit is ignored


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("0-0", Part(0, 1)), ("5-", Part(5, 10)), ("-3", Part(7, 10)), ("-99", Part(0, 10)), ("0-99", Part(0, 10)),
     ("10-", None), ("7-5", None), ("-0", None), ("-", None), ("1-2,4-5", None)],
)  # fmt: skip
def test_ranges_are_read_as_rfc_9110_has_them(asked: str, expected: Part | None) -> None:
    assert part_of(f"bytes={asked}", 10) == expected


@pytest.mark.parametrize(
    "name",
    ["nothing.warc.gz", "..%2f..%2fstoppress.toml", "../../stoppress.toml", "%00", "revisit/urn:uuid:1", "é" * 99],
)
def test_what_the_catalog_does_not_know_is_not_found(service: Service, name: str) -> None:
    got = service.get(f"/warc/{quote(name, safe='%/:')}")

    assert got.status == 404
    assert b"[archive]" not in got.body


@pytest.fixture
def withdrawn(folder: Path, tmp_path: Path) -> Iterator[tuple[Service, list[tuple[str, dict[str, Any]]]]]:
    """The same archive, in which the original of the revisit was taken down; and the index of before."""
    copy = shutil.copytree(folder, tmp_path / "copy")
    with served(copy / "stoppress.toml") as (service, _):
        before = index(service)
        taken = stoppress("takedown", f"{STORM}@v3", "--reason", "a court", config=copy / "stoppress.toml")
        assert taken.code == 0, taken.err
        yield service, before


def test_what_was_taken_down_is_in_no_answer(withdrawn: tuple[Service, list[tuple[str, dict[str, Any]]]]) -> None:
    service, before = withdrawn
    open_ones = [(time, facts) for time, facts in before if time[10] not in "23"]
    refused = [facts for time, facts in before if time[10] in "23"]

    assert index(service) == open_ones
    assert record(service, open_ones[0][1]).payload == body(1)
    for facts in refused:
        start = int(facts["offset"])
        span = {"Range": f"bytes={start}-{start + int(facts['length']) - 1}"} if "length" in facts else {}
        got = service.get(f"/warc/{facts['filename']}", **span)
        assert (got.status, b"a court" in got.body) == (451, True)
    name = open_ones[0][1]["filename"]
    assert {service.get(f"/warc/{name}", **more).status for more in ({}, {"Range": "bytes=0-99"})} == {451}


def test_changes_around_a_capture_are_a_page_that_runs_nothing(service: Service) -> None:
    url = quote(STORM, safe="")
    before, after = (service.get(f"/diff/{side}/20260103101000/{url}") for side in ("before", "after"))

    assert (before.status, after.status) == (200, 200)
    assert "Power is back in the north." in before.text
    assert "v1 to v2" in before.text
    assert "v2 to v3" in after.text
    assert "script-src" not in before.headers["content-security-policy"]
    assert before.headers["content-security-policy"].startswith("default-src 'none'")
    assert service.get(f"/diff/before/20260103100000/{url}").status == 404
    assert service.get(f"/diff/after/20260103103000/{url}").status == 404
    assert service.get(f"/diff/sideways/20260103100000/{url}").status == 400
    assert service.get(f"/diff/before/{url}").status == 400
