"""A crawl that goes on for a while among servers that never end, take too much, or send it away.

Each has an address of its own in 127.0.0.0/8, for politeness counts by host.
"""

from __future__ import annotations

import asyncio
import json
import signal
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from tests.running import PATIENCE, crawling, stoppress, write_config
from tests.servers.raw_http import Handler, RawServer, page, serving

from .answers import FIRST, Sends, live

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
MIB = 2**20
PROBES = 14  # looks at a page of another host, one each second: as long as the crawl lasts
MANY = 10_000


@dataclass
class Flood:
    """Sends ``start``, then ``piece`` without end, until the client hangs up; ``sent`` counts the bytes it took."""

    start: bytes
    piece: bytes
    pause: float = 0.0
    sent: int = 0

    async def __call__(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.start)
        while True:  # a client that hangs up raises ConnectionError
            await writer.drain()
            writer.write(self.piece)
            self.sent += len(self.piece)
            await asyncio.sleep(self.pause)


def bomb(size: int) -> bytes:
    """gzip of that many bytes; each block can stand alone, so one is made and repeated. Its trailer is wrong."""
    packer = zlib.compressobj(9, wbits=-15)
    plain = b"<p>tick</p>" * (16 * MIB // 11)
    block = packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + block * (size // len(plain)) + packer.flush() + bytes(8)


def floods() -> dict[str, tuple[bytes | Handler, tuple[str, str | None, str]]]:
    """What is sent without end, and how the visit must end."""
    too_large, chunk = ("truncated", "too-large", "none"), b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    packed = bomb(4 * 2**30)
    return {
        "a body of 2 GiB": (Flood(OK + b"Content-Length: %d\r\n\r\n" % 2**31, b"x" * 65536), too_large),
        "chunks without end": (Flood(OK + b"Transfer-Encoding: chunked\r\n\r\n", chunk), too_large),
        "a body without end": (Flood(OK + b"\r\n", b"x" * 65536), too_large),
        "a byte now and then": (
            Flood(OK + b"Content-Length: 9000\r\n\r\n", b"x", 0.3),
            ("truncated", "timeout", "none"),
        ),
        "silence": (Sends(b"", then="stay"), ("error", "timeout", "none")),
        "4 GiB in 4 MiB of gzip": (page(packed, "Content-Encoding: gzip"), ("archived", None, "decode")),
        "a header of 2 MiB": (Flood(OK + b"X: ", b"y" * 65536), ("error", "protocol", "none")),
        "a header without end": (Flood(OK, b"X-Line: again\r\n" * 1000), ("error", "protocol", "none")),
    }


def _refusal(status: str, *headers: str) -> Callable[[], bytes]:
    return lambda: page(b"<p>Not now.</p>", *headers, status=status)


def _until(seconds: int) -> bytes:
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    return page(b"", f"Retry-After: {format_datetime(moment, usegmt=True)}", status="503 Service Unavailable")


# how a host refuses its first visit, and how long it has to be left alone (seconds)
REFUSALS: dict[str, tuple[Callable[[], bytes], float]] = {
    "503 for 3 seconds": (_refusal("503 Service Unavailable", "Retry-After: 3"), 3),
    "429 for 3 seconds": (_refusal("429 Too Many Requests", "Retry-After: 3"), 3),
    "503 until a time": (lambda: _until(4), 3),
    "503 for longer than any crawl": (_refusal("503 Service Unavailable", f"Retry-After: {10**30}"), PATIENCE),
    "503 for garbage": (_refusal("503 Service Unavailable", "Retry-After: soon"), 24),
    "503 for less than nothing": (_refusal("503 Service Unavailable", "Retry-After: -5"), 24),
    "429 without a time, for ever": (_refusal("429 Too Many Requests"), 24),
    "429 for a second, for ever": (_refusal("429 Too Many Requests", "Retry-After: 1"), 1),
}


@dataclass
class Lasted:
    servers: dict[str, RawServer]
    config: Path
    floods: dict[str, Flood]
    visits: list[dict[str, Any]] = field(default_factory=list)
    before: int = 0  # memory of the crawler (bytes) when it had only seen the page of the other host
    peak: int = 0  # at most, later

    def sent(self, name: str) -> int:
        """How much of a flood its client took."""
        return self.floods[name].sent

    def of(self, name: str) -> list[dict[str, Any]]:
        return [visit for visit in self.visits if visit["url"] == self.servers[name].url("/live")]


def lasted(folder: Path) -> Lasted:
    """The floods hold back until the other host was seen twice, so that memory can be measured before."""
    opened = threading.Event()
    with ExitStack() as running:
        made: dict[str, bytes | Handler] = {"other host": page(FIRST)}
        made["many updates"] = _held(page(live(range(MANY, 0, -1))), opened)
        endless = {name: answer for name, (answer, _) in floods().items()}
        made |= {name: _held(answer, opened) for name, answer in endless.items()}
        servers = {name: RawServer(host=f"127.0.0.{n}") for n, name in enumerate([*made, *REFUSALS], start=16)}
        for name, server in servers.items():
            running.enter_context(serving(server))
            server.route("/live", made[name] if name in made else _refuses(server, name))
        config = _config(folder, servers)
        told = Lasted(servers, config, {n: a for n, a in endless.items() if isinstance(a, Flood)})
        with crawling(config, "--for", "80s") as process:
            for visit in _read(process):
                told.visits.append(visit)
                seen = len(told.of("other host"))
                if seen == 2 and not opened.is_set():
                    told.before = memory(process.pid, "VmRSS")
                    opened.set()
                # On a busy machine many updates, or a bomb, take longer to be read than the other host is looked at.
                ready = all(told.of(name) for name in ("many updates", *endless))
                if seen >= PROBES and ready and process.poll() is None:
                    told.peak = max(told.peak, memory(process.pid, "VmHWM"))
                    process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
    return told


def _read(process: Any) -> Iterator[dict[str, Any]]:
    for line in process.stdout:
        yield json.loads(line)


def _held(answer: bytes | Handler, opened: threading.Event) -> Handler:
    async def later(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not opened.is_set():
            await asyncio.sleep(0.05)
        if isinstance(answer, bytes):
            writer.write(answer)
            await writer.drain()
        else:
            await answer(reader, writer)

    return later


def _refuses(server: RawServer, name: str) -> Handler:
    async def reply(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        again = len(server.hits_of("/live")) > 1 and not name.endswith("for ever")
        writer.write(page(FIRST) if again else REFUSALS[name][0]())
        await writer.drain()

    return reply


def _config(folder: Path, servers: dict[str, RawServer]) -> Path:
    often = [server.url("/live") for name, server in servers.items() if name in (*REFUSALS, "other host")]
    once = [server.url("/live") for name, server in servers.items() if name not in (*REFUSALS, "other host")]
    rare = "".join(f'[[watch]]\nurl = "{url}"\nschedule = "every 1h"\n' for url in once)
    config = write_config(folder, *often, more=rare)
    # In five seconds a busy machine does not take 32 MiB from each of several floods at once.
    config.write_text(config.read_text().replace("workers = 1", "workers = 2").replace('"5s"', '"12s"'))
    applied = stoppress("apply", str(config))
    assert applied.code == 0, applied.err
    return config


def memory(pid: int, what: str) -> int:
    """A figure of the kernel's, in bytes: VmRSS (now) or VmHWM (at most so far)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) * 1024
