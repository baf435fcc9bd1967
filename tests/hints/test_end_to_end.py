"""A feed, a hub and a newsroom's own system say that something happened: the page is visited for it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.hints.world import (
    SECRET,
    Hub,
    Newsroom,
    Visits,
    config_of,
    crawling,
    explained,
    free_ports,
    send,
    serving,
)
from tests.running import stoppress
from tests.servers.raw_http import RawServer, page


def test_a_feed_announces_and_the_page_is_visited_for_it_and_a_kill_forgets_nothing(
    raw_server: RawServer, tmp_path: Path
) -> None:
    room = Newsroom(raw_server)
    raw_server.route("/robots.txt", page(b"User-agent: *\nDisallow: /forbidden", content_type="text/plain"))
    raw_server.route("/ill", page(b"", status="500 Internal Server Error"))
    raw_server.route("/html", page(b"<html><body>no feed</body></html>"))
    raw_server.route("/index.xml", page(f"<sitemapindex><sitemap><loc>{raw_server.url('/news.xml')}</loc></sitemap>"
                                        "</sitemapindex>".encode()))  # fmt: skip
    others = [raw_server.url(path) for path in ("/forbidden", "/ill", "/html", "/index.xml")]
    more = "".join(f'[[hint]]\nurl = "{url}"\nevery = "1s"\n' for url in others)
    config = config_of(tmp_path, room, more)

    with crawling(config, "--for", "60s") as process:
        visits = Visits(process)
        visits.wait(1)
        raw_server.wait_for("/feed")
        raw_server.wait_for("/news.xml")
        room.publish()
        visits.wait(2)
        room.publish(told=False)
        said = stoppress("hint", room.page, config=config)
        visits.wait(3)
        until(lambda: known(config)[room.feed]["looks"])
        process.kill()  # -9

    told = explained(config, room)
    sources = known(config)
    log = (tmp_path / "crawl.log").read_text()
    assert said.code == 0, said.err
    assert [one["why"] for one in told["visits"]] == ["due", "hint", "hint"], log
    assert {one["source"] for one in told["hints"]} == {room.feed, "command"}
    assert (sources[room.feed]["looks"], sources[room.feed]["precision"]) == (1, 1.0)
    assert sources[room.feed]["told"] == 1
    assert room.unchanged
    assert not raw_server.hits_of("/forbidden")
    assert all(sources[url]["failures"] for url in others)
    assert [log.count(f"the hints of {url} cannot be read") for url in others] == [1, 1, 1, 1]
    assert {hit.header("User-Agent") for hit in raw_server.hits} == {raw_server.hits[0].header("User-Agent")}


def known(config: Path) -> dict[str, dict[str, Any]]:
    return {one["source"]: one for one in stoppress("hints", "--json", config=config).lines}


def until(true: Callable[[], object], within: float = 20.0) -> None:
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_hub_tells_at_once_and_only_what_it_has_signed_counts(raw_server: RawServer, tmp_path: Path) -> None:
    hub = Hub()
    room = Newsroom(raw_server, link=f'<link rel="hub" href="{hub.url}"/>')
    base, archive = free_ports(2)
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "secret").chmod(0o600)
    more = (f'[serve]\nbase_url = "http://127.0.0.1:{base}"\narchive_url = "http://127.0.0.1:{archive}"\n'
            f'websub_callback = "http://127.0.0.1:{base}"\nhint_secret_file = "secret"\n')  # fmt: skip
    config = config_of(tmp_path, room, more, hint='every = "1s"')

    with serving(config), crawling(config, "--for", "60s") as process:
        visits = Visits(process)
        visits.wait(1)
        assert hub.subscribed.wait(70), (tmp_path / "crawl.log").read_text()
        room.publish(told=False)  # the feed lags behind its hub
        body = room.atom().encode()
        forged, honest = hub.distribute(body, secret="not-the-secret"), hub.distribute(body)
        visits.wait(2)
        room.publish(told=False)
        webhook, one = f"http://127.0.0.1:{base}/hint", json.dumps({"url": room.page}).encode()
        refused, _ = send(webhook, one, Authorization="Bearer wrong")
        taken, said = send(webhook, one, Authorization=f"Bearer {SECRET}")
        visits.wait(3)
    hub.close()

    source = known(config)[room.feed]
    secret = hub.asked[0]["hub.secret"].encode()
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.suffix in (".log", ".gz", ".open"))
    assert [status for status, _ in hub.verified] == [404, 200]
    assert hub.verified[1][1] == "c-123"
    assert (forged, honest, refused, taken) == (202, 202, 401, 202)
    assert json.loads(said) == {"taken": 1, "not_watched": []}
    assert [one["why"] for one in explained(config, room)["visits"]] == ["due", "hint", "hint"]
    assert source["websub"]["state"] == "active"
    assert secret not in everything
    assert "is not signed by its hub" in (tmp_path / "serve.log").read_text()
