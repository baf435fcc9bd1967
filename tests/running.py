"""The real command in a process of its own, and archives to run it on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 90.0  # seconds; a bound for what hangs, never a measure
# All but what Python says of surt's source where pip has left compiling it to the first import.
WARNINGS = "default,ignore:invalid escape sequence:DeprecationWarning,ignore:invalid escape sequence:SyntaxWarning"


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: bytes
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def stoppress(*words: str, config: Path | None = None, env: Mapping[str, str] | None = None,
              patience: float = PATIENCE) -> Ran:  # fmt: skip
    """Run one command to its end; ``env``: what its environment has beside ours."""
    chosen = ["-c", str(config)] if config else []
    variables = {**environment(), **(env or {})}
    done = subprocess.run(
        [sys.executable, str(ROOT / "stoppress.py"), *chosen, *words],
        capture_output=True, timeout=patience, check=False, env=variables, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr.decode())


@contextmanager
def crawling(config: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A crawl in the background; killed by its own id if the test leaves it running."""
    with (config.parent / "crawl.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "stoppress.py"), "-c", str(config), "crawl", "--json", *words],
            stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, text=True, env=environment(),
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()


def crawl_until(config: Path, enough: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
    """Crawl until the visits so far are enough, then SIGTERM; all visits, as ``crawl --json`` prints them."""
    with crawling(config, "--for", "80s") as process:
        assert process.stdout is not None
        visits: list[dict[str, Any]] = []
        for line in process.stdout:
            visits.append(json.loads(line))
            if enough(visits) and process.poll() is None:
                process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
    assert process.returncode == 0, (config.parent / "crawl.log").read_text()[-3000:]
    return visits


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STOPPRESS_")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": WARNINGS}


def write_config(folder: Path, *urls: str, every: str = "1s", store: str = "archive",
                 catalog: str = "sqlite:///archive/catalog.db", endpoint_url: str | None = None,
                 more: str = "") -> Path:  # fmt: skip
    """A config for loopback, as fast as production lets a host be asked."""
    s3 = f'[s3]\nendpoint_url = "{endpoint_url}"\n' if endpoint_url else ""
    watches = "".join(f'[[watch]]\nurl = "{url}"\nschedule = "every {every}"\nmin = "1s"\n' for url in urls)
    path = folder / "stoppress.toml"
    path.write_text(
        f'[archive]\nstore = "{store}"\ncatalog = "{catalog}"\n{s3}'
        '[crawl]\ncontact = "mailto:test@example.org"\nper_host = "100/s"\nbudget = "100/s"\n'
        'min_gap = "0s"\ntimeout = "5s"\n'
        f'[egress]\nallow = ["127.0.0.0/8"]\n[extract]\nworkers = 1\n{more}{watches}'
    )
    return path
