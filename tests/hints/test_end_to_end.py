"""A feed, a hub and a newsroom's own system say that something happened: the page is visited for it."""

from __future__ import annotations

import json
import time
from pathlib import Path

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
from tests.servers.raw_http import RawServer


def test_a_feed_announces_and_the_page_is_visited_for_it_and_a_kill_forgets_nothing(
    raw_server: RawServer, tmp_path: Path
) -> None:
    room = Newsroom(raw_server)
    config = config_of(tmp_path, room)

    with crawling(config, "--for", "60s") as process:
        visits = Visits(process)
        visits.wait(1)
        raw_server.wait_for("/feed")
        room.publish()
        visits.wait(2)
        room.publish(told=False)
        said = stoppress("hint", room.page, config=config)
        visits.wait(3)
        time.sleep(4)  # one reload: what was learnt is in the catalog within 3 s
        process.kill()  # -9

    told = explained(config, room)
    sources = {one["source"]: one for one in stoppress("hints", "--json", config=config).lines}
    assert said.code == 0, said.err
    assert [one["why"] for one in told["visits"]] == ["due", "hint", "hint"], (tmp_path / "crawl.log").read_text()
    assert {one["source"] for one in told["hints"]} == {room.feed, "command"}
    assert (sources[room.feed]["looks"], sources[room.feed]["precision"]) == (1, 1.0)
    assert sources[room.feed]["told"] == 1
    assert {hit.header("User-Agent") for hit in raw_server.hits} == {raw_server.hits[0].header("User-Agent")}


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

    [source] = [one for one in stoppress("hints", "--json", config=config).lines if one["source"] == room.feed]
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
