"""Captures that another archive has, asked for over HTTP: one by one, slowly, and each once."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from crawler.asking import Asking, UnansweredError
from crawler.captures_elsewhere import foreign_of
from crawler.cdx_rows import Elsewhere, Row, page_of
from pipelines.importing.foreign import RefusedError
from tests.rebuild.kept import CLOSED, POWER, RIVER, STORM, page
from tests.retrieval.web.conftest import served
from tests.running import stoppress
from tests.servers import raw_http
from tests.servers.raw_http import RawServer, serving

from .conftest import archive
from .test_import import imported, versions

CDX = "/cdx/search/cdx"
TEXTS = {"20250501120000": [RIVER], "20250501121000": [CLOSED, RIVER], "20250501122000": [POWER, CLOSED, RIVER]}


@pytest.fixture
def other() -> Iterator[RawServer]:
    with serving(RawServer()) as server:
        yield server


def memento(body: bytes, date: str, *headers: str, status: str = "200 OK") -> bytes:
    return raw_http.page(body, f"Memento-Datetime: Thu, 01 May 2025 {date} GMT", *headers, status=status)


def sha1(data: bytes) -> str:
    return base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def line(time: str, digest: str, status: str = "200") -> str:
    return f"org,example,news)/live/storm {time} {STORM} text/html {status} {digest} 1000"


def elsewhere(server: RawServer) -> str:
    """Three captures of STORM, listed on two pages of the index, and a redirect."""
    bodies = {time: page(*texts) for time, texts in TEXTS.items()}
    lines = [line(time, sha1(body)) for time, body in bodies.items()]
    pages = {"": [*lines[:2], "", "next+one"], "next+one": [line("20250501121500", "-", "301"), *lines[2:]]}

    async def index(_reader: Any, writer: Any) -> None:
        hit = server.hits[-1].path
        asked = pages["next+one" if "resumeKey=next%2Bone" in hit else ""]
        writer.write(raw_http.page("\n".join(asked).encode(), content_type="text/plain"))
        await writer.drain()

    for time, body in bodies.items():
        orig = ("X-Archive-Orig-Server: newsroom", "X-Archive-Orig-Transfer-Encoding: chunked")
        date = f"{time[8:10]}:{time[10:12]}:{time[12:]}"
        server.route(f"/web/{time}id_/{STORM}", memento(body, date, *orig))
    return server.route(CDX, index)


def asking(server: RawServer, **more: Any) -> Asking:
    given: dict[str, Any] = {"agent": "test", "timeout": timedelta(seconds=5), "gap": timedelta(), "most": 2**20,
             "exceptions": [ip_network("127.0.0.0/8")], "sleep": lambda _: None}  # fmt: skip
    return Asking(**(given | more))


def test_each_capture_is_fetched_once_and_stands_at_its_time(other: RawServer, tmp_path: Path) -> None:
    cdx = elsewhere(other)
    config = archive(tmp_path / "a", STORM)
    config.write_text(config.read_text() + '[crawl]\nmin_gap = "0s"\n')
    some = imported(config, "--cdx", cdx, "--url", STORM, "--limit", "1")
    rest = imported(config, cdx)
    fetched = [hit.path for hit in other.hits if hit.path.startswith("/web/")]
    again = imported(config, "--cdx", cdx)

    assert (some.code, rest.code, again.code) == (0, 0, 0), some.err + rest.err + again.err
    assert [ran.lines[-1]["taken"] for ran in (some, rest, again)] == [1, 2, 0]
    assert rest.lines[-1]["passed"] == {"redirects": 1, "there already": 1}
    assert fetched == [f"/web/{time}id_/{STORM}" for time in TEXTS]
    assert [one["first_seen"] for one in versions(config)] == [
        "2025-05-01T12:00:00Z", "2025-05-01T12:10:00Z", "2025-05-01T12:20:00Z",
    ]  # fmt: skip
    assert stoppress("get", f"{STORM}@v3", config=config).out == page(POWER, CLOSED, RIVER)
    assert {hit.header("User-Agent") for hit in other.hits} != {None}


def test_what_stoppress_serves_another_one_imports(day: Path, tmp_path: Path) -> None:
    config = archive(tmp_path / "a", STORM)
    config.write_text(config.read_text() + '[crawl]\nmin_gap = "0s"\n')
    with served(day) as (service, _):
        there = f"{service.archive}/web/{{timestamp}}id_/{{url}}"
        ran = imported(config, "--cdx", f"{service.base}{CDX}", "--captures", there, "--to", "20260103100800")
    mine = [(one["headline"], one["content_hash"], one["first_seen"][:19]) for one in versions(config)]
    theirs = [(one["headline"], one["content_hash"], one["first_seen"][:19]) for one in versions(day)]

    assert ran.code == 0, ran.err
    assert mine
    assert mine == theirs[: len(mine)]


def test_the_guard_holds(other: RawServer, tmp_path: Path) -> None:
    cdx = elsewhere(other)
    config = archive(tmp_path / "a", STORM)
    config.write_text(config.read_text().replace('"127.0.0.0/8"', '"10.0.0.0/8"'))
    ran = imported(config, "--cdx", cdx)

    assert (ran.code, other.hits) == (1, [])
    assert "is not public" in ran.err


def test_retry_after_is_obeyed(other: RawServer) -> None:
    waits: list[float] = []
    turns = [b"HTTP/1.1 429 Slow\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n",
             b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", raw_http.page(b"fine")]  # fmt: skip

    async def answer(_reader: Any, writer: Any) -> None:
        writer.write(turns.pop(0))
        await writer.drain()

    reply = asking(other, sleep=waits.append).get(other.route("/x", answer))

    assert (reply.body, [wait for wait in waits if wait]) == (b"fine", [17.0, 15.0])


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"HTTP/1.1 429 Slow\r\nRetry-After: 90000\r\nContent-Length: 0\r\n\r\n", "come back then"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "IncompleteRead"),
        (raw_http.page(bytes(2**21)), "larger than max_size"),
        (b"no HTTP at all", "try again later"),
    ],
)
def test_an_answer_that_is_none_is_told(other: RawServer, answer: bytes, why: str) -> None:
    url = other.route("/x", raw_http.sending(answer))

    with pytest.raises(UnansweredError, match=why):
        asking(other).get(url)


ROW = Row("20250501120000", STORM, "200", sha1(b"body"))


@pytest.mark.parametrize(
    ("answer", "row", "why"),
    [
        (raw_http.page(b"body"), ROW, "without Memento-Datetime"),
        (memento(b"body", "12:00:01"), ROW, "gives the capture of 2025-05-01T12:00:01Z"),
        (memento(b"other", "12:00:00"), ROW, "does not have the digest"),
        (memento(b"body", "12:00:00", status="404 Gone"), ROW, "answers 404"),
        (memento(b"body", "12:00:00"), replace(ROW, status="404"), "says 404"),
    ],
)
def test_what_is_not_that_capture_is_refused(other: RawServer, answer: bytes, row: Row, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        foreign_of(asking(other).get(other.route("/x", answer)), row)


def test_the_first_header_comes_back_and_nothing_of_the_transfer(other: RawServer) -> None:
    body = gzip.compress(b"body")
    headers = ["Content-Encoding: gzip", "X-Archive-Orig-Content-Encoding: gzip", "X-Archive-Orig-ETag: x",
               "X-Archive-Orig-Transfer-Encoding: chunked"]  # fmt: skip
    made = foreign_of(asking(other).get(other.route("/x", memento(body, "12:00:00", *headers))), ROW)

    assert made.block == (
        b"HTTP/1.1 200 OK\r\nETag: x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    ) + body  # fmt: skip
    assert dict(made.found) == {"address": other.url("/x"), "digest": ROW.digest}


def test_lines_that_are_none_are_told_apart() -> None:
    good = line("20250501120000", "D")
    found, key = page_of(f"{good}\n<html>\n{good.replace('20250501', '20259901')}\r\n\nkey\n")

    assert [isinstance(one, str) for one in found] == [False, True, True]
    assert key == "key"


def test_an_address_is_made_of_the_time_and_the_url() -> None:
    where = Elsewhere(cdx="https://archive.example/cdx/search/cdx?x=1")

    assert where.address(Row("20250501120000", "https://a.example/ü?q=1#x", "200", "-")) == (
        "https://archive.example/web/20250501120000id_/https://a.example/%C3%BC?q=1%23x"
    )
