"""The newsroom as a process of its own: a real HTTP/1.1 server on loopback.

    python -m crawler.newsroom --port 0 --markup json-ld --seconds 30 --log newsroom.jsonl

When it is ready it prints one JSON line with its address. It ends by itself some seconds after the last state,
on SIGTERM or SIGINT, and when the process that started it is gone.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .desk import Desk, Log, states_for
from .markups import MARKUPS
from .script import load_story
from .site import Answer, Site
from .state import iso

LINGER = timedelta(seconds=20)  # after the last state, for a crawler's last look
PATIENCE = timedelta(minutes=10)  # for the first visitor
TICK = 0.1  # seconds


class Handler(BaseHTTPRequestHandler):
    """Reads a request, lets the site answer, books it before the first byte goes out."""

    protocol_version = "HTTP/1.1"
    server_version = "Lantern/1.0"
    sys_version = ""
    timeout = 60
    wbufsize = -1  # head and body in one packet

    server: Server

    def do_GET(self) -> None:
        now = datetime.now(UTC)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.server.site.answer(self.command, self.path, self.headers, now)  # type: ignore[arg-type]
        self._book(answer, now)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_HEAD = do_POST = do_GET  # noqa: N815 - the names http.server looks for

    def _book(self, answer: Answer, now: datetime) -> None:
        entry = {
            "at": iso(now),
            "method": self.command,
            "path": self.path,
            "status": answer.status,
            "user_agent": self.headers.get("User-Agent"),
            "conditional": "If-None-Match" in self.headers or "If-Modified-Since" in self.headers,
            "state": answer.state,
            "bytes": len(answer.body),
        }
        self.server.log.write("request", entry)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Nothing on the console: the log has it."""


class Server(ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, port: int, desk: Desk, log: Log, markup: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.log = log
        self.site = Site(desk=desk, markup=markup, base=f"http://127.0.0.1:{self.server_address[1]}")

    def handle_error(self, request: object, client_address: object) -> None:
        """A visitor who hangs up is no news; anything else is for the person at the console."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def main(argv: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(argv)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log = Log(options.log)
    try:
        desk = _desk(options, log)
        server = Server(options.port, desk, log, options.markup)
    except (ValueError, OSError, OverflowError) as e:
        parser.error(f"cannot open the newsroom: {e}")
    with server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": TICK}, daemon=True).start()
        print(json.dumps({"url": server.site.address, "pid": os.getpid()}), flush=True)
        _work(desk, stop, parent=options.parent or os.getppid())
        server.shutdown()
    log.close()
    return 0


def _work(desk: Desk, stop: threading.Event, *, parent: int) -> None:
    """Publish by the clock until the story is over, somebody says stop, or nobody is left to say it."""
    opened = datetime.now(UTC)
    while not stop.wait(TICK):
        now = datetime.now(UTC)
        desk.catch_up(now)
        if os.getppid() != parent or _is_over(desk, opened, now):
            return


def _is_over(desk: Desk, opened: datetime, now: datetime) -> bool:
    if desk.manual:
        return False
    ends = desk.ends()
    return now > opened + PATIENCE if ends is None else now > ends + LINGER


def _desk(options: argparse.Namespace, log: Log) -> Desk:
    story = load_story()
    everything = len(story["steps"]) + 1
    n_states = options.states or (everything if options.manual else states_for(options.seconds, story))
    return Desk(
        story,
        now=datetime.now(UTC),
        n_states=n_states,
        log=log,
        hold=None if options.manual else timedelta(seconds=options.seconds / n_states),
        settle=timedelta(seconds=options.settle),
        noise=options.noise,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m crawler.newsroom", description="A local newsroom that edits its live page."
    )
    parser.add_argument("--port", type=int, default=0, help="0: any free port (default)")
    parser.add_argument("--markup", choices=list(MARKUPS), default="json-ld")
    parser.add_argument("--seconds", type=_positive, default=30.0, help="from the first visit to the end")
    parser.add_argument("--settle", type=float, default=0.0, help="seconds that the first state stands longer")
    parser.add_argument("--states", type=int, help="how many states to tell the story in")
    parser.add_argument("--log", type=Path, default=Path("newsroom.jsonl"), help="requests and edits, JSON lines")
    parser.add_argument(
        "--noise",
        choices=["mixed", "always", "never"],
        default="mixed",
        help="counters and clocks change at every look in half of the states, always, or never (304 then)",
    )
    parser.add_argument("--manual", action="store_true", help="no clock: POST /control/next tells the next step")
    parser.add_argument("--parent", type=int, help="end when this is no longer the parent process")
    return parser


def _positive(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds; write for example 30")
    return seconds
