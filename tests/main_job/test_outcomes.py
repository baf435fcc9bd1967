"""One visit, one outcome: what a server can do to us, and what the ledger says of it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from pipelines.warc import VISIT_TYPE, scan
from tests.running import crawling, stoppress, write_config
from tests.servers.raw_http import RawServer, page

GOOD = b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed to all ships until further notice.</p>"

CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"


def _cut(status_and_head: bytes) -> Any:
    async def answer(_reader: object, writer: Any) -> None:
        writer.write(status_and_head)
        await writer.drain()
        writer.close()

    return answer


def _stall(status_and_head: bytes) -> Any:
    async def answer(reader: Any, writer: Any) -> None:
        writer.write(status_and_head)
        await _silence(reader, writer)

    return answer


async def _silence(reader: Any, writer: Any) -> None:
    await reader.read()  # until the other side gives up
    writer.close()


SERVED: dict[str, tuple[Any, str, str | None, str]] = {
    "/good": (page(GOOD), "archived", None, "version"),
    "/gzip": (page(gzip.compress(GOOD), "Content-Encoding: gzip"), "archived", None, "version"),
    "/cut-gzip": (page(gzip.compress(GOOD * 50)[:-40], "Content-Encoding: gzip"), "archived", None, "decode"),
    "/unknown-coding": (page(GOOD, "Content-Encoding: rot13"), "archived", None, "decode"),
    "/empty": (page(b""), "archived", None, "empty"),
    "/image": (page(b"\x89PNG\r\n\x1a\n" + bytes(99), content_type="image/png"), "archived", None, "not-html"),
    "/404": (page(b"<p>gone</p>", status="404 Not Found"), "error", "http-status", "none"),
    "/500": (page(b"<p>sorry</p>", status="500 Oh No"), "error", "http-status", "none"),
    "/short": (_cut(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<html>half"), "truncated", "disconnect", "none"),
    "/stalls": (_stall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<html>half"), "truncated", "timeout", "none"),
    "/large": (_stall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"), "truncated", "too-large", "none"),
    "/bad-chunk": (_cut(CHUNKED + b"zz\r\nhi\r\n"), "truncated", "protocol", "none"),
    "/no-last-chunk": (_cut(CHUNKED + b"2\r\nhi\r\n"), "truncated", "disconnect", "none"),
    "/two-lengths": (page(GOOD, "Content-Length: 2"), "truncated", "protocol", "none"),
    "/cut-header": (_cut(b"HTTP/1.1 200 OK\r\nContent-Le"), "error", "protocol", "none"),
    "/stalled-header": (_stall(b"HTTP/1.1 200 OK\r\nContent-Le"), "error", "timeout", "none"),
    "/endless-header": (_cut(b"HTTP/1.1 200 OK\r\n" + b"X-Line: endless\r\n" * 20_000), "error", "protocol", "none"),
    "/hints": (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + page(GOOD), "archived", None, "version"),
    "/surplus": (page(GOOD) + page(b"<p>forged"), "archived", None, "version"),
    "/chunked": (CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(GOOD), GOOD), "archived", None, "version"),
    "/nul": (page(GOOD, 'ETag: "a\0b"', content_type="text/html\0"), "archived", None, "version"),
    "/204": (b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", "archived", None, "empty"),
    "/nothing": (_cut(b""), "error", "protocol", "none"),
    "/no-http": (_cut(b"hello there, this is no HTTP at all\r\n\r\n"), "error", "protocol", "none"),
    "/silence": (_silence, "error", "timeout", "none"),
    "/unasked-304": (b"HTTP/1.1 304 Not Modified\r\n\r\n", "error", "protocol", "none"),
    "/hop": (page(b"", "Location: /good?by=hop", status="302 Found"), "archived", None, "version"),
    "/loop": (page(b"", "Location: /loop", status="302 Found"), "error", "redirect", "none"),
    "/nowhere": (page(b"", status="302 Found"), "error", "redirect", "none"),
    "/file": (page(b"", "Location: file:///etc/passwd", status="302 Found"), "error", "blocked", "none"),
    "/private": (page(b"", "Location: http://10.0.0.1/", status="302 Found"), "error", "blocked", "none"),
    "/reloads": (page(b'<meta http-equiv=refresh content="0; url=/reloads">' + GOOD), "archived", None, "version"),
}


def test_every_kind_of_answer_ends_in_its_one_outcome(raw_server: RawServer, tmp_path: Path) -> None:
    raw_server.route("/robots.txt", page(b"User-agent: *\nDisallow: /forbidden\n", content_type="text/plain"))
    urls = {raw_server.route(path, served[0]): path for path, served in SERVED.items()}
    config = write_config(tmp_path, *urls, raw_server.url("/forbidden"), "http://127.0.0.9:9/refused")
    assert stoppress("apply", str(config)).code == 0

    crawl = stoppress("crawl", "--once", "--json", config=config)

    expected = {url: SERVED[path][1:] for url, path in urls.items()}
    expected[raw_server.url("/forbidden")] = ("error", "robots", "none")
    expected["http://127.0.0.9:9/refused"] = ("error", "connect", "none")
    seen = {v["url"]: (v["outcome"], v["reason"], v["reading"]) for v in crawl.lines}
    assert {url: seen.get(url) for url in expected if seen.get(url) != expected[url]} == {}, crawl.err[-2000:]
    assert len(crawl.lines) == len(expected)
    assert crawl.code == 1  # --once met errors
    assert not raw_server.hits_of("/forbidden")
    silent = [v["url"] for v in crawl.lines if v["outcome"] != "archived" and not v["detail"]]
    assert silent == []


def test_the_record_of_a_visit_says_what_was_odd_about_its_exchange(raw_server: RawServer, tmp_path: Path) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    odd = raw_server.route("/odd", hints + page(GOOD) + b"surplus")
    cut = raw_server.route("/cut", _cut(CHUNKED + b"zz\r\nhi\r\n"))
    config = write_config(tmp_path, odd, cut)
    stoppress("apply", str(config))

    stoppress("crawl", "--once", config=config)

    [file] = tmp_path.glob("archive/warc/**/*.warc.gz")
    with file.open("rb") as opened:
        records = [placed.record for placed in scan(opened)]
    told = {facts["url"]: facts["exchange"] for record in records if record.get("Content-Type") == VISIT_TYPE
            for facts in [json.loads(record.block)]}  # fmt: skip
    for exchange in told.values():
        assert exchange.pop("seconds") > 0
    peer = f"127.0.0.1:{raw_server.port}"
    assert told[odd] == {"peer": peer, "interim": len(hints), "surplus": len(b"surplus")}
    assert told[cut] == {"peer": peer, "failure": "_MalformedChunkedDataError", "phase": "body"}


def test_the_same_page_again_is_a_revisit_that_is_not_read(raw_server: RawServer, tmp_path: Path) -> None:
    url = raw_server.route("/same", page(GOOD))
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))

    visits = [line for _ in range(2) for line in stoppress("crawl", "--once", "--json", config=config).lines]

    assert [(v["outcome"], v["reading"]) for v in visits] == [("archived", "version"), ("revisit", "unchanged")]
    for visit in visits:
        assert stoppress("get", f"{url}@{visit['started']}", config=config).out == GOOD


def test_validators_go_out_as_they_came_and_a_304_shows_the_original(raw_server: RawServer, tmp_path: Path) -> None:
    async def answer(_reader: object, writer: Any) -> None:
        asked = raw_server.hits_of("/etag")[-1].header("If-None-Match")
        known = asked == 'W/"odd, but theirs"'
        writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n" if known else page(GOOD, 'ETag: W/"odd, but theirs"'))
        await writer.drain()

    url = raw_server.route("/etag", answer)
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))

    visits = [line for _ in range(2) for line in stoppress("crawl", "--once", "--json", config=config).lines]

    assert [(v["outcome"], v["status"]) for v in visits] == [("archived", 200), ("revisit", 304)]
    assert stoppress("get", f"{url}@now", config=config).out == GOOD


def test_a_second_crawler_on_the_same_spool_is_refused_and_names_the_first(
    raw_server: RawServer, tmp_path: Path
) -> None:
    config = write_config(tmp_path, raw_server.route("/page", page(GOOD)))
    stoppress("apply", str(config))
    with crawling(config, "--for", "60s") as first:
        assert first.stdout is not None
        first.stdout.readline()

        second = stoppress("crawl", "--once", config=config)

    assert second.code == 1
    assert f"process {first.pid}" in second.err


def test_a_killed_crawler_is_recovered_and_says_so(raw_server: RawServer, tmp_path: Path) -> None:
    url = raw_server.route("/page", page(GOOD))
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))
    with crawling(config, "--for", "60s") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.wait()
    assert list(tmp_path.glob("spool/*.warc.gz.open"))

    again = stoppress("crawl", "--once", "--json", config=config)

    assert "recovered 1 spool file" in again.err
    assert stoppress("get", f"{url}@v1", config=config).out == GOOD
    assert not list(tmp_path.glob("spool/*.warc.gz*"))
    assert len(list(tmp_path.glob("archive/warc/**/*.warc.gz"))) == 2
