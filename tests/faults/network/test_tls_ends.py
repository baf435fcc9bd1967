"""How connections end over TLS: what was cut is no version, and nobody holds on to the crawler by not closing."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipelines.warc import scan
from tests.running import PATIENCE, crawling, stoppress, write_config
from tests.servers.certificates import make_certificate, server_side
from tests.servers.raw_tls import RawTlsServer, TlsWire, tls_serving

from .answers import FIRST
from .case import VERSION, Ending, cut, error
from .lasting import MIB, memory

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
HALF, REST = OK + b"\r\n" + FIRST[:400], FIRST[400:]
FATAL_ALERT = bytes([21, 3, 3, 0, 2, 2, 80])  # "internal_error", in the clear
LOOKS = 5  # at a page whose server does not close, one each second


def goodbye(wire: TlsWire) -> None:
    wire.send(HALF + REST)
    wire.say_goodbye()


def closed(wire: TlsWire) -> None:
    wire.send(HALF + REST)


def reset(wire: TlsWire) -> None:
    wire.send(HALF)
    wire.reset()


def half_a_record(wire: TlsWire) -> None:
    wire.send(HALF)
    wire.socket.sendall(wire.records(REST)[:-100])


def forged(wire: TlsWire) -> None:
    wire.send(HALF)
    record = bytearray(wire.records(REST))
    record[-5] ^= 1
    wire.socket.sendall(record)


def alert(wire: TlsWire) -> None:
    wire.send(HALF)
    wire.socket.sendall(FATAL_ALERT)


def no_tls(wire: TlsWire) -> None:
    wire.send(HALF)
    wire.socket.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 9)


def alert_in_the_header(wire: TlsWire) -> None:
    wire.send(HALF[:30])
    wire.socket.sendall(FATAL_ALERT)


def with_reset(opened: socket.socket) -> None:
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


# A page without a length: its end is the connection's.
ENDS: dict[str, tuple[Any, Ending]] = {
    "/goodbye": (goodbye, VERSION),
    "/closed-without-goodbye": (closed, VERSION),
    "/reset": (reset, cut("disconnect")),
    "/half-a-record": (half_a_record, cut("disconnect")),
    "/forged-record": (forged, cut("disconnect")),
    "/fatal-alert": (alert, cut("disconnect")),
    "/no-tls": (no_tls, cut("disconnect")),
    "/alert-in-the-header": (alert_in_the_header, error("tls")),
}


# The ClientHello is read.
BROKEN_HANDSHAKES: dict[str, Callable[[socket.socket], None]] = {
    "closed": lambda _: None,
    "reset": with_reset,
    "alert": lambda opened: opened.sendall(FATAL_ALERT),
}


HANDSHAKES = [*BROKEN_HANDSHAKES, "client-certificate"]


def asking_for_certificates(certificate: Path, key: Path) -> ssl.SSLContext:
    """Of TLS 1.2: there the client is told no only when its part of the handshake is done."""
    context = server_side(certificate, key)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def never_closes(wire: TlsWire) -> None:
    wire.send(OK + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(FIRST) + FIRST)
    wire.stay()


@dataclass
class Flood:
    """A chunk, a chunk without a size, then data without end, whatever the client says; ``sent`` counts the bytes."""

    sent: int = 0

    def __call__(self, wire: TlsWire) -> None:
        wire.send(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<html\r\n")
        time.sleep(0.2)
        wire.send(b"zz\r\n")
        while True:  # a client that hangs up raises OSError
            wire.send(b"x" * 65536)
            self.sent += 65536


@dataclass
class Told:
    """What the crawl left."""

    ends: RawTlsServer
    holding: RawTlsServer
    broken: dict[str, RawTlsServer]
    flood: Flood
    visits: list[dict[str, Any]] = field(default_factory=list)
    said: str = ""  # its log
    held: int = 0  # connections of the server that does not close, when its last page had come
    peak: int = 0  # bytes
    requests: list[str] = field(default_factory=list)  # the URLs of their records

    def of(self, path: str) -> dict[str, Any]:
        return next(visit for visit in self.visits if visit["url"].endswith(path))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("ends")
    certificate, key, _ = make_certificate(folder)
    flood = Flood()
    answers = {path: answer for path, (answer, _) in ENDS.items()} | {"/flood": flood}
    with ExitStack() as running, pytest.MonkeyPatch.context() as patched:
        patched.setenv("SSL_CERT_FILE", str(certificate))
        context = server_side(certificate, key)
        ends = running.enter_context(tls_serving(context, answers))
        holding = running.enter_context(tls_serving(context, {"/holding": never_closes}))
        broken = {
            name: running.enter_context(tls_serving(context, {}, before=_hearing(end)))
            for name, end in BROKEN_HANDSHAKES.items()
        }
        asking = tls_serving(asking_for_certificates(certificate, key), {})
        broken["client-certificate"] = running.enter_context(asking)
        urls = [ends.url(path) for path in answers]
        urls += [server.url(f"/handshake-{name}") for name, server in broken.items()]
        once = "".join(f'[[watch]]\nurl = "{url}"\nschedule = "every 1h"\n' for url in urls)
        found = Told(ends, holding, broken, flood)
        _crawl(write_config(folder, holding.url("/holding"), more=once), found)
        found.requests += _requests(folder)
        yield found


def _requests(folder: Path) -> Iterator[str]:
    for name in folder.glob("archive/warc/**/*.warc.gz"):
        with name.open("rb") as file:
            records = [placed.record for placed in scan(file)]
        yield from (record.get("WARC-Target-URI") or "" for record in records if record.type == "request")


def _hearing(end: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    def after_hello(opened: socket.socket) -> None:
        opened.recv(65536)
        end(opened)

    return after_hello


def _crawl(config: Path, told: Told) -> None:
    assert stoppress("apply", str(config)).code == 0
    with crawling(config, "--for", "80s") as process:
        assert process.stdout is not None
        for line in process.stdout:
            told.visits.append(json.loads(line))
            looks = [visit for visit in told.visits if visit["url"].endswith("/holding")]
            once = len(told.visits) - len(looks) == len(ENDS) + len(told.broken) + 1  # and the flood
            if once and len(looks) >= LOOKS and process.poll() is None:
                told.held = told.held or told.holding.open
                told.peak = memory(process.pid, "VmHWM")
                process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
    told.said = (config.parent / "crawl.log").read_text()


@pytest.mark.parametrize("path", ENDS)
def test_a_page_without_length_is_whole_only_if_its_connection_ended_in_order(told: Told, path: str) -> None:
    visit = told.of(path)

    assert (visit["outcome"], visit["reason"], visit["reading"]) == ENDS[path][1]


def test_an_alert_within_the_header_is_not_told_as_a_handshake(told: Told) -> None:
    assert "the TLS connection with 127.0.0.1 broke" in told.of("/alert-in-the-header")["detail"]


@pytest.mark.parametrize("how", HANDSHAKES)
def test_a_handshake_that_breaks_off_is_tls_and_nothing_is_recorded(told: Told, how: str) -> None:
    visit, server = told.of(f"/handshake-{how}"), told.broken[how]

    assert (visit["outcome"], visit["reason"], visit["captures"]) == ("error", "tls", [])
    assert [url for url in told.requests if url.startswith(server.url("/"))] == []
    assert "the TLS handshake with 127.0.0.1 failed" in visit["detail"]


def test_a_server_that_does_not_close_is_left_all_the_same(told: Told) -> None:
    assert told.of("/holding")["outcome"] == "archived"
    assert told.holding.asked.count("/holding") >= LOOKS
    assert told.held <= 3  # of the last second, and half of the one before


def test_what_comes_after_a_broken_chunk_is_not_read_and_its_connection_is_cut(told: Told) -> None:
    visit = told.of("/flood")

    assert (visit["outcome"], visit["reason"]) == ("truncated", "protocol")
    assert "Chunk-size" in visit["detail"]
    assert told.flood.sent < 16 * MIB  # what lies in buffers
    assert told.peak < 400 * MIB
    assert "AttributeError" not in told.said
    assert "Traceback" not in told.said
