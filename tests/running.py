"""The real command in a process of its own, and archives to run it on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from subprocess import Popen
from typing import IO, Any

from .prepared import ROOT, Command, Prepared, environment

_LOOKED_UP_LATE = ("AWS_", "STOPPRESS_CRASH_AT")  # names of variables that are asked for when they are needed
PATIENCE = 90.0  # seconds; a bound for what hangs, never a measure


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
    """Run one command to its end, in a process of its own; ``env``: what its environment has beside ours."""
    typed = [*(["-c", str(config)] if config else []), *words]
    return ended(lambda out, err: begun(typed, out, err, env), f"stoppress {' '.join(typed)}", patience)


def run_program(program: str, *words: str, env: Mapping[str, str] | None = None) -> Ran:
    """The same with a program of the tests: a file of the repository that does what a command does, or nearly."""
    whole = {**environment(), **(env or {})}
    return ended(lambda out, err: _prepared().start(words, whole, out, err, program), program)


def ended(begin: Callable[[int, int], Command | Popen[str]], name: str, patience: float = PATIENCE) -> Ran:
    """What came of a command that is begun with these two descriptors as its output."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = begin(out.fileno(), err.fileno())
        try:
            code = process.wait(patience)
        except subprocess.TimeoutExpired as e:
            process.kill()
            raise TimeoutError(f"{name} did not end in {patience} s") from e
        return Ran(code, _written(out), _written(err).decode())


def _written(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def begun(words: Sequence[str], out: int, err: int, env: Mapping[str, str] | None = None) -> Command | Popen[str]:
    """Begin a command. With an environment of its own it is imported anew: libraries look into theirs meanwhile."""
    if any(not name.startswith(_LOOKED_UP_LATE) for name in env or ()):
        return Popen(
            [sys.executable, str(ROOT / "stoppress.py"), *words],
            stdout=out, stderr=err, stdin=subprocess.DEVNULL, env={**environment(), **(env or {})}, text=True,
        )  # fmt: skip
    return _prepared().start(words, {**environment(), **(env or {})}, out, err)


@cache
def _prepared() -> Prepared:
    return Prepared()


@contextmanager
def crawling(config: Path, *words: str) -> Iterator[Command]:
    """A crawl in the background; killed by its own id if the test leaves it running."""
    reading, writing = os.pipe()
    with (config.parent / "crawl.log").open("a") as log:
        try:
            typed = ["-c", str(config), "crawl", "--json", *words]
            process = _prepared().start(typed, environment(), writing, log.fileno())
        finally:
            os.close(writing)
        process.stdout = os.fdopen(reading, "r")
        try:
            yield process
        finally:
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
