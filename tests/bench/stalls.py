"""How late the crawler's event loop is while 300 MB of spool files are sealed, read, hashed, sent and freed.

    full spool files --sealed--> uploader's thread --> directory or Swift        the reactor beside it: visits, a clock

A production crawl visits pages; a clock in its loop wants to be woken every 5 ms and notes by how much it was late:
first with nothing else to do, then while the files, filled before it began, go to the store. Not a test.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Self

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.servers.processes import free_port, python_server  # noqa: E402

TICK = 0.005  # seconds between two looks of the clock
PAGES = 40  # visited once a second each
QUIET = 5.0  # seconds before the files are handed over
RECORD = 300_000  # bytes of a body in the waiting files, coded already: as most pages come

CONFIG = """\
[archive]
store   = "{store}"
{s3}
[crawl]
contact  = "mailto:bench@example.org"
budget   = "1000/s"
per_host = "1000/s"
min_gap  = "0s"

[egress]
allow    = ["127.0.0.0/8"]

[defaults]
schedule = "every 1s"
min      = "1s"
"""


class Clock:
    """A Scrapy extension: how late the loop wakes it, while nothing and while something waits in the spool."""

    def __init__(self, keeper: Any, seconds: float) -> None:
        self._keeper, self._seconds = keeper, seconds
        self._files: list[Path] = []
        self.late: dict[str, list[float]] = {"visits alone": [], "and the upload": []}
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        from scrapy import signals

        self = cls(crawler.stoppress_keeper, FILLED.seconds)
        crawler.signals.connect(self.begin, signal=signals.engine_started)
        crawler.signals.connect(self.end, signal=signals.engine_stopped)
        return self

    def begin(self) -> None:
        self._task = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        await asyncio.sleep(2)  # the first visits, and imports on demand
        await self._note("visits alone", lambda: False, QUIET)
        sealing = asyncio.create_task(self._seal())
        await self._note("and the upload", lambda: sealing.done() and not self.left(), self._seconds)
        os.kill(os.getpid(), signal.SIGTERM)

    async def _seal(self) -> None:
        for epoch in FILLED.epochs:
            path = await asyncio.to_thread(epoch.seal)
            self._files.append(path)
            self._keeper.uploader.take(path)

    def left(self) -> int:
        return sum(path.exists() for path in self._files)

    async def _note(self, name: str, over: Any, seconds: float) -> None:
        end, looks = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            due = time.monotonic() + TICK
            await asyncio.sleep(TICK)
            self.late[name].append(max(0.0, time.monotonic() - due))
            looks += 1
            if looks % 20 == 0 and over():
                return

    def end(self) -> None:
        print(json.dumps({"late": self.late, "left": self.left()}))


@dataclass(slots=True)
class Filled:
    """What the crawl's process made before the crawl began: open files, and how long storing them may take."""

    epochs: list[Any] = field(default_factory=list)
    seconds: float = 0


def fill(folder: Path, total: int) -> list[Any]:
    """Two open files as a recorder has them when they are full."""
    from pipelines import warc
    from pipelines.model import Exchange
    from pipelines.store.spool import Epoch, file_name

    random, epochs, now = Random(7), [], datetime.now(UTC)
    body = random.randbytes(RECORD)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {RECORD}\r\n\r\n".encode()
    for number in (1, 2):
        opened = now - timedelta(minutes=number)
        epoch = Epoch(folder, file_name(opened, number, "bench"), opened, lambda n: warc.warcinfo(n, {}, now))
        while epoch.size < total // 2:
            exchange = Exchange(url="http://127.0.0.9/", started=now, request=b"GET / HTTP/1.1\r\n\r\n", status=200,
                                response=head + random.randbytes(1000) + body[1000:])  # fmt: skip
            kept = warc.exchange_records(exchange, record_id=warc.new_id(), visit_id=None, role="page", original=None)
            for record in kept.records:
                epoch.append(record)
            epoch.commit()
        epochs.append(epoch)
    return epochs


FILLED = Filled()


