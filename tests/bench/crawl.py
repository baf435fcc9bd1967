"""``make bench-crawl``: how fast the crawler keeps pages, beside plain Scrapy that keeps nothing, in one run.

    page server <--loopback--> contender, each in a process of its own, in turn; the median of the rounds

A contender visits few pages, then many; its rate is that of the difference, so that starting costs nothing.
Not a test: what it prints depends on the machine; the ratios carry over, a little.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.servers.processes import free_port, python_server  # noqa: E402

WARM_UP = 400  # pages of the smaller visit, of which only the difference is taken
REVISITED = 300  # pages that --revisits goes round, a second each: some of every kind
OUTCOME = {"plain": "200", "changed": "archived", "same": "revisit", "etag": "revisit"}
NAMES = {
    "plain": "plain Scrapy, keeps nothing",
    "changed": "Stoppress, changed pages",
    "same": "Stoppress, same payload",
    "etag": "Stoppress, 304 to the ETag",
}


@dataclass(frozen=True, slots=True)
class Rate:
    """Of one contender: pages a second, CPU seconds per 1,000 pages, peak RSS in MB; ``ratio`` is to plain Scrapy."""

    pages_per_second: float
    cpu_per_1000: float
    rss_mb: float
    ratio: float
    ratios: tuple[float, ...]  # of each round


class Bench:
    """Runs contenders against one server; archives stay in ``folder``, so that pages can be visited again."""

    def __init__(self, folder: Path, port: int, hosts: int) -> None:
        self._folder, self._port, self._hosts = folder, port, hosts

    def urls(self, kind: str, count: int) -> list[str]:
        return [f"http://127.0.0.{n % self._hosts + 1}:{self._port}/{kind}/{n}" for n in range(count)]

    def run(self, who: str, urls: list[str], visits: int | None = None) -> dict[str, Any]:
        """One contender, once; RuntimeError if it fails."""
        task = {"who": who, "urls": urls, "folder": str(self._folder / f"{who}-{len(urls)}"), "visits": visits}
        log = self._folder / f"{who}.log"
        with log.open("w") as errors:
            done = subprocess.run(
                [sys.executable, str(HERE / "contender.py")], input=json.dumps(task), stdout=subprocess.PIPE,
                stderr=errors, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
            )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{who} ended with {done.returncode}:\n{log.read_text()[-2000:]}")
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def fill(self, who: str, count: int) -> None:
        """The first visit: what the measured ones come back to."""
        if who != "plain":
            came_to(self.run(who, self.urls(who, count)), "archived", count)

    def marginal(self, who: str, pages: int) -> tuple[float, float, float]:
        """(pages/s, CPU s per 1,000 pages, peak RSS in MB) of ``pages`` more than the warm-up."""
        few, many = (self.visited(who, count) for count in (WARM_UP, WARM_UP + pages))
        seconds, cpu = (max(many[name] - few[name], 1e-9) for name in ("seconds", "cpu"))
        return pages / seconds, cpu / pages * 1000, many["rss_mb"]

    def visited(self, who: str, count: int) -> dict[str, Any]:
        kind = "changed" if who == "plain" else who
        return came_to(self.run(who, self.urls(kind, count)), OUTCOME[who], count)


def came_to(figures: dict[str, Any], outcome: str, count: int) -> dict[str, Any]:
    """The figures, if every page came to what it should; else they would be of something else."""
    if figures["outcomes"] != {outcome: count}:
        raise RuntimeError(f"not {count} times {outcome!r}, but {figures['outcomes']}")
    return figures


def compare(bench: Bench, pages: int, rounds: int, within: float) -> dict[str, Rate]:
    """All contenders, round-robin; the rate of each. No further round starts after ``within`` seconds."""
    begun = time.monotonic()
    for who in NAMES:
        for count in (WARM_UP, WARM_UP + pages):
            bench.fill(who, count)
    print(f"first visits are made, in {time.monotonic() - begun:.0f} s", file=sys.stderr)
    taken: dict[str, list[tuple[float, float, float]]] = {who: [] for who in NAMES}
    for number in range(rounds):
        if number and time.monotonic() - begun > within:
            print(f"after {number} round(s) the time is over; --within gives more", file=sys.stderr)
            break
        for who in NAMES:
            taken[who].append(bench.marginal(who, pages))
            print(f"round {number + 1}: {NAMES[who]}: {taken[who][-1][0]:,.0f} pages/s", file=sys.stderr)
    return {who: _rate(rows, taken["plain"]) for who, rows in taken.items()}


def _rate(rows: list[tuple[float, float, float]], base: list[tuple[float, float, float]]) -> Rate:
    ratios = tuple(round(mine[0] / plain[0], 2) for mine, plain in zip(rows, base, strict=True))
    return Rate(*(round(median(column), 2) for column in zip(*rows, strict=True)), median(ratios), ratios)


def growth(bench: Bench, visits: int) -> dict[str, Any]:
    """RSS while a few pages of every kind are visited again and again: after a quarter, and at the end."""
    third = REVISITED // 3
    urls = [url for kind in ("changed", "same", "etag") for url in bench.urls(kind, third)]
    figures = bench.run("revisits", urls, visits)
    samples = figures["samples"]
    tail = max(len(samples) // 10, 1)
    early, late = median(samples[len(samples) // 4 :][:tail]), median(samples[-tail:])
    return {
        "visits": sum(figures["outcomes"].values()), "seconds": round(figures["seconds"], 1),
        "outcomes": figures["outcomes"], "rss_early_mb": round(early, 1), "rss_late_mb": round(late, 1),
        "rss_peak_mb": round(figures["rss_mb"], 1), "growth": round(late / early - 1, 4),
        "cpu_per_1000": round(figures["cpu"] / sum(figures["outcomes"].values()) * 1000, 2),
    }  # fmt: skip


def table(rates: Mapping[str, Rate]) -> str:
    lines = [f"{'contender':30}{'pages/s':>9}{'ratio':>7}{'CPU s/1,000':>13}{'peak MB':>9}   ratio per round"]
    for who, rate in rates.items():
        each = " ".join(f"{ratio:.2f}" for ratio in rate.ratios)
        figures = f"{rate.pages_per_second:9,.0f}{rate.ratio:7.2f}{rate.cpu_per_1000:13.2f}{rate.rss_mb:9.0f}"
        lines.append(f"{NAMES[who]:30}{figures}   {each}")
    return "\n".join(lines)


def revisits_line(found: Mapping[str, Any]) -> str:
    return (
        f"{found['visits']:,} visits of {REVISITED} pages in {found['seconds']:.0f} s: "
        f"RSS {found['rss_early_mb']} MB after a quarter, {found['rss_late_mb']} MB at the end "
        f"({found['growth']:+.1%}), peak {found['rss_peak_mb']} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-crawl", description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=2000, help="pages of 30 kB that are measured (2000)")
    parser.add_argument("--rounds", type=int, default=3, help="the median is taken of so many (3); 0: none")
    parser.add_argument("--within", type=float, default=150, help="seconds after which no further round starts (150)")
    parser.add_argument("--hosts", type=int, default=8, help="loopback addresses from 127.0.0.1 on (8)")
    parser.add_argument("--revisits", type=int, metavar="N", help="also RSS growth over N visits, for example 20000")
    parser.add_argument("--json", action="store_true", help="the figures as one line of JSON")
    wanted = parser.parse_args()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="bench-crawl-") as name:
        folder = Path(name)
        server = [str(HERE / "page_server.py"), str(port), str(wanted.hosts)]
        with python_server(server, port, folder / "server.log"):
            bench = Bench(folder, port, wanted.hosts)
            rates = compare(bench, wanted.pages, wanted.rounds, wanted.within) if wanted.rounds else {}
            grown = growth(bench, wanted.revisits) if wanted.revisits else None
    if wanted.json:
        print(json.dumps({"rates": {who: asdict(rate) for who, rate in rates.items()}, "revisits": grown}))
        return
    print("\n".join(filter(None, [table(rates) if rates else "", revisits_line(grown) if grown else ""])))


if __name__ == "__main__":
    main()
