"""200 pages on 20 hosts, the crawler killed in the middle: no host is asked sooner than it lets itself be asked."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.running import crawling, stoppress, write_config
from tests.servers.processes import free_port, python_server

from .hosts_server import HOSTS

# Two requests leave a gap apart. What lies between leaving and the time in the server's log (the socket, the kernel,
# the server's turn on a busy machine) may be longer for the first than for the second: so much is borne.
TRANSPORT = 0.2
RATES = {"127.0.0.2": 2.0, "127.0.0.3": 1.6}  # a second; all others: 1
PAGES = sum(manners.pages for manners in HOSTS.values())
# Of a host that refuses without a word the pages behind that come later than this test; of every other host one visit
# may have been under way when the crawler was killed, and is not repeated before its next turn.
ENOUGH = PAGES - HOSTS["127.0.0.21"].pages + 2 - len(HOSTS)

Request = dict[str, Any]


class Server:
    def __init__(self, port: int, path: Path) -> None:
        self.port, self._path = port, path

    @property
    def requests(self) -> list[Request]:
        return [json.loads(line) for line in self._path.read_text().splitlines()] if self._path.exists() else []

    def of(self, host: str) -> list[Request]:
        return [request for request in self.requests if request["host"] == host]

    def until(self, happened: Callable[[list[Request]], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not happened(self.requests):
            assert time.monotonic() < end, f"not within {seconds} s; {len(self.requests)} requests came"
            time.sleep(0.1)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    port, log = free_port(), tmp_path / "requests.jsonl"
    script = Path(__file__).with_name("hosts_server.py")
    with python_server([str(script), str(port), str(log)], port, tmp_path / "server.log"):
        yield Server(port, log)


def configured(folder: Path, port: int) -> Path:
    urls = [f"http://{host}:{port}/{n}" for host, manners in HOSTS.items() for n in range(manners.pages)]
    rates = "".join(f'"{host}" = "{rate:g}/s"\n' for host, rate in RATES.items())
    adaptive = "".join(f'[[watch]]\nurl = "{url}"\n' for url in urls[1::2])
    config = write_config(folder, *urls[::2], every="1h", more=f"[crawl.hosts]\n{rates}{adaptive}")
    config.write_text(config.read_text().replace('per_host = "100/s"', 'per_host = "1/s"'))
    applied = stoppress("apply", str(config))
    assert applied.code == 0, applied.err
    return config


def test_no_gap_no_crawl_delay_and_no_retry_after_is_violated_also_across_a_kill(
    server: Server, tmp_path: Path
) -> None:
    config = configured(tmp_path, server.port)
    refusing = {host for host, manners in HOSTS.items() if manners.refuses}

    with crawling(config) as process:
        server.until(lambda seen: refusing <= {r["host"] for r in seen if r["until"]}, 30)
        time.sleep(0.7)  # an answer that nobody had the time to take in was none
        process.kill()
        process.wait(30)
    killed = time.monotonic()
    before = len(server.requests)
    with crawling(config) as process:
        reader = threading.Thread(target=process.stdout.read)  # type: ignore[union-attr]  # else the pipe is full once
        reader.start()
        server.until(lambda seen: pages(seen) >= ENOUGH, 45)
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        reader.join(30)

    assert PAGES == 200
    assert {row["schedule"] for row in stoppress("watches", "--json", config=config).lines} == {"adaptive", "every 1h"}
    assert 30 < before < PAGES  # it was killed in the middle ...
    spans = {host: [r["until"] for r in server.of(host) if r["until"]] for host in HOSTS}
    assert [host for host, ends in spans.items() if ends and max(ends) > killed]  # ... of what hosts had asked for
    assert too_soon(server.requests) == []


def pages(requests: list[Request]) -> int:
    return len({(r["host"], r["path"]) for r in requests if r["path"] != "/robots.txt"})


def too_soon(requests: list[Request]) -> list[str]:
    by_host = defaultdict(list)
    for request in sorted(requests, key=lambda request: float(request["at"])):
        by_host[request["host"]].append(request)
    found = []
    for host, asked in by_host.items():
        gap = max(1 / RATES.get(host, 1.0), HOSTS[host].crawl_delay)
        for one, other in pairwise(asked):
            if (passed := other["at"] - one["at"]) < gap - TRANSPORT:
                found.append(f"{host}: {other['path']} {passed:.3f} s after {one['path']}, not {gap} s")
        for refusal in (r for r in asked if r["until"]):
            later = [r for r in asked if refusal["at"] < r["at"] < refusal["until"]]
            found += [f"{host}: {r['path']} {refusal['until'] - r['at']:.3f} s before it may be asked" for r in later]
    return found
