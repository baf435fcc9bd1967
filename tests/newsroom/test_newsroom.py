"""The newsroom over real HTTP, in its own process."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from lxml import etree

from crawler.newsroom import MARKUPS, Newsroom, NewsroomError
from crawler.newsroom.desk import Desk, Log, states_for
from crawler.newsroom.script import load_story, tell

OPENED = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(manual=True) as running:
        yield running


def ask(
    newsroom: Newsroom, path: str | None = None, method: str = "GET", **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """One request on a connection of its own; header names with _ for -."""
    url = urlsplit(newsroom.url)
    connection = http.client.HTTPConnection(url.netloc, timeout=10)
    try:
        connection.request(method, path or url.path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def counters(body: bytes) -> list[bytes]:
    return re.findall(rb"([\d,]+) (?:comments|shares)</span>", body)


@pytest.mark.parametrize("markup", MARKUPS)
def test_the_live_page_is_served_in_each_markup(markup: str) -> None:
    with Newsroom(markup=markup, manual=True) as newsroom:
        status, headers, body = ask(newsroom)

    assert status == 200
    assert headers.get_content_type() == "text/html"
    assert b"Lower quay closed" in body


def test_whoever_knows_a_quiet_state_gets_304_until_the_next_edit() -> None:
    with Newsroom(manual=True, noise="never") as newsroom:
        _, first, body = ask(newsroom)
        by_tag, unchanged, nothing = ask(newsroom, If_None_Match=first["ETag"])
        by_date, _, _ = ask(newsroom, If_Modified_Since=first["Last-Modified"])
        _, _, again = ask(newsroom)
        newsroom.next_state()
        edited, second, _ = ask(newsroom, If_None_Match=first["ETag"], If_Modified_Since=first["Last-Modified"])

    assert (by_tag, by_date, edited) == (304, 304, 200)
    assert unchanged["ETag"] == first["ETag"] != second["ETag"]
    assert nothing == b""
    assert again == body


def test_a_noisy_state_is_never_the_same_twice() -> None:
    with Newsroom(manual=True, noise="always") as newsroom:
        _, headers, one = ask(newsroom)
        status, _, two = ask(newsroom, If_None_Match=headers["ETag"], If_Modified_Since=headers["Last-Modified"])

    assert status == 200
    assert len(counters(one)) == 2
    assert all(a != b for a, b in zip(counters(one), counters(two), strict=True))


def test_by_default_some_states_are_quiet_and_some_are_noisy(newsroom: Newsroom) -> None:
    statuses = set()
    for _ in range(4):
        _, headers, _ = ask(newsroom)
        statuses.add(ask(newsroom, If_None_Match=headers["ETag"])[0])
        newsroom.next_state()

    assert statuses == {200, 304}


def test_bodies_are_compressed_for_those_who_ask() -> None:
    with Newsroom(manual=True, noise="never") as newsroom:
        _, plain_headers, plain = ask(newsroom)
        _, headers, coded = ask(newsroom, Accept_Encoding="deflate, gzip;q=0.5")
        _, refused, _ = ask(newsroom, Accept_Encoding="gzip;q=0")

    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(coded) == plain
    assert "Content-Encoding" not in plain_headers
    assert "Content-Encoding" not in refused


def test_head_has_the_headers_of_get_and_no_body(newsroom: Newsroom) -> None:
    status, headers, body = ask(newsroom, method="HEAD")

    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 0


def test_one_connection_serves_many_requests(newsroom: Newsroom) -> None:
    connection = http.client.HTTPConnection(urlsplit(newsroom.url).netloc, timeout=10)
    try:
        for _ in range(3):
            connection.request("GET", "/live/storm")
            assert connection.getresponse().read()
            sock = connection.sock
    finally:
        connection.close()

    assert sock is not None  # http.client drops the socket when the server closes


def test_page_two_exists_from_the_moment_updates_go_behind_it(newsroom: Newsroom) -> None:
    before, _, _ = ask(newsroom, "/live/storm?page=2")
    while not any(t["kind"] == "left_window" for t in newsroom.next_state()):
        pass
    left = [t["old"] for t in newsroom.truth() if t["kind"] == "left_window"]
    status, _, older = ask(newsroom, "/live/storm?page=2")
    _, _, front = ask(newsroom)

    assert (before, status) == (404, 200)
    for paragraph in (p for text in left for p in text.split("\n")):
        escaped = paragraph.replace("'", "&#x27;").encode()
        assert escaped in older
        assert escaped not in front
    assert b'href="/live/storm?page=2"' in front


def test_the_rest_of_the_site_is_there(newsroom: Newsroom) -> None:
    _, _, robots = ask(newsroom, "/robots.txt")
    _, _, sitemap = ask(newsroom, "/sitemap-news.xml")
    _, _, front = ask(newsroom, "/")

    assert b"Disallow: /control/" in robots
    assert newsroom.url in etree.fromstring(sitemap).xpath("//*[local-name()='loc']/text()")
    links = {link.decode() for link in re.findall(rb'href="(/[^"]*)"', front)}
    assert {ask(newsroom, link)[0] for link in links | {"/pictures/storm.svg"}} == {200}
    assert ask(newsroom, "/nowhere")[0] == 404
    assert ask(newsroom, "/", method="POST")[0] == 405


def test_the_log_of_edits_is_the_script(newsroom: Newsroom) -> None:
    published = []
    while not newsroom.state()["finished"]:
        published += newsroom.next_state()
    logged = newsroom.truth()
    _, told = tell(load_story(), [OPENED.replace(minute=i) for i in range(13)])

    assert logged == published
    assert [(t["kind"], t["update"], t["state"], t["silent"]) for t in logged] == [
        (t.kind, t.update, t.state, t.silent) for t in told
    ]
    assert [t["at"] for t in logged] == sorted(t["at"] for t in logged)
    with pytest.raises(NewsroomError, match=r"409 .*the story ends with state 12"):
        newsroom.next_state()


def test_every_request_is_in_the_log_with_the_state_it_was_shown(newsroom: Newsroom) -> None:
    ask(newsroom, User_Agent="tester/1.0 (+mailto:desk@example.org)")
    newsroom.next_state()
    ask(newsroom, If_None_Match='"other"')
    ask(newsroom, "/robots.txt")
    requests = [r for r in newsroom.requests() if not r["path"].startswith("/control/")]

    assert [(r["path"], r["status"], r["state"], r["conditional"]) for r in requests] == [
        ("/live/storm", 200, 0, False),
        ("/live/storm", 200, 1, True),
        ("/robots.txt", 200, None, False),
    ]
    assert requests[0]["user_agent"] == "tester/1.0 (+mailto:desk@example.org)"


def test_the_log_outlives_the_newsroom(tmp_path: Path) -> None:
    with Newsroom(manual=True, log=tmp_path / "log.jsonl") as kept, Newsroom(manual=True) as passing:
        for newsroom in (kept, passing):
            newsroom.next_state()

    assert [t["kind"] for t in kept.truth()] == [t["kind"] for t in passing.truth()] == ["added"]
    assert (tmp_path / "log.jsonl").exists()
    assert not passing.log.exists()


def test_without_manual_the_steps_cannot_be_told_from_outside() -> None:
    with Newsroom(seconds=3600) as newsroom, pytest.raises(NewsroomError, match="--manual"):
        newsroom.next_state()


def test_terminated_it_ends_at_once_and_in_order(newsroom: Newsroom) -> None:
    process = newsroom._process
    assert process is not None
    os.kill(newsroom.pid, signal.SIGTERM)

    assert process.wait(timeout=10) == 0


def test_it_ends_when_the_process_that_started_it_is_gone(tmp_path: Path) -> None:
    starter = (
        "import os, sys\nfrom crawler.newsroom import Newsroom\n"
        f"n = Newsroom(manual=True, log=__import__('pathlib').Path({str(tmp_path / 'log')!r})).__enter__()\n"
        "print(n.pid, flush=True)\nos._exit(0)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", starter], capture_output=True, text=True, check=True, cwd=root, timeout=30
    )

    pid = int(done.stdout)
    ended = gone(pid)
    if not ended:
        os.kill(pid, signal.SIGKILL)

    assert ended


def gone(pid: int) -> bool:
    """Wait, at most half a minute, until there is no such process; a zombie is none either."""
    for _ in range(600):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z"):
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"markup": "amp"}, "amp"), ({"seconds": -1}, "number of seconds"), ({"states": 99}, "2 to 13")],
)
def test_wrong_options_are_refused_with_the_reason(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(NewsroomError, match=said), Newsroom(**wrong):  # type: ignore[arg-type]
        pass


def test_by_the_clock_the_story_begins_with_the_first_look(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.jsonl")
    desk = Desk(load_story(), now=OPENED, n_states=5, log=log, hold=SECOND * 3)

    desk.catch_up(OPENED + SECOND * 100)
    waiting = desk.state.number
    desk.look(OPENED + SECOND * 100)
    desk.catch_up(OPENED + SECOND * 106)
    numbers = [waiting, desk.state.number]
    desk.catch_up(OPENED + SECOND * 500)
    log.close()

    assert [*numbers, desk.state.number] == [0, 2, 4]
    assert desk.ends() == OPENED + SECOND * 115
    assert desk.finished


def test_the_first_state_may_stand_longer(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.jsonl")
    desk = Desk(load_story(), now=OPENED, n_states=5, log=log, hold=SECOND * 3, settle=SECOND * 10)
    desk.look(OPENED)
    numbers = []
    for second in (12, 13, 16):
        desk.catch_up(OPENED + SECOND * second)
        numbers.append(desk.state.number)
    log.close()

    assert numbers == [0, 1, 2]
    assert desk.ends() == OPENED + SECOND * 25


def test_each_state_stands_for_two_looks_a_second_apart() -> None:
    story = load_story()

    assert states_for(30, story) == states_for(3600, story) == 13
    assert all(seconds / states_for(seconds, story) > 2 for seconds in range(5, 100))
