"""``make bench-serve``: one archive given back by Stoppress, by pywb on uWSGI and by the least that can be, in turn.

    load (a process of its own) <--loopback--> contender; the median of the rounds, ratios within one round

All serve the same captures from the same WARC files. ``first`` is the time to the first byte of a body. CPU is that of
the contender with its children. Not a test.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

from pipelines.cdxj import second14, timestamp14
from pipelines.store.catalog import Catalog
from tests.bench import serving_floor, serving_more
from tests.bench.captures import at, make, url_of
from tests.judges.environments import environment
from tests.servers.processes import free_port, python_server, stop, wait_for_port

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LOOKS = 100  # captures of each page, and so the lines of a CDX answer
BODY = 24_000  # bytes of a page; 11 to 12 kB as they are sent
PAIRS = 20_000  # captures
CONNECTIONS = (1, 8)
UWSGI = """\
[uwsgi]
http-socket = 127.0.0.1:{port}
master = true
processes = 2
buffer-size = 65536
die-on-term = true
disable-logging = true
gevent = 100
gevent-early-monkey-patch = true
add-header = Connection: close
wsgi = pywb.apps.wayback
"""


@dataclass(frozen=True, slots=True)
class Contender:
    """Where it answers, and its process."""

    name: str
    port: int  # of captures
    cdx_port: int
    pid: int
    capture: str  # its paths
    cdx: str


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and of all below it."""
    children: dict[int, list[int]] = {}
    times: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        number = int(path.parent.name)
        children.setdefault(int(told[1]), []).append(number)
        times[number] = (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
    waiting, total = [pid], 0.0
    while waiting:
        one = waiting.pop()
        total += times.get(one, 0.0)
        waiting += children.get(one, [])
    return total


def load(port: int, paths: list[str], connections: int, seconds: float, headers: dict[str, str]) -> dict[str, Any]:
    task = {"host": "127.0.0.1", "port": port, "paths": paths, "connections": connections, "seconds": seconds,
            "headers": headers}  # fmt: skip
    done = subprocess.run([sys.executable, str(HERE / "load.py")], input=json.dumps(task), check=True,
                          capture_output=True, text=True)  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@contextmanager
def stoppress(config: Path, folder: Path) -> Iterator[Contender]:
    port = free_port()
    words = [str(ROOT / "stoppress.py"), "-c", str(config), "serve", "--port", str(port)]
    with python_server(words, port, folder / "stoppress.log") as process:
        wait_for_port(port + 1, process, folder / "stoppress.log")
        yield Contender("stoppress", port + 1, port, process.pid, "/web/{ts}id_/{url}", "/cdx/search/cdx?url={quoted}")


@contextmanager
def floor(config: Path, folder: Path) -> Iterator[Contender]:
    table, port, store = folder / "floor.db", free_port(), config.parent / "archive"
    if not table.exists():
        serving_floor.prepare(store / "catalog.db", table)
    words = ["-m", "tests.bench.serving_floor", str(store), str(table), str(port)]
    with python_server(words, port, folder / "floor.log") as process:
        yield Contender("floor", port, port, process.pid, "/web/{ts}id_/{url}", "/cdx/search/cdx?url={quoted}")


@contextmanager
def pywb(config: Path, folder: Path) -> Iterator[Contender]:
    bins, place, port = environment("pywb_uwsgi", HERE / "requirements"), folder / "pywb", free_port()
    if not place.exists():
        _collection(config.parent / "archive", place)
    (place / "uwsgi.ini").write_text(UWSGI.format(port=port))
    log = folder / "pywb.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(bins / "uwsgi"), "--ini", "uwsgi.ini", "--virtualenv", str(bins.parent)], cwd=place, stdout=output,
            stderr=output, stdin=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, "PYWB_CONFIG_FILE": "./config.yaml"},
        )  # fmt: skip
    try:
        wait_for_port(port, process, log)
        yield Contender("pywb", port, port, process.pid, "/bench/{ts}id_/{url}", "/bench/cdx?url={quoted}")
    finally:
        stop(process)


def _collection(store: Path, place: Path) -> None:
    """The same files, with an index that cdxj-indexer makes of them."""
    place.mkdir()
    files = sorted(store.rglob("*.warc.gz"))
    indexer = Path(sys.executable).with_name("cdxj-indexer")
    with (place / "index.cdxj").open("w") as index:
        subprocess.run([str(indexer), "-s", *map(str, files)], check=True, stdout=index)
    folders = sorted({f"{path.parent}/" for path in files})
    told = {"collections": {"bench": {"index": "./index.cdxj", "archive_paths": folders}}}
    (place / "config.yaml").write_text(json.dumps(told))  # YAML takes JSON


