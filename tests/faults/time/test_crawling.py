"""The real crawler while its machine's clock is set: by a wrapper everywhere, by libfaketime too where it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from tests.running import ROOT, environment, stoppress, write_config
from tests.servers.raw_http import RawServer, page
from tests.servers.requirements import without

LIBRARIES = ("/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/local/lib/faketime")
SET_BY = """
import pathlib, sys, time
from pipelines import clock
offset = pathlib.Path(sys.argv[2])
clock.now._wall = lambda: time.time() + float(offset.read_text().removesuffix("s"))
import stoppress
stoppress.main(["-c", sys.argv[1], "crawl", "--json", "--for", "60s"])
"""
# Under libfaketime the system's sleep until a moment (clock_nanosleep, absolute) fails; its select does not.
PLAIN = """
import select, sys, time
time.sleep = lambda seconds: select.select([], [], [], seconds)
import stoppress
stoppress.main(["-c", sys.argv[1], "crawl", "--json", "--for", "60s"])
"""
BODY = b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed to all ships today.</p></body></html>"
Setting = Callable[[float], None]


def libfaketime() -> Path | None:
    """``STOPPRESS_LIBFAKETIME``, or where Debian's package has it."""
    named = os.environ.get("STOPPRESS_LIBFAKETIME")
    found = [Path(named)] if named else [Path(folder) / "libfaketimeMT.so.1" for folder in LIBRARIES]
    return next((path for path in found if path.exists()), None)


def visits_while_set(folder: Path, script: str, env: Mapping[str, str], *moves: float) -> list[datetime]:
    """When visits of /page started by the crawler's own account: three, then three more after each setting of the
    clock."""
    offset, config = folder / "offset", folder / "stoppress.toml"
    left, started, since = list(moves), [], 0
    offset.write_text("+0.0s")
    with (folder / "crawl.log").open("w") as log, subprocess.Popen(
        [sys.executable, "-c", script, str(config), str(offset)], stdout=subprocess.PIPE, stderr=log, text=True,
        stdin=subprocess.DEVNULL, cwd=ROOT, env={**environment(), **env},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            visit = json.loads(line)
            assert visit["outcome"] in ("archived", "revisit"), visit
            if visit["url"].endswith("/quiet"):
                continue
            started.append(datetime.fromisoformat(visit["started"]))
            since += 1
            if since == 3 and left:
                (folder / "new").write_text(f"{left.pop(0):+}s")
                (folder / "new").replace(offset)
                since = 0
            elif since == 3:
                process.send_signal(signal.SIGTERM)
    assert process.returncode == 0, (folder / "crawl.log").read_text()[-3000:]
    assert len(started) >= 3 * (len(moves) + 1)
    return started


def test_visits_go_on_in_order_while_the_clock_goes_back_an_hour_and_forward_a_year(
    raw_server: RawServer, tmp_path: Path
) -> None:
    url, quiet = (raw_server.route(path, page(BODY)) for path in ("/page", "/quiet"))
    ways: list[tuple[str, str, dict[str, str]]] = [("wrapper", SET_BY, {})]
    if library := libfaketime():
        env = {"LD_PRELOAD": str(library), "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        ways.append(("libfaketime", PLAIN, env))
    else:
        without("libfaketime (a Debian package), to set the clock of a whole process")
    for name, script, env in ways:
        folder = tmp_path / name
        folder.mkdir()
        config = write_config(folder, url, more='[[watch]]\nurl = "http://127.0.0.1:1/"\nuntil = 2026-12-31T00:00:00Z\n'
                              f'schedule = "cron 0 0 29 2 *"\n[[watch]]\nurl = "{quiet}"\nmin = "30m"\n')  # fmt: skip
        stoppress("apply", str(config))
        if env:
            env = {**env, "FAKETIME_TIMESTAMP_FILE": str(folder / "offset")}
        started = visits_while_set(folder, script, env, -3600.0, 365 * 86_400.0)

        assert started == sorted(started), name
        assert started[-1] - started[0] > (started[3] - started[2]) * 100
        log = (folder / "crawl.log").read_text()
        assert "clock went back by" in log
        assert "clock went forward by" in log
        assert [row["state"] for row in stoppress("watches", "--json", config=config).lines] == ["active"] * 3
    assert len(raw_server.hits_of("/quiet")) == len(ways)  # a year that was no year has brought nothing there


def test_a_host_that_asked_to_be_left_alone_is_not_asked_sooner_as_the_clock_goes_forward(
    raw_server: RawServer, tmp_path: Path
) -> None:
    url = raw_server.route("/page", page(b"", "Retry-After: 600", status="503 Service Unavailable"))
    offset, config = tmp_path / "offset", write_config(tmp_path, url)
    offset.write_text("+0.0s")
    stoppress("apply", str(config))
    with (tmp_path / "crawl.log").open("w") as log, subprocess.Popen(
        [sys.executable, "-c", SET_BY, str(config), str(offset)], stdout=subprocess.PIPE, stderr=log, text=True,
        stdin=subprocess.DEVNULL, cwd=ROOT, env=environment(),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["status"] == 503
        (tmp_path / "new").write_text("+3600.0s")
        (tmp_path / "new").replace(offset)
        time.sleep(4)
        process.send_signal(signal.SIGTERM)
        later = process.stdout.read()

    assert process.returncode == 0
    assert "clock went forward by 1:00:00" in (tmp_path / "crawl.log").read_text()
    assert [hit.path for hit in raw_server.hits if hit.path == "/page"] == ["/page"], later
