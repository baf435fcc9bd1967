"""However a browser or its crawler ends: the visits have an end, the next ones a browser, and nothing stays behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.running import PATIENCE, ROOT, environment, stoppress
from tests.servers.raw_http import Handler, RawServer
from tests.servers.requirements import missing

from .conftest import browser_config
from .pages import UPDATES, feed, live
from .processes import PROC, Process, below, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("chromium", "proc")]


@pytest.fixture
def proc() -> None:
    if not (PROC / "self" / "stat").exists():
        missing("/proc is not here")


@contextmanager
def crawler(config: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A crawl that is alone in its session, as in a terminal of its own."""
    command = [sys.executable, str(ROOT / "stoppress.py"), "-c", str(config), "crawl", "--json", *words]
    with (config.parent / "crawl.log").open("a") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, text=True,
                                   env=environment(), start_new_session=True)  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()


def silent_for(times: int) -> Handler:
    """A page that keeps its first visitors waiting, and then comes."""
    came = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal came
        came += 1
        if came <= times:
            await reader.read()
        writer.write(live())
        await writer.drain()

    return answer


def browser_of(process: subprocess.Popen[str]) -> Process:
    wait_until(lambda: any(one.is_page for one in below(process.pid)), "a page in the browser")
    return next(one for one in below(process.pid) if one.is_browser)


def next_visit(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    return dict(json.loads(process.stdout.readline()))


def test_a_browser_that_crashes_costs_a_visit_and_is_started_anew(raw_server: RawServer, tmp_path: Path) -> None:
    url = raw_server.route("/live", silent_for(2))
    raw_server.route("/feed.json", feed(*UPDATES))
    config = browser_config(tmp_path, url, timeout="30s")
    stoppress("apply", str(config))
    with crawler(config, "--for", "80s") as process:
        raw_server.wait_for("/live")
        browser_of(process)
        for page in [one for one in below(process.pid) if one.is_page]:
            os.kill(page.pid, signal.SIGKILL)
        crashed = next_visit(process)
        wait_until(lambda: len(raw_server.hits_of("/live")) == 2, "a second visit")
        os.kill(browser_of(process).pid, signal.SIGKILL)
        killed = next_visit(process)
        shown = next_visit(process)
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)

    assert [(v["outcome"], v["reason"]) for v in (crashed, killed)] == [("error", "abandoned")] * 2
    assert "crashed" in crashed["detail"]
    assert (shown["outcome"], shown["reading"]) == ("archived", "version")
    assert process.returncode == 0


def test_a_killed_crawler_leaves_no_browser_behind(raw_server: RawServer, tmp_path: Path) -> None:
    url = raw_server.route("/live", live("setTimeout(() => { while (true) {} }, 200)"))
    raw_server.route("/feed.json", feed(*UPDATES))
    config = browser_config(tmp_path, url, timeout="30s")
    stoppress("apply", str(config))
    with crawler(config) as process:
        raw_server.wait_for("/feed.json")
        family = below(process.pid)
        process.kill()
        process.wait()

        wait_until(lambda: not [one for one in family if one.is_there()], "the end of its processes", within=20)

    assert any(one.is_browser for one in family)
    raw_server.route("/live", live())
    again = stoppress("crawl", "--once", "--json", config=config)
    assert "1 visit(s) had been abandoned" in again.err
    assert again.lines[0]["outcome"] == "archived"


def test_ctrl_c_ends_the_browser_with_the_crawl(raw_server: RawServer, tmp_path: Path) -> None:
    url = raw_server.route("/live", live())
    raw_server.route("/feed.json", feed(*UPDATES))
    config = browser_config(tmp_path, url)
    stoppress("apply", str(config))
    with crawler(config, "--for", "60s") as process:
        raw_server.wait_for("/feed.json")
        family = below(process.pid)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of the group
        ended = [json.loads(line) for line in process.communicate(timeout=PATIENCE)[0].splitlines()]

    assert process.returncode == 0, (tmp_path / "crawl.log").read_text()[-3000:]
    assert {(visit["outcome"], visit["reading"]) for visit in ended} == {("archived", "version")}
    wait_until(lambda: not [one for one in family if one.is_there()], "the end of its processes", within=10)
