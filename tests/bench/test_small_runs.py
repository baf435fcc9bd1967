"""The benches themselves, as small as they go: what they measure must be what they say, also on days when nobody reads
their figures. No time is judged here. (Of ``scheduling`` the golden numbers are such a run.)"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.bench import comparing, crawl, extract
from tests.bench.saved_pages import made
from tests.servers.processes import free_port, python_server

ROOT = Path(__file__).resolve().parents[2]
FEW = 6


def run(*words: str) -> str:
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_a_crawl_that_keeps_pages_and_one_that_keeps_nothing_come_to_what_the_table_calls_them(tmp_path: Path) -> None:
    port, hosts = free_port(), 2
    page_server = [str(ROOT / "tests/bench/page_server.py"), str(port), str(hosts)]
    with python_server(page_server, port, tmp_path / "server.log"):
        bench = crawl.Bench(tmp_path, port, hosts)
        for who in ("plain", "changed", "etag"):
            bench.fill(who, FEW)
            figures = bench.visited(who, FEW)  # an error if they come to anything else

            assert figures["outcomes"] == {crawl.OUTCOME[who]: FEW}
            assert figures["cpu"] > 0


def test_each_visit_of_a_page_is_measured_beside_trafilatura() -> None:
    found = extract.measure(made(1, 3, 20), 1)

    assert set(found) == {"trafilatura", *extract.GOALS}
    assert all(len(ratios) == 1 and ratios[0] > 0 for ratios in found.values())


def test_two_versions_are_compared_by_all_and_ours_finds_the_seven_changes() -> None:
    found = comparing.measured(50, 1)  # SystemExit if it does not

    assert {"versions to changes", "difflib on lines, from HTML", "trafilatura, one page"} <= set(found)


def test_lateness_is_measured_of_visits_that_were_due() -> None:
    words = ("--rate", "2", "--every", "2", "--seconds", "8", "--settle", "1", "--hosts", "2", "--json")
    figures = json.loads(run("tests/bench/lateness.py", *words))

    assert figures["visits"] >= 2
    assert "revisit every" in figures["outcomes"]
