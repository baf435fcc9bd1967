"""Pages of all kinds in one crawl: each visit ends within its time, in the outcome that is due to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipelines.warc import Record, scan
from tests.other_tools import complaints
from tests.running import Ran, stoppress
from tests.servers.raw_http import Handler, RawServer, page

from .canary import Canary
from .conftest import browser_config
from .pages import UPDATES, feed, live

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.usefixtures("chromium")]

VERSION = ("archived", None, "version")
HUGE = "for (let i = 0; i < 40; i++) document.body.append('x'.repeat(100000))"
GROWING = "setInterval(() => fetch('/poll.json?' + Math.random()), 20)"


def _redirect(to: str) -> bytes:
    return page(b"", f"Location: {to}", status="302 Found")


async def _silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


def cases(private: str) -> dict[str, tuple[bytes | Handler, tuple[str, str | None, str]]]:
    lure = f"""
      fetch('{private}/fetch').catch(() => 0); new Image().src = '{private}/image';
      navigator.sendBeacon('{private}/beacon', 'x'); navigator.sendBeacon('/beacon', 'x');
      try {{ new WebSocket('{private.replace("http", "ws")}/socket') }} catch (e) {{}}
      try {{ new WebSocket('ws://' + location.host + '/socket') }} catch (e) {{}}
      try {{ new EventSource('/events') }} catch (e) {{}}
      try {{ navigator.serviceWorker.register('/worker.js') }} catch (e) {{}}
      const rtc = new RTCPeerConnection({{iceServers: [{{urls: 'stun:{private.removeprefix("http://")}'}}]}});
      rtc.createDataChannel('x'); rtc.createOffer().then(o => rtc.setLocalDescription(o));
      const frame = document.createElement('iframe'); frame.src = '/frame'; document.body.append(frame);
      new Image().src = '/image.png';
    """
    head = "".join(f'<link rel={rel} href="{private}">' for rel in ("preconnect", "dns-prefetch", "preload"))
    head += "<link rel=prefetch href=/pre>"
    return {
        "/live": (live(), VERSION),
        "/private": (live(lure, head=head), VERSION),
        "/alert": (live("alert('!'); confirm('?'); prompt('?'); window.open('/popup')"), VERSION),
        "/refresh": (live(head='<meta http-equiv=refresh content="0">'), VERSION),
        "/reload": (live("setTimeout(() => location.reload(), 0)"), VERSION),
        "/poll": (live(GROWING), VERSION),
        "/huge": (live(HUGE), ("truncated", "too-large", "none")),
        "/file": (page(b"\x89PNG....", content_type="image/png"), ("archived", None, "not-html")),
        "/download": (
            page(b"not to be shown", "Content-Disposition: attachment; filename=x.zip", content_type="application/zip"),
            ("archived", None, "not-html"),
        ),
        "/gone": (page(b"<h1>Gone</h1>", status="404 Not Found"), ("error", "http-status", "none")),
        "/to-live": (_redirect("/live-2"), VERSION),
        "/script-to-live": (live("location.replace('/live-3')"), VERSION),
        "/round": (_redirect("/round"), ("error", "redirect", "none")),
        "/to-private": (_redirect(private + "/hop"), ("error", "blocked", "none")),
        "/to-file": (_redirect("file:///etc/hostname"), ("error", "blocked", "none")),
        "/script-to-private": (live(f"location.href = '{private}/hop'"), ("error", "blocked", "none")),
        "/no-feed": (live(address="/broken.json"), ("truncated", "disconnect", "none")),
        "/forbidden-feed": (live("fetch('/forbidden.json').catch(() => 0)"), VERSION),
    }


class Crawled:
    """All of it, once, with what was left behind."""

    def __init__(self, folder: Path, site: RawServer, canary: Canary) -> None:
        expected = cases(f"http://{canary.host}:{canary.port}")
        for path, (answer, _) in expected.items():
            site.route(path, answer)
        for path in ("/live-2", "/live-3"):
            site.route(path, live())
        site.route("/feed.json", feed(*UPDATES))
        site.route("/poll.json", page(b"[]", content_type="application/json"))
        site.route("/broken.json", page(b"sorry", status="500 Internal Server Error"))
        site.route("/robots.txt", page(b"User-agent: *\nDisallow: /forbidden.json\n", content_type="text/plain"))
        self.folder, self.site, self.canary = folder, site, canary
        self.expected = {site.url(path): outcome for path, (_, outcome) in expected.items()}
        self.config = browser_config(folder, *self.expected)
        assert stoppress("apply", str(self.config)).code == 0
        self.ran: Ran = stoppress("crawl", "--once", "--json", config=self.config, patience=400)
        self.visits: Mapping[str, dict[str, Any]] = {visit["url"]: visit for visit in self.ran.lines}

    def visit(self, path: str) -> dict[str, Any]:
        return self.visits[self.site.url(path)]

    def records(self) -> list[Record]:
        [file] = self.folder.glob("archive/warc/**/*.warc.gz")
        with file.open("rb") as opened:
            return [placed.record for placed in scan(opened)]


@pytest.fixture(scope="module")
def crawled(chromium: None, tmp_path_factory: pytest.TempPathFactory, site: RawServer, canary: Canary) -> Crawled:
    return Crawled(tmp_path_factory.mktemp("crawled"), site, canary)


def test_each_visit_ends_in_the_outcome_that_is_due(crawled: Crawled) -> None:
    ended = {url: (v["outcome"], v["reason"], v["reading"]) for url, v in crawled.visits.items()}

    wrong = {url: ended.get(url) for url, due in crawled.expected.items() if ended.get(url) != due}
    assert wrong == {}, crawled.ran.err[-6000:]
    assert len(crawled.ran.lines) == len(crawled.expected)


def test_updates_that_only_a_script_brings_are_in_the_version(crawled: Crawled) -> None:
    shown = stoppress("show", crawled.site.url("/live") + "@v1", "--json", config=crawled.config)

    assert [update["text"] for update in shown.lines[0]["updates"]] == list(reversed(UPDATES))


def test_nothing_private_is_reached_whatever_a_script_tries_and_the_visit_tells_of_it(crawled: Crawled) -> None:
    assert crawled.canary.seen == []
    for path in ("/private", "/to-private", "/script-to-private"):
        assert crawled.canary.host in crawled.visit(path)["detail"]
    assert f"{crawled.canary.port}/fetch" in crawled.ran.err


def test_only_what_a_page_is_read_from_is_asked_for(crawled: Crawled) -> None:
    unasked = ("/beacon", "/popup", "/socket", "/events", "/worker.js", "/frame", "/image.png", "/pre", "/favicon.ico",
               "/forbidden.json")  # fmt: skip

    assert [path for path in unasked if crawled.site.hits_of(path)] == []
    for path in ("/live", "/refresh", "/reload", "/alert"):
        assert len(crawled.site.hits_of(path)) == 1, path


def test_a_page_that_polls_without_a_pause_is_bounded(crawled: Crawled) -> None:
    polled = [hit for hit in crawled.site.hits if hit.path.startswith("/poll.json")]

    assert 1 <= len(polled) <= 200


def test_who_asks_is_said_to_the_newsroom_and_the_proxys_password_is_not(crawled: Crawled) -> None:
    [hit] = crawled.site.hits_of("/live")

    assert "Stoppress/" in (hit.header("User-Agent") or "")
    assert "mailto:test@example.org" in (hit.header("User-Agent") or "")
    assert hit.header("Accept-Encoding") in ("gzip", "gzip, br")
    assert [h.path for h in crawled.site.hits if h.header("Proxy-Authorization") or h.header("Authorization")] == []


def test_the_page_out_of_the_browser_is_marked_and_what_came_over_the_wire_is_beside_it(crawled: Crawled) -> None:
    visit = crawled.visit("/live")
    mine = {record.id: record for record in crawled.records()}
    page_, fed, wire = (mine[capture["record_id"]] for capture in visit["captures"])

    assert [capture["role"] for capture in visit["captures"]] == ["page", "requisite", "requisite"]
    assert [one.get("Stoppress-Fidelity") for one in (page_, fed, wire)] == ["browser", "wire", "wire"]
    assert page_.block.split(b"\r\n")[:3] == [
        b"HTTP/1.1 200 ", b"Content-Type: text/html; charset=utf-8", b"Stoppress-Fidelity: browser"
    ]  # fmt: skip
    assert UPDATES[0].encode() in page_.block
    assert (wire.block, fed.block) == (live(), feed(*UPDATES))
    asked = [r for r in mine.values() if r.type == "request" and r.get("WARC-Concurrent-To") == f"<{page_.id}>"]
    assert asked == []  # nobody asked a server for it
    seconds = [(one.get("WARC-Date") or "")[:19] for one in (page_, wire)]
    assert seconds[0] > seconds[1]  # CDX and Memento tell captures of one URL apart by their second


def test_what_leads_on_is_kept_as_such(crawled: Crawled) -> None:
    for path, target in (("/to-live", "/live-2"), ("/script-to-live", "/live-3")):
        captures = crawled.visit(path)["captures"]
        pages = [c for c in captures if "/feed.json" not in c["url"]]
        told = [(c["role"], c["url"].removeprefix(crawled.site.url(""))) for c in pages]

        assert told == [("page", target), ("redirect", path), ("requisite", target)]


def test_a_page_without_its_feed_is_kept_and_says_what_it_lacks(crawled: Crawled) -> None:
    visit = crawled.visit("/no-feed")

    assert "/broken.json" in visit["detail"]
    assert visit["captures"][0]["role"] == "page"


def test_other_tools_read_the_archive(crawled: Crawled) -> None:
    files = sorted(crawled.folder.glob("archive/warc/**/*.warc.gz"))
    indexes = {path.name.replace(".cdxj.", ".warc."): path.read_bytes() for path in crawled.folder.rglob("*.cdxj.gz")}

    assert complaints(files, indexes) == []
    assert stoppress("verify", "--deep", config=crawled.config).code == 0


def test_all_of_it_is_rebuilt_and_read_again_without_a_network_or_a_browser(crawled: Crawled) -> None:
    url = crawled.site.url("/live") + "@v1"
    before = stoppress("show", url, "--json", config=crawled.config).out
    hits = len(crawled.site.hits)
    for database in crawled.folder.glob("archive/catalog.db*"):
        database.unlink()

    rebuilt = stoppress("rebuild", config=crawled.config)
    again = stoppress("reextract", "--json", config=crawled.config)

    assert rebuilt.code == 0, rebuilt.err
    assert stoppress("show", url, "--json", config=crawled.config).out == before
    assert {line["result"] for line in again.lines if "result" in line} == {"equal"}
    assert len(crawled.site.hits) == hits


def test_each_visits_record_says_that_it_was_shown_by_a_browser(crawled: Crawled) -> None:
    told = {}
    for record in crawled.records():
        if record.get("Content-Type") == "application/json; profile=stoppress-visit-1":
            facts = json.loads(record.block)
            told[facts["url"]] = facts.get("fidelity")

    assert told[crawled.site.url("/live")] == "browser"
    assert told[crawled.site.url("/gone")] == "wire"


def test_what_never_ends_is_ended_and_makes_no_version(raw_server: RawServer, tmp_path: Path) -> None:
    urls = [
        raw_server.route("/endless", live("setTimeout(() => { while (true) {} }, 300)")),
        raw_server.route("/silent", _silent),
        raw_server.route("/slow-feed", live(address="/silent")),
    ]
    raw_server.route("/feed.json", feed(*UPDATES))
    config = browser_config(tmp_path, *urls, timeout="6s")
    stoppress("apply", str(config))

    ran = stoppress("crawl", "--once", "--json", config=config)

    ended = {visit["url"]: (visit["outcome"], visit["reason"], visit["reading"]) for visit in ran.lines}
    assert ended.pop(urls[2]) in (("truncated", "timeout", "none"), ("error", "timeout", "none"))  # a slow machine
    assert ended == dict.fromkeys(urls[:2], ("error", "timeout", "none"))
