"""``make bench-peers``: pages kept a second by Stoppress and by others that write WARC, in one run.

    page server <--loopback--> contender, each in a process of its own, in turn; the median of the rounds

All are on their first visit. Each fetches few pages, then many, into an empty folder: its rate, CPU and bytes are
those of the difference, so that starting costs nothing. CPU is that of all its processes. Not a test.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.bench.page_server import LARGE, POOL, SIZE, coded, page  # noqa: E402
from tests.servers.processes import free_port, python_server, wait_for_port  # noqa: E402

# kind of page -> (path, pages of the smaller run, pages more that are measured)
KINDS = {
    "30 kB gzip": ("changed", 200, 1500),
    "300 kB gzip": ("large", 60, 500),
    "300 kB identity": ("identity", 40, 240),
}
NAMES = {
    "plain": "plain Scrapy, keeps nothing",
    "stoppress": "Stoppress",
    "naive": "Scrapy + warcio pipeline",
    "warcprox": "warcprox behind Scrapy",
    "wget": "wget --warc-file",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What one run took: seconds, CPU seconds, and bytes of WARC that it left."""

    seconds: float
    cpu: float
    kept: int


@dataclass(frozen=True, slots=True)
class Row:
    """Of one contender and kind: medians; ``above``: bytes kept per page above the body as it was sent."""

    kind: str
    who: str
    pages_per_second: float
    ratio: float  # to plain Scrapy, in the same round
    ratios: tuple[float, ...]
    cpu_per_1000: float
    cpu_ratio: float
    above: int | None