def paths(pattern: str, pages: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    found = []
    for _ in range(20_000):
        url, when = url_of(chance.randrange(pages)), at(chance.randrange(LOOKS))
        found.append(pattern.format(ts=timestamp14(when), url=url, quoted=quote(url, safe="")))
    return found


def measured(one: Contender, what: str, pages: int, connections: int, seconds: float) -> dict[str, float]:
    """After a second to warm up: requests a second, p50, p99, ms to the first byte, CPU ms of a request."""
    port, pattern = (one.port, one.capture) if what == "capture" else (one.cdx_port, one.cdx)
    headers = {"Accept-Encoding": "gzip"} if what == "capture" else {}
    load(port, paths(pattern, pages, 1), connections, 1.0, headers)
    before = cpu_of(one.pid)
    told = load(port, paths(pattern, pages, 2), connections, seconds, headers)
    if told["errors"] or not told["requests"]:
        raise RuntimeError(f"{one.name}: {told['errors']} of {told['requests']} requests for {what} went wrong")
    cpu = (cpu_of(one.pid) - before) / told["requests"] * 1000
    return {"rate": told["requests"] / told["seconds"], "size": told["bytes"] / told["requests"], "cpu": cpu,
            **{name: told[name] for name in ("p50", "p99", "first")}}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-serve", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="the median is taken of so many (3)")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement (5)")
    parser.add_argument("--memory", default="64MiB", help="[serve] memory of Stoppress (64MiB; all of it: 400MiB)")
    parser.add_argument("--without-pywb", action="store_true", help="its environment needs a C compiler")
    parser.add_argument("--long", action="store_true", help="also a million captures, long lists, and S3 (Swift)")
    parser.add_argument("--json", action="store_true", help="a line of JSON per contender and question")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-serve-") as name, ExitStack() as running:
        folder, pages = Path(name), PAIRS // LOOKS
        print(f"making {PAIRS} captures of {pages} pages", file=sys.stderr)
        config = make(folder / "made", pages=pages, looks=LOOKS, body=BODY, memory=wanted.memory)
        kinds = [stoppress, floor] + ([] if wanted.without_pywb else [pywb])
        contenders = [running.enter_context(kind(config, folder)) for kind in kinds]
        for what in ("capture", "cdx"):
            for connections in CONNECTIONS:
                rounds = [{one.name: measured(one, what, pages, connections, wanted.seconds) for one in contenders}
                          for _ in range(wanted.rounds)]  # fmt: skip
                tell(what, connections, rounds, as_json=wanted.json)
        running.close()
        if wanted.long:
            more(config, folder, wanted.rounds, wanted.seconds)


def more(config: Path, folder: Path, rounds: int, seconds: float) -> None:
    """What has no contender among the others; every ratio is within one round."""
    _from_s3(config, folder, rounds, seconds)
    _long_lists(config, folder)
    _a_million(config, folder, rounds, seconds)


def _from_s3(config: Path, folder: Path, rounds: int, seconds: float) -> None:
    with ExitStack() as running:
        moved, client = running.enter_context(serving_more.in_swift(config, folder))
        with Catalog.open(f"sqlite:///{config.parent / 'archive' / 'catalog.db'}", read_only=True) as catalog:
            found = [serving_more.shuffled(catalog, seed) for seed in range(rounds)]
        for connections in CONNECTIONS:
            ratios, rates = [], []
            for lines in found:
                half = len(lines) // 2  # others than the bare loop's, so that neither warms the store for the other
                with stoppress(moved, folder) as one:
                    asked = [one.capture.format(ts=second14(line.micros), url=line.url) for line in lines[:half]]
                    told = load(one.port, asked, connections, seconds, {"Accept-Encoding": "gzip"})
                rates.append(told["requests"] / told["seconds"])
                ratios.append(rates[-1] / serving_more.bare_ranges(client, lines[half:], connections, seconds))
            told_rate = f"stoppress {median(rates):8,.0f}/s"
            print(f"S3, cold  {connections:2} {told_rate}   of bare range GETs {spread(ratios)}", flush=True)


def _long_lists(config: Path, folder: Path) -> None:
    with Catalog.open(f"sqlite:///{config.parent / 'archive' / 'catalog.db'}") as catalog:
        url = serving_more.add_history(catalog, 10_000)
    lists = {"cdx": f"/cdx/search/cdx?url={quote(url, safe='')}", "TimeMap": f"/web/timemap/link/{url}",
             "versions": f"/api/versions?url={quote(url, safe='')}"}  # fmt: skip
    with stoppress(config, folder) as one:
        for name, path in lists.items():
            told = load(one.cdx_port, [path], 1, 2.0, {})
            first, whole = told["first"], told["p50"]
            print(f"{name} of 10,000: first line after {first:.1f} ms, all after {whole:.1f} ms", flush=True)


def _a_million(config: Path, folder: Path, rounds: int, seconds: float) -> None:
    """The same captures out of a catalog with 980,000 others."""
    other = config.parent.with_name("million")
    shutil.copytree(config.parent, other, ignore=lambda _, names: [n for n in names if n.endswith(".warc.gz")])
    shutil.rmtree(other / "archive" / "warc")
    (other / "archive" / "warc").symlink_to(config.parent / "archive" / "warc")
    with Catalog.open(f"sqlite:///{other / 'archive' / 'catalog.db'}") as catalog:
        serving_more.add_captures(catalog, 980_000)
    pages = PAIRS // LOOKS
    for what in ("capture", "cdx"):
        costs = []
        for _ in range(rounds):
            taken = []
            for place in (config, other / config.name):
                with stoppress(place, folder) as one:
                    taken.append(measured(one, what, pages, 1, seconds)["p50"])
            costs.append(taken[1] / taken[0])
        print(f"{what}: in a catalog of 1,000,000 it takes {spread(costs)} of what it takes among 20,000", flush=True)


def spread(values: list[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def tell(what: str, connections: int, rounds: list[dict[str, dict[str, float]]], *, as_json: bool) -> None:
    for name in rounds[0]:
        figures = {key: median(one[name][key] for one in rounds) for key in rounds[0][name]}
        others = [other for other in rounds[0] if other != name]
        ratios = {f"of {other}": [one[name]["rate"] / one[other]["rate"] for one in rounds] for other in others}
        if as_json:
            print(json.dumps({"what": what, "connections": connections, "who": name, **figures, **ratios}), flush=True)
            continue
        told = "   ".join(f"{key} {spread(each)}" for key, each in ratios.items())
        speed = f"{figures['rate']:8,.0f}/s  p50 {figures['p50']:6.2f}  p99 {figures['p99']:7.2f} ms"
        print(f"{what:10}{connections:2} {name:10}{speed}  CPU {figures['cpu']:5.2f} ms   {told}", flush=True)


if __name__ == "__main__":
    main()
