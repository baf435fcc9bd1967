"""A scheduled job that nobody looks after: two minutes, ten pages, one restart by SIGTERM and one by SIGKILL.

Judged by the server's own log of who asked when, and by the ledger of visits. The run takes as long as it takes
(it is the thing tested); nothing else here waits.
"""

from __future__ import annotations

import asyncio
import math
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.running import PATIENCE, crawling, stoppress, write_config
from tests.servers.raw_http import RawServer, page

pytestmark = pytest.mark.long

EVERY = 5.0  # seconds, the schedule of every page
LEGS = (40.0, 35.0, 35.0)  # seconds from the first request: ended by SIGTERM, SIGKILL, SIGTERM
LATE = 1.0  # seconds a visit may be off its moment on a busy machine
UNEVEN = EVERY / 2  # a visit may be late on a busy machine; from here on a tick was missed
APART = EVERY / 2 - LATE  # half an interval by the plan, less what a visit may be late


@dataclass(frozen=True)
class Leg:
    """One life of the crawler: from its first request to the signal that ended it (Unix seconds)."""

    up: float
    down: float

    def hits(self, times: Sequence[float]) -> list[float]:
        return [at for at in times if self.up <= at <= self.down + LATE]  # the signal takes a moment

    def steady(self, times: Sequence[float]) -> list[float]:
        """Without the first interval, in which visits that fell into the downtime are made up for."""
        return [at for at in self.hits(times) if at >= self.up + EVERY]


class SlowPage:
    """Takes a second to answer, and tells when somebody has begun to wait: the moment to kill a crawler."""

    def __init__(self) -> None:
        self.asked = threading.Event()

    async def __call__(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.set()
        await asyncio.sleep(1)
        with suppress(ConnectionError):
            writer.write(page(article(9)))
            await writer.drain()

    def wait(self) -> None:
        self.asked.clear()
        assert self.asked.wait(PATIENCE), "the slow page is no longer visited"


def article(number: int) -> bytes:
    return (
        f"<!doctype html><html><body><h1>Lighthouse {number}</h1>"
        f"<p>The keeper of lighthouse {number} reports a calm sea and a dozen herring boats on their way home.</p>"
    ).encode()


def live(config: Path, server: RawServer, seconds: float, end: signal.Signals, slow: SlowPage | None = None) -> Leg:
    """Crawl for so long after the first request, then send the signal; with ``slow``, in the middle of its visit."""
    before = len(server.hits)
    with crawling(config) as process:
        while len(server.hits) == before:
            run_on(process, 0.1)
        run_on(process, seconds)
        if slow:
            slow.wait()
        down = datetime.now(UTC).timestamp()
        process.send_signal(end)
        process.communicate(timeout=PATIENCE)
    log = (config.parent / "crawl.log").read_text()[-3000:]
    assert process.returncode == (0 if end is signal.SIGTERM else -signal.SIGKILL), log
    return Leg(server.hits[before].at.timestamp(), down)


def run_on(process: subprocess.Popen[str], seconds: float) -> None:
    """Drain what it prints for so long; it must not end by itself."""
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=seconds)
    assert process.poll() is None, f"the crawl ended by itself with {process.returncode}"


def phase(times: Sequence[float]) -> float:
    """The circular mean of the times within the interval, in seconds."""
    angles = [2 * math.pi * at / EVERY for at in times]
    return math.atan2(sum(map(math.sin, angles)), sum(map(math.cos, angles))) * EVERY / (2 * math.pi)


def off_phase(at: float, centre: float) -> float:
    return abs((at - centre + EVERY / 2) % EVERY - EVERY / 2)


def double_visits(times: Sequence[float]) -> list[tuple[float, float]]:
    return [(a, b) for a, b in pairwise(times) if b - a < APART]


def missed_ticks(times: Sequence[float], leg: Leg) -> list[str]:
    """Within one life: the first visit in time, no gap, none missing before the end."""
    hits = leg.hits(times)
    found = [f"{b - a:.2f} s apart" for a, b in pairwise(leg.steady(times)) if abs(b - a - EVERY) > UNEVEN]
    if not hits or hits[0] - leg.up > EVERY + UNEVEN:
        found.append("not visited in the first interval")
    if not hits or leg.down - hits[-1] > EVERY + UNEVEN:
        found.append("not visited in the last interval")
    return found


def visits_of(config: Path, url: str) -> list[dict[str, Any]]:
    log = stoppress("log", url, "--json", config=config)
    assert log.code == 0, log.err
    return log.lines


def started(visit: dict[str, Any]) -> float:
    return datetime.fromisoformat(visit["started"]).timestamp()


def test_two_minutes_left_alone_with_two_restarts(raw_server: RawServer, tmp_path: Path) -> None:
    raw_server.route("/robots.txt", page(b"", content_type="text/plain"))
    slow = SlowPage()
    paths = [f"/{number}" for number in range(10)]
    urls = [raw_server.route(path, page(article(number))) for number, path in enumerate(paths[:-1])]
    urls.append(raw_server.route(paths[-1], slow))
    config = write_config(tmp_path, *urls, every="5s")
    assert stoppress("apply", str(config)).code == 0

    legs = [
        live(config, raw_server, LEGS[0], signal.SIGTERM),
        live(config, raw_server, LEGS[1], signal.SIGKILL, slow),
        live(config, raw_server, LEGS[2], signal.SIGTERM),
    ]

    for path, url in zip(paths, urls, strict=True):
        times = [hit.at.timestamp() for hit in raw_server.hits_of(path)]
        assert double_visits(times) == [], path
        assert [missed_ticks(times, leg) for leg in legs] == [[], [], []], path
        steady = [at for leg in legs for at in leg.steady(times)]
        half = len(steady) // 2  # over all three lives: a late visit is made up for, a drift is not
        assert off_phase(phase(steady[:half]), phase(steady[half:])) <= LATE, path

        visits = visits_of(config, url)
        assert all(visit["outcome"] in {"archived", "revisit", "truncated", "error"} for visit in visits), url
        assert {visit["reason"] for visit in visits} <= {None, "abandoned"}, url
        for at in times:
            assert len([v for v in visits if at - APART < started(v) <= at]) == 1, (url, at)
        assert len(visits) - len(times) in (0, 1)  # SIGKILL may fall between the ledger and the request
    reasons = [visit["reason"] for visit in visits_of(config, urls[-1])]
    assert reasons.count("abandoned") == 1  # the visit that was killed under way
