"""Starting, steering and stopping a newsroom from another process."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

_ROOT = Path(__file__).parents[2]  # what must be importable in the child, installed or not


class NewsroomError(RuntimeError):
    """The newsroom did not start, or did not do what it was told."""


class Newsroom:
    """A running newsroom as a context manager; it is stopped by its own process id.

    markup: one of MARKUPS; seconds: length of the story from the first visit on, unless ``manual``;
    settle: seconds that the first state stands longer;
    noise: "mixed" (half of the states answer 304 to those who know it), "always" or "never";
    states: how many states the story is told in; log: where to keep the log, else it goes with the newsroom.
    """

    def __init__(
        self,
        *,
        markup: str = "json-ld",
        seconds: float = 30,
        settle: float = 0,
        noise: str = "mixed",
        manual: bool = False,
        states: int | None = None,
        port: int = 0,
        log: Path | None = None,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="newsroom-")
        self.log = log or Path(self._folder.name) / "newsroom.jsonl"
        self._arguments = ["--port", str(port), "--markup", markup, "--noise", noise, "--log", str(self.log)]
        self._arguments += ["--manual"] if manual else ["--seconds", str(seconds), "--settle", str(settle)]
        self._arguments += ["--states", str(states)] if states is not None else []
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "crawler.newsroom", *self._arguments, "--parent", str(os.getpid())],
            env={**os.environ, "PYTHONPATH": _python_path()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        ready = self._process.stdout.readline()
        if not ready:
            raise NewsroomError(f"the newsroom did not start: {self.close()}")
        self.url = json.loads(ready)["url"]
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        if self._process is None:
            raise NewsroomError("the newsroom is not running; use it in a with statement")
        return self._process.pid

    def close(self) -> str:
        """Stop the process and wait for it; what it said on stderr. A second call does nothing."""
        process, self._process = self._process, None
        if process is None:
            return ""
        process.terminate()
        try:
            _, said = process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            _, said = process.communicate()
        self._read_last()
        return said.strip()

    def next_state(self) -> list[dict[str, Any]]:
        """Publish the next edits of a manual newsroom; what was done."""
        done: list[dict[str, Any]] = self._control("POST", "/control/next")["done"]
        return done

    def state(self) -> dict[str, Any]:
        """``{state, states, finished, since}``"""
        return self._control("GET", "/control/state")

    def requests(self) -> list[dict[str, Any]]:
        """Every request so far: ``{at, method, path, status, user_agent, conditional, state, bytes}``."""
        return self._entries("request")

    def truth(self) -> list[dict[str, Any]]:
        """Every edit published so far, as ``truth.Truth`` in JSON."""
        return self._entries("edit")

    def _control(self, method: str, path: str) -> dict[str, Any]:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=10)
        try:
            connection.request(method, path)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise NewsroomError(f"{method} {path}: {response.status} {body.decode()}")
        answer: dict[str, Any] = json.loads(body)
        return answer

    def _entries(self, kind: str) -> list[dict[str, Any]]:
        lines = self._lines if self._process is None else _whole_lines(self.log)
        entries = [json.loads(line) for line in lines]
        return [e for e in entries if e.pop("log") == kind]

    _lines: tuple[str, ...] = ()

    def _read_last(self) -> None:
        """Keep the log's lines beyond the end of the process and of a log folder that goes with it."""
        self._lines = tuple(_whole_lines(self.log)) if self.log.exists() else ()
        self._folder.cleanup()


def _whole_lines(path: Path) -> list[str]:
    """The lines that are complete: the newsroom may be writing the next one."""
    return path.read_text("utf-8").rpartition("\n")[0].splitlines()


def _python_path() -> str:
    rest = os.environ.get("PYTHONPATH")
    return f"{_ROOT}{os.pathsep}{rest}" if rest else str(_ROOT)
