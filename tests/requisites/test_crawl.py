"""``stoppress crawl`` keeps what a page is shown with, within its visit, and asks for nothing twice that it has."""

from __future__ import annotations

import time
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.main_job.serving import ask
from tests.rebuilt import equals_its_catalog
from tests.requisites.site import CSS, FONT, LIVE, asked, crawled, html, images, paths, serve, watched
from tests.running import crawl_until
from tests.servers.raw_http import RawServer, page

pytestmark = pytest.mark.long


def styled(server: RawServer) -> tuple[str, list[str]]:
    """A page with a sheet that imports another, which has a font and an image; and all paths it is shown with."""
    head = '<link rel="stylesheet" href="/s/main.css">'
    url = serve(server, '<img src="/i/1.png" srcset="/i/2.png 2x"><img src="/i/moved.png">', head)
    server.route("/s/main.css", page(b'@import "more.css"; h1 { color: red }', 'ETag: "main"', content_type=CSS))
    more = b"@font-face { font-family: E; src: url(/f/e.woff2) format('woff2') } p { background: url(../i/back.png) }"
    server.route("/s/more.css", page(more, content_type=CSS))
    server.route("/f/e.woff2", page(b"wOF2" * 40, content_type=FONT))
    server.route("/i/moved.png", page(b"", "Location: /i/there.png", status="301 Moved Permanently"))
    images(server, "/i/1.png", "/i/2.png", "/i/back.png", "/i/there.png")
    return url, sorted(["/s/main.css", "/s/more.css", "/f/e.woff2", "/i/1.png", "/i/2.png", "/i/back.png",
                        "/i/moved.png", "/i/there.png"])  # fmt: skip


def test_all_that_a_page_is_shown_with_is_kept_once_in_the_order_of_importance(
    raw_server: RawServer, tmp_path: Path
) -> None:
    url, everything = styled(raw_server)
    config = watched(tmp_path, url)

    visit = crawled(config)

    hits = asked(raw_server)
    assert (visit["outcome"], visit["reading"], visit["version"], visit["detail"]) == ("archived", "version", 1, "")
    assert paths(visit["captures"]) == everything
    assert visit["captures"][0]["role"] == "page"
    assert sorted(hits[1:]) == everything
    assert hits[:4] == [LIVE, "/s/main.css", "/s/more.css", "/f/e.woff2"]
    got = ask(config, "get", f"{raw_server.url('/f/e.woff2')}@now")
    assert (got.code, got.out) == (0, b"wOF2" * 40), got.err
    index = ask(config, "cdx", raw_server.url("/*"), "--json").out.decode()
    assert all(f"{raw_server.port}{path}" in index for path in everything), index
    assert [line["url"] for line in ask(config, "pages", "--json").lines] == [url]

    images(raw_server, "/i/new.png")
    raw_server.route(LIVE, page(html('<img src="/i/new.png"><img src="/i/1.png">')))
    second = crawled(config)

    assert asked(raw_server) == [LIVE, "/i/new.png"]
    assert paths(second["captures"]) == ["/i/new.png"]


def test_after_a_while_only_what_has_changed_is_sent_again(raw_server: RawServer, tmp_path: Path) -> None:
    """Another process knows the archive alone; the sheet has an ETag, the font none, the image has changed."""
    url, _ = styled(raw_server)

    async def sheet(_reader: object, writer: Any) -> None:
        known = raw_server.hits[-1].header("If-None-Match")
        body = page(b'@import "more.css"; h1 { color: red }', 'ETag: "main"', "Connection: close", content_type=CSS)
        writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n" if known == '"main"' else body)
        await writer.drain()

    raw_server.route("/s/main.css", sheet)
    config = watched(tmp_path, url, crawl='requisite_every = "1s"')
    first = crawled(config)
    asked(raw_server)
    images(raw_server, "/no.png", "/i/1.png")
    time.sleep(1.1)  # requisite_every, of the last one too: a crawl begins within less

    again = crawled(config)

    assert sorted(set(paths(again["captures"])) ^ set(paths(first["captures"]))) == []
    rows = [line.split() for line in ask(config, "cdx", raw_server.url("/*")).out.decode().splitlines()]
    kinds = {path: [row[3] for row in rows if row[2].endswith(path)] for path in ("main.css", "e.woff2", "/1.png")}
    assert kinds == {
        "main.css": [CSS, "warc/revisit"], "e.woff2": [FONT, "warc/revisit"], "/1.png": ["image/png", "image/png"]
    }  # fmt: skip
    assert raw_server.hits_of("/s/main.css")[0].header("If-None-Match") == '"main"'
    equals_its_catalog(config)


def test_what_the_budget_leaves_out_is_said_and_comes_first_the_next_time(
    raw_server: RawServer, tmp_path: Path
) -> None:
    names = [f"/i/{n}.png" for n in range(7)]
    url = serve(raw_server, "".join(f'<img src="{name}">' for name in names))
    images(raw_server, *names)
    config = watched(tmp_path, url, crawl="requisite_files = 3", every="2s")

    def kept(visits: list[dict[str, Any]]) -> list[list[str]]:
        return [paths(visit["captures"]) for visit in visits]

    visits = crawl_until(config, lambda seen: list(chain(*kept(seen))) == names)

    assert list(chain(*kept(visits))) == names
    assert max(map(len, kept(visits))) == 3
    full = [visit for visit in visits if len(paths(visit["captures"])) == 3]
    said = "of 7 requisites are left for the next visit ([crawl] requisite_files = 3)"
    assert all(said in visit["detail"] for visit in full if paths(visit["captures"])[-1] != names[-1])


def test_bytes_are_bounded_and_a_2_gib_image_is_cut(raw_server: RawServer, tmp_path: Path) -> None:
    url = serve(raw_server, '<img src="/i/huge.png"><img src="/i/endless.png"><img src="/i/1.png">')
    images(raw_server, "/i/1.png")
    sent = 0

    async def huge(_reader: object, writer: Any) -> None:
        nonlocal sent
        if raw_server.hits[-1].path == "/i/huge.png":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 2147483648\r\n\r\n")
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nConnection: close\r\n\r\n")
        while sent < 2**26:
            writer.write(bytes(2**16))
            await writer.drain()
            sent += 2**16

    raw_server.route("/i/huge.png", huge)
    raw_server.route("/i/endless.png", huge)
    config = watched(tmp_path, url, crawl='requisite_size = "1MiB"')

    visit = crawled(config)

    assert (visit["outcome"], visit["reading"]) == ("archived", "version")
    assert "2 requisite(s) could not be had" in visit["detail"]
    assert "a quarter of [crawl] requisite_size, 262144 bytes" in visit["detail"]
    assert "/i/1.png" in paths(visit["captures"])
    assert sum(path.stat().st_size for path in tmp_path.glob("archive/warc/**/*.gz")) < 2**20
    assert sent < 2**26


def test_a_page_of_many_images_costs_a_request_a_visit(raw_server: RawServer, tmp_path: Path) -> None:
    names = [f"/i/{n}.png" for n in range(50)]
    url = serve(raw_server, "".join(f'<img src="{name}">' for name in names))
    images(raw_server, *names)
    config = watched(tmp_path, url, every="2s")

    visits = crawl_until(config, lambda seen: len(seen) >= 4 and not seen[-1]["detail"])

    hits = asked(raw_server)
    assert sorted(set(hits)) == sorted([LIVE, *names])
    assert all(hits.count(name) == 1 for name in names)
    assert {visit["outcome"] for visit in visits[1:]} == {"revisit"}
