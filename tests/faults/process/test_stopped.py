"""A crawler that is told to stop twice, or has next to no descriptors: its ledger is whole, and it recovers."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.main_job.serving import ask
from tests.running import PATIENCE, ROOT, Ran, crawling, environment, stoppress, write_config
from tests.servers.raw_http import RawServer, page, sending

BODY = b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed to all ships today.</p></body></html>"
LIMITED = """
import resource, sys
import stoppress
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[2]), resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
stoppress.main(["-c", sys.argv[1], "crawl", "--once", "--json"])
"""


def test_told_to_stop_twice_it_waits_for_nobody_seals_and_gives_each_visit_its_end(
    raw_server: RawServer, tmp_path: Path
) -> None:
    urls = [raw_server.route(f"/{n}", page(BODY)) for n in range(4)]
    urls.append(raw_server.route("/slow", sending(page(BODY)[:50], *[b"x"] * 400, pause=0.1)))
    config = write_config(tmp_path, *urls)
    config.write_text(config.read_text().replace('timeout = "5s"', 'timeout = "60s"'))
    stoppress("apply", str(config))
    with crawling(config) as process:
        raw_server.wait_for("/slow")
        process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):  # once: it finishes what is under way
            process.wait(1)
        process.send_signal(signal.SIGTERM)
        process.wait(20)

    assert process.returncode == 0
    assert not list(tmp_path.glob("spool/*.warc.gz*"))
    ends = {url: ask(config, "log", url, "--json").lines for url in urls}
    assert {visit["outcome"] for url in urls[:-1] for visit in ends[url]} <= {"archived", "revisit"}
    assert [(visit["outcome"], visit["reason"]) for visit in ends[urls[-1]]] == [("error", "abandoned")]


@pytest.mark.parametrize("descriptors", [22, 26, 28, 30])
def test_with_too_few_descriptors_nothing_is_lost_and_the_next_crawl_reads_all(
    raw_server: RawServer, tmp_path: Path, descriptors: int
) -> None:
    urls = [raw_server.route(f"/{n}", page(BODY)) for n in range(20)]
    config = write_config(tmp_path, *urls)
    stoppress("apply", str(config))
    ran = _limited(config, descriptors)

    assert "Too many open files" in ran.err
    kept = {visit["url"] for visit in ran.lines if visit["outcome"] == "archived"}
    assert all(visit["reading"] in ("version", "extract-failed") for visit in ran.lines if visit["url"] in kept)

    stoppress("crawl", "--once", config=config)

    ends = [visit["outcome"] for url in urls for visit in ask(config, "log", url, "--json").lines]
    assert None not in ends
    assert {row["versions"] for row in ask(config, "pages", "--json").lines} == {1}
    assert ask(config, "verify", "--deep").code == 0


def _limited(config: Path, descriptors: int) -> Ran:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(config), str(descriptors)],
        capture_output=True, timeout=PATIENCE, check=False, cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr.decode())
