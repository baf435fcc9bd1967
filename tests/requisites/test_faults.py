"""Whatever becomes of a requisite, the page is archived and read; what is not had is told."""

from __future__ import annotations

import signal
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipelines.warc import scan
from tests.main_job.serving import ask
from tests.rebuilt import equals_its_catalog
from tests.requisites.site import CSS, asked, html, images, paths, serve, watched
from tests.running import crawling, stoppress
from tests.servers.raw_http import RawServer, page, sending, serving

pytestmark = pytest.mark.long


async def silence(reader: Any, _writer: Any) -> None:
    await reader.read()


def faulty(server: RawServer, other: RawServer, ill: RawServer) -> dict[str, tuple[str, list[str], str]]:
    """Name of a page -> its one requisite, the captures it makes, and what the visit says of it."""
    server.route("/robots.txt", page(b"User-agent: *\nDisallow: /closed\n", content_type="text/plain"))
    other.route("/robots.txt", page(b"User-agent: *\nDisallow: /\n", content_type="text/plain"))
    images(server, "/closed/1.png", "/i/good.png", "/i/taken.png")
    images(other, "/1.png")
    server.route("/i/gone.png", page(b"gone", status="410 Gone"))
    ill.route("/ill.png", page(b"", status="503 Busy", content_type="image/png"))
    server.route("/i/cut.png", sending(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n\x89PNG", pause=0.1))
    server.route("/i/garbage.png", sending(b"\x00\x01\x02 what is this\r\n\r\n", pause=0.1))
    server.route("/i/inside.png", page(b"", "Location: http://10.255.255.1/x.png", status="302 Found"))
    server.route("/i/round.png", page(b"", "Location: /i/round.png", status="302 Found"))
    server.route("/s/bad.css", page(b"\x1f\x8b\x08garbage", "Content-Encoding: gzip", content_type=CSS))
    told = {
        "closed": (server.url("/closed/1.png"), [], "robots.txt forbids this URL"),
        "elsewhere": (other.url("/1.png"), [], "robots.txt forbids this URL"),
        "private": ("http://10.255.255.1/1.png", [], "10.255.255.1 has no address that [egress] allow permits"),
        "gone": ("/i/gone.png", ["/i/gone.png"], "it answered 410"),
        "cut": ("/i/cut.png", ["/i/cut.png"], "requisite(s) could not be had"),
        "garbage": ("/i/garbage.png", [], "requisite(s) could not be had"),
        "inside": ("/i/inside.png", ["/i/inside.png"], "10.255.255.1 has no address that [egress] allow permits"),
        "round": ("/i/round.png", ["/i/round.png"], ""),
        "taken": ("/i/taken.png", [], "451: "),
        "good": ("/i/good.png", ["/i/good.png"], ""),
        "sheet": ("/s/bad.css", ["/s/bad.css"], ""),
        "ill": (ill.url("/ill.png"), ["/ill.png"], "it answered 503"),
    }
    for name, (url, _, _) in told.items():
        shown = f'<link rel="stylesheet" href="{url}">' if url.endswith(".css") else f'<img src="{url}">'
        server.route(f"/live/{name}", page(html(shown)))
    return told


def test_each_fault_of_a_requisite_leaves_the_page_and_is_told(raw_server: RawServer, tmp_path: Path) -> None:
    with serving(RawServer(host="127.0.0.2")) as other, serving(RawServer(host="127.0.0.3")) as ill:
        expected = faulty(raw_server, other, ill)
        config = watched(tmp_path, *(raw_server.url(f"/live/{name}") for name in expected))
        taken = ask(config, "takedown", raw_server.url("/i/taken.png"), "--reason", "a court")
        assert taken.code == 0, taken.err

        done = stoppress("crawl", "--once", "--json", config=config)

        visits = {visit["url"].rpartition("/")[2]: visit for visit in done.lines}
        assert done.code == 0, done.err
        for name, (_, captures, said) in expected.items():
            visit = visits[name]
            assert (visit["outcome"], visit["reading"]) == ("archived", "version"), (name, visit)
            assert paths(visit["captures"]) == captures, (name, visit)
            assert (said in visit["detail"]) if said else not visit["detail"], (name, visit["detail"])
        assert "/1.png" not in asked(other)
        assert not {"/closed/1.png", "/i/taken.png"} & set(asked(raw_server))
    equals_its_catalog(config)


def on_disk(folder: Path, url: str) -> bool:
    found: list[str | None] = []
    for path in folder.glob("spool/*.open"):
        with path.open("rb") as file:
            found += [placed.record.get("WARC-Target-URI") for placed in scan(file)]
    return url in found


def test_killed_before_its_first_requisite_a_page_is_read_at_its_next_visit(
    raw_server: RawServer, tmp_path: Path
) -> None:
    url = serve(raw_server, '<img src="/i/1.png">')
    raw_server.route("/i/1.png", silence)
    config = watched(tmp_path, url)
    with crawling(config, "--once") as process:
        raw_server.wait_for("/i/1.png")
        process.kill()
        process.wait()
    images(raw_server, "/i/1.png")

    [visit] = stoppress("crawl", "--once", "--json", config=config).lines

    assert (visit["outcome"], visit["version"], paths(visit["captures"])) == ("archived", 1, ["/i/1.png"])


def test_killed_among_its_requisites_a_visit_keeps_its_page_and_its_version(
    raw_server: RawServer, tmp_path: Path
) -> None:
    url = serve(raw_server, '<img src="/i/1.png"><img src="/i/2.png">')
    images(raw_server, "/i/1.png", "/i/2.png")
    raw_server.route("/i/2.png", silence)
    config = watched(tmp_path, url)
    with crawling(config, "--once") as process:
        raw_server.wait_for("/i/2.png")
        while not on_disk(tmp_path, raw_server.url("/i/1.png")):
            time.sleep(0.02)
        process.kill()
        process.wait()
    images(raw_server, "/none.png", "/i/2.png")

    [visit] = stoppress("crawl", "--once", "--json", config=config).lines

    told = ask(config, "log", url, "--json").lines
    assert [(one["outcome"], one["reading"], one["version"]) for one in told] == [
        ("archived", "version", 1), ("revisit", "unchanged", None),
    ]  # fmt: skip
    assert "its requisites are not all there: the crawler died" in told[0]["detail"]
    assert paths(visit["captures"]) == ["/i/2.png"]
    assert asked(raw_server).count("/i/1.png") == 1
    equals_its_catalog(config)


def test_sigterm_among_requisites_ends_the_crawl_at_once_and_the_page_is_read(
    raw_server: RawServer, tmp_path: Path
) -> None:
    url = serve(raw_server, '<img src="/i/1.png"><img src="/i/2.png"><img src="/i/3.png">')
    images(raw_server, "/i/1.png")
    raw_server.route("/i/2.png", silence)
    config = watched(tmp_path, url, every="60s")
    config.write_text(config.read_text().replace('timeout = "5s"', 'timeout = "80s"'))
    with crawling(config) as process:
        raw_server.wait_for("/i/2.png")
        process.send_signal(signal.SIGTERM)
        code = process.wait(20)  # the answer that does not come would be waited for until the 30 s are over

    log = (tmp_path / "crawl.log").read_text()
    assert code == 0, log
    assert "Traceback" not in log, log
    [visit] = ask(config, "log", url, "--json").lines
    assert (visit["outcome"], visit["reading"], visit["version"]) == ("archived", "version", 1)
    assert visit["detail"] == "2 of 3 requisites are left for the next visit (the crawl ended)"


def test_a_requisite_waits_for_its_hosts_turn_and_the_visit_ends_when_the_next_is_due(
    raw_server: RawServer, tmp_path: Path
) -> None:
    url = serve(raw_server, "".join(f'<img src="/i/{n}.png">' for n in range(9)))
    images(raw_server, *(f"/i/{n}.png" for n in range(9)))
    config = watched(tmp_path, url, every="3s")
    config.write_text(config.read_text().replace('per_host = "100/s"', 'per_host = "2/s"'))

    with crawling(config, "--for", "5s") as process:
        process.wait(60)

    times = [hit.at for hit in raw_server.hits]
    assert min((b - a).total_seconds() for a, b in pairwise(times)) > 0.45
    visits = ask(config, "log", url, "--json").lines
    assert len([hit for hit in raw_server.hits if hit.path == "/live/storm"]) >= 2
    assert "the page's next visit is due" in visits[0]["detail"]
