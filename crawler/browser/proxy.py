"""The only way out of our Chromium: an HTTP proxy on loopback that knows each page by its own password.

It ends TLS with a certificate of its own (``certificate``), so that what goes over it can be seen and kept, and hands
each request to the page's ``Passage``. Who has no password of a page that is open now gets 407 and nothing else: not
other processes of the machine, nor Chromium's own errands.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections import defaultdict
from contextlib import suppress
from http import HTTPStatus

from .passage import Answer, Asked, Passage, Refused

log = logging.getLogger(__name__)
HEAD_LIMIT = 256 * 1024  # bytes of a request's head: what Chromium itself sends at most
PATIENCE = 15.0  # seconds for a request's head
_METHOD = re.compile(r"[A-Z]{3,20}")
_LENGTH = re.compile(r"[0-9]{1,9}")


class Proxy:
    """``start`` it, let pages in and out, ``close`` it."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self._pages: dict[str, Passage] = {}
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._under_way: dict[str, set[asyncio.Task[None]]] = defaultdict(set)  # by page

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=HEAD_LIMIT)

    @property
    def address(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def admit(self, page: Passage) -> None:
        self._pages[page.authorization] = page

    async def dismiss(self, page: Passage) -> None:
        """What is still under way for it is given up: its visit is over, and nothing may be kept of it afterwards."""
        self._pages.pop(page.authorization, None)
        await _give_up(self._under_way.pop(page.authorization, set()))

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        await _give_up(self._open)
        await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._serve(reader, writer)
        except (OSError, EOFError, asyncio.LimitOverrunError, TimeoutError, ValueError) as e:
            log.debug("a connection of the browser broke off: %s: %s", type(e).__name__, e)
            writer.transport.abort()
        except asyncio.CancelledError:  # by ourselves alone; asyncio would call it an error of ours
            writer.transport.abort()
        finally:
            self._open.discard(task)
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection: Chromium opens as many as it needs, and each ends as its answer does."""
        method, target, headers = await _head(reader)
        page = self._pages.get(_field(headers, "proxy-authorization"))
        if page is None:
            await _tell(writer, 407, "this proxy belongs to a browser", 'Proxy-Authenticate: Basic realm="stoppress"')
            return
        origin = ""
        if method == "CONNECT":
            writer.transport.pause_reading()  # type: ignore[attr-defined]  # what follows is TLS's, not the reader's
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.wait_for(writer.start_tls(self._tls), PATIENCE)
            origin = "https://" + target.removesuffix(":443")
            method, target, headers = await _head(reader)
        asked = await _asked(reader, method, origin + target, headers, page.limits.body)
        answer = asked if isinstance(asked, Refused) else await self._passed(page, asked)
        await _answer(writer, answer)

    async def _passed(self, page: Passage, asked: Asked) -> Answer | Refused:
        if page.authorization not in self._pages:
            return Refused(403, "its visit is over")
        mine, task = self._under_way[page.authorization], asyncio.current_task()
        assert task is not None
        mine.add(task)
        try:
            return await page.passed(asked)
        finally:
            mine.discard(task)


async def _give_up(tasks: set[asyncio.Task[None]]) -> None:
    for task in list(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _head(reader: asyncio.StreamReader) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Method, target and fields. ValueError: this is not how Chromium speaks."""
    raw = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    first, *lines = raw.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, target, version = first.split(" ")
    if not _METHOD.fullmatch(method) or version != "HTTP/1.1" or not target:
        raise ValueError(f"not a request: {first[:80]!r}")
    pairs = (line.partition(":") for line in lines)
    return method, target, tuple((name.strip(), value.strip()) for name, _, value in pairs)


def _field(headers: tuple[tuple[str, str], ...], name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


async def _asked(reader: asyncio.StreamReader, method: str, url: str, headers: tuple[tuple[str, str], ...],
                 most: int) -> Asked | Refused:  # fmt: skip
    length = _field(headers, "content-length") or "0"
    if _field(headers, "transfer-encoding") or not _LENGTH.fullmatch(length):
        return Refused(411, "a body without a length is not passed on")
    if int(length) > most:
        return Refused(413, f"more than {most} bytes are not sent")
    return Asked(method, url, headers, await reader.readexactly(int(length)))


async def _answer(writer: asyncio.StreamWriter, answer: Answer | Refused) -> None:
    if isinstance(answer, Refused):
        await _tell(writer, answer.status, answer.text)
        return
    writer.write(answer.raw)
    await writer.drain()
    if not answer.whole:
        writer.transport.abort()  # what was cut must not pass for whole in the browser either


async def _tell(writer: asyncio.StreamWriter, status: int, text: str, *more: str) -> None:
    body = text.encode("utf-8", "replace")
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "Content-Type: text/plain; charset=utf-8", *more]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "Connection: close"])
    writer.write(head.encode("latin-1") + b"\r\n\r\n" + body)
    await writer.drain()