class Peers:
    """Runs contenders against one server, each time into a new folder."""

    def __init__(self, folder: Path, port: int, warcprox: str | None) -> None:
        self._folder, self._port, self._warcprox = folder, port, warcprox

    def run(self, who: str, path: str, count: int) -> Taken:
        folder = self._folder / who
        shutil.rmtree(folder, ignore_errors=True)
        # Not 127.0.0.1: warcprox refuses the machine that it runs on.
        urls = [f"http://127.0.0.{n % 8 + 2}:{self._port}/{path}/{n}" for n in range(count)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = self._how(who)(urls, folder)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Taken(seconds, cpu, sum(path.stat().st_size for path in folder.rglob("*.warc.gz*")))

    def _how(self, who: str) -> Callable[[list[str], Path], float]:
        special = {"wget": self._wget, "warcprox": self._behind_warcprox}
        return special.get(who, lambda urls, folder: self._scrapy(who, urls, folder))

    def _scrapy(self, who: str, urls: list[str], folder: Path, **env: str) -> float:
        task = {"who": who, "urls": urls, "folder": str(folder)}
        with (self._folder / f"{who}.log").open("w") as errors:
            done = subprocess.run(
                [sys.executable, str(HERE / "contender.py")], input=json.dumps(task), stdout=subprocess.PIPE,
                stderr=errors, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT), **env},
            )  # fmt: skip
        if done.returncode:
            log = (self._folder / f"{who}.log").read_text()
            raise RuntimeError(f"{who} ended with {done.returncode}:\n{log[-2000:]}")
        figures = json.loads(done.stdout.splitlines()[-1])
        if set(figures["outcomes"]) - {"200", "archived"} or sum(figures["outcomes"].values()) != len(urls):
            raise RuntimeError(f"{who}: not {len(urls)} pages, but {figures['outcomes']}")
        return float(figures["seconds"])

    def _wget(self, urls: list[str], folder: Path) -> float:
        folder.mkdir(parents=True)
        (folder / "urls").write_text("\n".join(sorted(urls)))  # one host after the other: it keeps one connection
        words = ["wget", "-q", "-i", "urls", "--warc-file=kept", "--delete-after", "-P", "pages",
                 "--header=Accept-Encoding: gzip"]  # fmt: skip
        begun = time.perf_counter()
        subprocess.run(words, cwd=folder, check=True)
        return time.perf_counter() - begun

    def _behind_warcprox(self, urls: list[str], folder: Path) -> float:
        """Until the last answer: it writes after that, which is in its CPU and bytes, not in its time."""
        with self._proxy(folder) as (process, port):
            seconds = self._scrapy("warcprox", urls, folder, http_proxy=f"http://127.0.0.1:{port}")
            process.send_signal(signal.SIGTERM)
            process.wait(120)
            return seconds

    @contextmanager
    def _proxy(self, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
        folder.mkdir(parents=True)
        port = free_port()
        words = [str(self._warcprox), "-p", str(port), "-b", "127.0.0.1", "-d", "warcs", "-z", "-q", "-g", "sha256"]
        words += ["-j", "/dev/null", "--stats-db-file", "/dev/null"]  # no revisits: pages repeat after a while here
        with (self._folder / "proxy.log").open("w") as log:
            process = subprocess.Popen(words, cwd=folder, stdout=log, stderr=log)
        try:
            wait_for_port(port, process, self._folder / "proxy.log")
            yield process, port
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def compare(peers: Peers, who: list[str], rounds: int) -> Iterator[Row]:
    """All contenders on each kind of page, round-robin."""
    for kind, (path, few, more) in KINDS.items():
        taken: dict[str, list[tuple[float, float, float]]] = {name: [] for name in who}
        for number in range(rounds):
            for name in who:
                small, large = peers.run(name, path, few), peers.run(name, path, few + more)
                seconds, cpu = max(large.seconds - small.seconds, 1e-9), large.cpu - small.cpu
                taken[name].append((more / seconds, cpu / more * 1000, (large.kept - small.kept) / more))
                print(f"{kind}, round {number + 1}: {NAMES[name]}: {more / seconds:,.0f} pages/s", file=sys.stderr)
        for name in who:
            yield _row(kind, name, taken[name], taken["plain"])


def _row(kind: str, who: str, mine: list[tuple[float, float, float]], plain: list[tuple[float, float, float]]) -> Row:
    ratios = tuple(round(one[0] / base[0], 2) for one, base in zip(mine, plain, strict=True))
    cpu = median(one[1] / base[1] for one, base in zip(mine, plain, strict=True))
    above = None if who == "plain" else round(median(one[2] for one in mine) - body(kind))
    return Row(kind, who, round(median(one[0] for one in mine), 1), median(ratios), ratios,
               round(median(one[1] for one in mine), 2), round(cpu, 2), above)  # fmt: skip


def body(kind: str) -> float:
    """Mean bytes of a body as it was sent."""
    size = SIZE if kind.startswith("30 ") else LARGE
    return mean(len(coded(page(seed, size))) for seed in range(POOL)) if "gzip" in kind else size


def line(row: Row) -> str:
    each = " ".join(f"{ratio:.2f}" for ratio in row.ratios)
    above = "" if row.above is None else f"{row.above:+8,}"
    figures = f"{row.pages_per_second:9,.0f}{row.ratio:7.2f}{row.cpu_per_1000:9.2f}{row.cpu_ratio:7.2f}{above:>9}"
    return f"{row.kind:17}{NAMES[row.who]:29}{figures}   {each}"


def contenders(warcprox: str | None) -> list[str]:
    """Those that are here; the others are named."""
    missing = {"wget": not shutil.which("wget"), "warcprox": not warcprox}
    for name in (name for name, away in missing.items() if away):
        print(f"without {NAMES[name]}: it is not here", file=sys.stderr)
    return [name for name in NAMES if not missing.get(name)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-peers", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="the median is taken of so many (3)")
    parser.add_argument("--warcprox", default=shutil.which("warcprox"), metavar="PROGRAM", help="where it is installed")
    parser.add_argument("--json", action="store_true", help="a line of JSON per contender and kind of page")
    wanted = parser.parse_args()
    port = free_port()
    if not wanted.json:
        words = f"{'pages/s':>9}{'ratio':>7}{'CPU/1000':>9}{'ratio':>7}{'above':>9}   ratio per round"
        print(f"{'page':17}{'contender':29}{words}")
    with tempfile.TemporaryDirectory(prefix="bench-peers-") as name:
        folder = Path(name)
        with python_server([str(HERE / "page_server.py"), str(port), "9"], port, folder / "server.log"):
            for row in compare(Peers(folder, port, wanted.warcprox), contenders(wanted.warcprox), wanted.rounds):
                print(json.dumps(asdict(row)) if wanted.json else line(row), flush=True)


if __name__ == "__main__":
    main()
