"""A newsroom on loopback whose page changes when it is told to, with a feed that says so."""

from __future__ import annotations

import asyncio
import hmac
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode
from urllib.request import Request, urlopen

from tests.prepared import ROOT
from tests.running import Command, crawling, stoppress, write_config
from tests.servers.processes import stop
from tests.servers.raw_http import Handler, RawServer, page

SECRET = "a-secret-of-this-test-alone"


class Newsroom:
    """One live page and its feed; ``link``: what the feed says of hubs."""

    def __init__(self, server: RawServer, link: str = "") -> None:
        self.server, self.link = server, link
        self.updates: list[datetime] = []
        self.unchanged = 0  # answers that told so
        self.page = server.url("/live/storm")
        self.feed = server.url("/feed")
        self.publish()

    def publish(self, *, told: bool = True) -> datetime:
        """One more update, now; ``told``: the feed has it."""
        now = datetime.now(UTC)
        self.updates.append(now)
        entries = "".join(
            f'<article id="u{n}"><time datetime="{at.isoformat()}">{at:%H:%M}</time>'
            f"<p>Report number {n}: the harbour is closed to all ships of class {n}.</p></article>"
            for n, at in reversed(list(enumerate(self.updates)))
        )
        self.server.route("/live/storm", page(f"<!doctype html><h1>Storm</h1><main>{entries}</main>".encode()))
        if told:
            self.server.route("/feed", self._answer(self.atom().encode(), f'"v{len(self.updates)}"'))
        return now

    def _answer(self, body: bytes, etag: str) -> Handler:
        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if self.server.hits_of("/feed")[-1].header("If-None-Match") == etag:
                writer.write(f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\nConnection: close\r\n\r\n".encode())
                self.unchanged += 1
            else:
                writer.write(page(body, f"ETag: {etag}", "Connection: close", content_type="application/atom+xml"))
            await writer.drain()

        return answer

    def atom(self) -> str:
        return (
            '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Live</title>'
            f'<link rel="self" href="{self.feed}"/>{self.link}'
            f'<entry><id>tag:storm</id><link href="{self.page}#top"/><title>Storm</title>'
            f"<updated>{self.updates[-1].isoformat()}</updated></entry></feed>"
        )


def config_of(folder: Path, room: Newsroom, more: str = "", hint: str = 'every = "1s"') -> Path:
    """An adaptive watch worth so little that it is looked at once in a minute, and five seconds after a hint."""
    table = f'[[hint]]\nurl = "{room.feed}"\n{hint}\n' if hint else ""
    watch = f'[[watch]]\nurl = "{room.page}"\nschedule = "adaptive"\nmin = "1s"\nmax = "1h"\nweight = 0.005\n'
    config = write_config(folder, more=more + table + watch)
    assert stoppress("apply", str(config)).code == 0
    return config


def explained(config: Path, room: Newsroom) -> dict[str, Any]:
    [line] = stoppress("schedule", "explain", room.page, "--json", config=config).lines
    return line


class Visits:
    """What a crawl prints, as it comes."""

    def __init__(self, process: Command) -> None:
        self.lines: list[str] = []
        self._come = threading.Condition()
        self._reader = threading.Thread(target=self._read, args=(process,), daemon=True)
        self._reader.start()

    def _read(self, process: Command) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with self._come:
                self.lines.append(line)
                self._come.notify_all()

    def wait(self, count: int, within: float = 30.0) -> None:
        with self._come:
            assert self._come.wait_for(lambda: len(self.lines) >= count, within), self.lines


class Hub:
    """A WebSub hub: verifies whoever subscribes, and sends what it is told to, signed as it is told to."""

    def __init__(self) -> None:
        self.subscribed = threading.Event()
        self.asked: list[dict[str, str]] = []
        self.verified: list[tuple[int, str]] = []
        hub = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                hub.asked.append(form)
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                threading.Thread(target=hub._verify, args=(form,), daemon=True).start()

            def do_GET(self) -> None:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _verify(self, form: dict[str, str]) -> None:
        for topic in (form["hub.topic"] + "-other", form["hub.topic"]):  # of another topic it must not say yes
            asked = {"hub.mode": "subscribe", "hub.topic": topic, "hub.challenge": "c-123", "hub.lease_seconds": "300"}
            self.verified.append(send(f"{form['hub.callback']}?{urlencode(asked)}"))
        self.subscribed.set()

    def distribute(self, body: bytes, *, secret: str | None = None, method: str = "sha256") -> int:
        form = self.asked[-1]
        signature = hmac.new((secret or form["hub.secret"]).encode(), body, method).hexdigest()
        return send(form["hub.callback"], body, **{"X-Hub-Signature": f"{method}={signature}"})[0]


def send(url: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
    """(status, body) of one request; without a body a GET."""
    try:
        with urlopen(Request(url, data=body, headers=headers), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as e:
        with e:
            return e.code, e.read().decode()


def free_ports(count: int) -> list[int]:
    with ExitStack() as open_ones:
        made = [open_ones.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in made]


@contextmanager
def serving(config: Path) -> Iterator[None]:
    """``stoppress serve`` where the config says."""
    with (config.parent / "serve.log").open("wb") as log:
        words = [sys.executable, str(ROOT / "stoppress.py"), "-c", str(config), "serve", "--json"]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, start_new_session=True)
        try:
            assert process.stdout is not None
            assert process.stdout.readline(), (config.parent / "serve.log").read_text()
            yield
        finally:
            stop(process)
            process.stdout.close()


__all__ = ["SECRET", "Hub", "Newsroom", "Visits", "config_of", "crawling", "explained", "free_ports", "send", "serving"]
