"""What older pages and feeds can do to a visit: its page is read all the same, and the version says what is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.rest import pages
from tests.rest.serving import numbers, shown
from tests.running import crawling, stoppress, write_config
from tests.servers.raw_http import RawServer, page, sending

pytestmark = pytest.mark.long
THREE = [9, 8, 7]


def live(path: str, numbers_: list[int], following: str | None) -> bytes:
    pager = f'<p><a rel="next" href="{following}">Older</a></p>' if following else ""
    return pages.html("".join(map(pages.entry, numbers_)), pager=pager)


def feeds(server: RawServer) -> dict[str, tuple[str, int, str, list[int]]]:
    """Path of a page -> what its second page is: its roles, requests, what the visit says of it, and its updates."""
    server.route("/robots.txt", page(b"User-agent: *\nDisallow: /live/closed?\n", content_type="text/plain"))

    def paged(name: str, answer: Any) -> None:
        path = f"/live/{name}"
        server.route(path, page(live(path, THREE, f"{path}?page=2")))
        server.route(f"{path}?page=2", answer)

    paged("closed", page(live("", [6, 5], None)))
    paged("missing", page(b"<p>gone</p>", status="404 Not Found"))
    paged("broken", page(b"<p>sorry</p>", status="500 Oh No"))
    paged("garbage", page(b"\x89PNG\r\n\x1a\n" + bytes(2000), content_type="image/png"))
    paged("login", page(b"", "Location: /account/sign-in", status="302 Found"))
    paged("silent", sending(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<html>", pause=0.1))
    paged("itself", page(live("", THREE, "/live/itself?page=2")))
    server.route("/live/turning", page(live("", THREE, "/live/turning?from=a")))
    server.route("/live/turning?from=a", page(live("", [6, 5], "/live/turning?from=b")))
    server.route("/live/turning?from=b", page(live("", [4, 3], "/live/turning?from=a")))
    paged("large", page(pages.html(pages.entry(6) + pages.entry(5), lead=f"<!-- {'x' * 10_000_000} -->",
                                   pager='<a rel="next" href="/live/large?page=3">Older</a>')))  # fmt: skip
    paged("growing", page(live("", [6, 5], "/live/growing?page=3")))
    for k in range(3, 9):
        there = live("", [100 + 2 * k, 101 + 2 * k], f"/live/growing?page={k + 1}")
        server.route(f"/live/growing?page={k}", page(there))
    server.route("/live/inside", page(pages.sourcefabric(server.url("/inside/"), THREE)))
    posts = "/inside/api/v2/client_blogs/58bfeb4c15720af1a94c1052/posts"
    server.route(posts, page(b"", "Location: http://10.255.255.1/posts", status="302 Found"))
    return {
        "closed": ("page", 0, "robots.txt forbids this URL", THREE),
        "missing": ("page older", 1, "cannot be read", THREE),
        "broken": ("page older", 1, "cannot be read", THREE),
        "garbage": ("page older", 1, "cannot be read", THREE),
        "login": ("page redirect", 1, "is not a page of this list", THREE),
        "silent": ("page older", 1, "cannot be read", THREE),
        "itself": ("page older", 1, "", THREE),
        "turning": ("page older older", 2, "was read already", [*THREE, 6, 5, 4, 3]),
        "large": ("page older", 1, "older_size", [*THREE, 6, 5]),
        "growing": ("page older older older older", 4, "older_pages = 4", [*THREE, 6, 5, 106, 107, 108, 109, 110, 111]),
        "inside": ("page redirect", 0, "has no address that [egress] allow permits", THREE),
    }


def test_each_fault_of_a_part_leaves_the_page_and_says_what_is_missing(raw_server: RawServer, tmp_path: Path) -> None:
    expected = feeds(raw_server)
    urls = {name: raw_server.url(f"/live/{name}") for name in expected}
    config = write_config(tmp_path, *urls.values())
    limits = 'older_pages = 4\nolder_size = "4MiB"\n[egress]'
    config.write_text(config.read_text().replace("[egress]", limits))
    stoppress("apply", str(config))

    done = stoppress("crawl", "--once", "--json", config=config)

    visits = {visit["url"].rpartition("/")[2]: visit for visit in done.lines}
    assert done.code == 0, done.err
    for name, (roles, asked, said, there) in expected.items():
        visit, version = visits[name], shown(config, urls[name])
        hits = [hit for hit in raw_server.hits if hit.path.startswith(f"/live/{name}?")]
        assert (visit["outcome"], visit["reading"]) == ("archived", "version"), name
        assert " ".join(c["role"] for c in visit["captures"]) == roles, (name, visit)
        assert (len(hits), numbers(version), version["window"]["complete"]) == (asked, there, False), name
        assert said in visit["detail"], (name, visit["detail"])
    lines = stoppress("reextract", "--json", config=config).lines
    assert {line["result"] for line in lines if "result" in line} == {"equal"}


def test_killed_between_two_pages_the_visit_is_abandoned_and_nothing_is_lost(
    raw_server: RawServer, tmp_path: Path
) -> None:
    raw_server.route("/robots.txt", page(b"", content_type="text/plain"))

    async def silence(reader: Any, _writer: Any) -> None:
        await reader.read()

    path = "/live/storm"
    url = raw_server.route(path, page(live(path, THREE, f"{path}?page=2")))
    raw_server.route(f"{path}?page=2", page(live(path, [6, 5], f"{path}?page=3")))
    raw_server.route(f"{path}?page=3", silence)
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))
    with crawling(config, "--once") as process:
        raw_server.wait_for(f"{path}?page=3")
        process.kill()
        process.wait()
    raw_server.route(f"{path}?page=3", page(live(path, [4, 3], None)))

    [visit] = stoppress("crawl", "--once", "--json", config=config).lines

    told = stoppress("log", url, "--json", config=config).lines
    assert [(one["outcome"], one["reason"]) for one in told] == [("error", "abandoned"), ("archived", None)]
    assert (visit["version"], numbers(shown(config, url))) == (1, [9, 8, 7, 6, 5, 4, 3])
    assert shown(config, url)["window"]["complete"]
    captures = stoppress("verify", "--deep", "--json", config=config)
    assert captures.code == 0, captures.out
    kept = [json.loads(line) for line in stoppress("rebuild", "--replace", "--json", config=config).out.splitlines()]
    assert kept[-1]["captures"] >= 6  # two that were kept before the kill, and four
    assert numbers(shown(config, url)) == [9, 8, 7, 6, 5, 4, 3]


def test_with_older_pages_0_only_the_page_itself_is_asked_for(raw_server: RawServer, tmp_path: Path) -> None:
    raw_server.route("/robots.txt", page(b"", content_type="text/plain"))
    url = raw_server.route("/live/storm", page(live("", THREE, "/live/storm?page=2")))
    config = write_config(tmp_path, url)
    config.write_text(config.read_text().replace("[egress]", "older_pages = 0\n[egress]"))
    stoppress("apply", str(config))
    [visit] = stoppress("crawl", "--once", "--json", config=config).lines

    assert [c["role"] for c in visit["captures"]] == ["page"]
    assert [hit.path for hit in raw_server.hits] == ["/robots.txt", "/live/storm"]