def inside(task: dict[str, Any]) -> None:
    """The crawl, in a process of its own."""
    from crawler import settings
    from crawler.orders import save
    from crawler.run import crawl
    from pipelines.config import load_config

    stages = settings.ITEM_PIPELINES
    settings.ITEM_PIPELINES = {
        "tests.bench.contender.Unread" if s.endswith(".Extract") else s: n for s, n in stages.items()
    }
    settings.EXTENSIONS_BASE = {**settings.EXTENSIONS_BASE, "tests.bench.stalls.Clock": 0}
    folder = Path(task["folder"])
    path = folder / "stoppress.toml"
    urls = [f"http://127.0.0.1:{task['port']}/changed/{n}" for n in range(PAGES)]
    text = CONFIG.format(store=task["store"], s3=task["s3"]) + "".join(f'[[watch]]\nurl = "{url}"\n' for url in urls)
    path.write_text(text)
    config = load_config(path)
    save(config, config.watches, "apply")
    (folder / "full").mkdir()  # not the spool: its own recovery would take them
    FILLED.epochs, FILLED.seconds = fill(folder / "full", task["total"]), task["seconds"]
    crawl(config, limit=timedelta(minutes=5))


@contextmanager
def stores(names: Sequence[str], folder: Path) -> Iterator[dict[str, dict[str, str]]]:
    """What the config says of each store, and the environment's credentials."""
    with ExitStack() as running:
        found = {"directory": {"store": "archive", "s3": ""}}
        if "swift" in names:
            from tests.servers import swift

            (folder / "server").mkdir()
            server = swift.start(folder / "server", running)
            running.callback(server.close)
            os.environ |= server.env
            with server.client() as client:
                client.create_bucket(Bucket="stalls")
            found["swift"] = {"store": "s3://stalls/a", "s3": f'[s3]\nendpoint_url = "{server.endpoint_url}"'}
        yield {name: found[name] for name in names}


def measured(folder: Path, port: int, store: dict[str, str], total: int, seconds: float) -> dict[str, list[float]]:
    """Lateness in seconds, by what went on; RuntimeError if the files did not go in time."""
    folder.mkdir()
    task = {**store, "folder": str(folder), "port": port, "total": total, "seconds": seconds}
    log = folder / "crawl.log"
    with log.open("w") as errors:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.stalls", "--inside"], stdout=subprocess.PIPE, stderr=errors, text=True,
            input=json.dumps(task), check=False, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the crawl ended with {done.returncode}:\n{log.read_text()[-2000:]}")
    figures = json.loads(done.stdout.splitlines()[-1])
    if figures["left"]:
        raise RuntimeError(f"{figures['left']} file(s) were not stored within {seconds} s; --seconds gives more")
    return dict(figures["late"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-stalls", description=__doc__.splitlines()[0])
    parser.add_argument("--stores", nargs="+", choices=["directory", "swift"], default=["directory", "swift"])
    parser.add_argument("--megabytes", type=int, default=300, help="that wait for the store (300)")
    parser.add_argument("--seconds", type=float, default=120, help="that the upload may take (120)")
    parser.add_argument("--json", action="store_true", help="the figures as one line of JSON")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.inside:
        from tests.bench import stalls  # by the name under which the crawl imports its clock

        stalls.inside(json.load(sys.stdin))
        return
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-stalls-") as name, ExitStack() as running:
        folder, port = Path(name), free_port()
        running.enter_context(python_server([str(HERE / "page_server.py"), str(port), "1"], port, folder / "log"))
        for kind, store in running.enter_context(stores(wanted.stores, folder)).items():
            late = measured(folder / kind, port, store, wanted.megabytes * 10**6, wanted.seconds)
            rows += [{"store": kind, "while": what, **_percentiles(values)} for what, values in late.items()]
    print(json.dumps(rows) if wanted.json else "\n".join(map(_line, rows)))


def _percentiles(values: list[float]) -> dict[str, Any]:
    ordered = sorted(values)

    def at(share: float) -> float:
        return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1000, 2)

    return {"looks": len(values), "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1)}


def _line(row: dict[str, Any]) -> str:
    what = f"{row['store']}: {row['while']}"
    return f"{what:32} {row['looks']:6} looks, late by p50 {row['p50_ms']} ms, p99 {row['p99_ms']}, max {row['max_ms']}"


if __name__ == "__main__":
    main()
