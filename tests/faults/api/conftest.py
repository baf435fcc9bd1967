"""An archive of hostile pages behind ``stoppress serve``, and raw sockets to ask it by."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pipelines.config import load_config
from pipelines.keeper import Keeper
from pipelines.model import Update, Version
from pipelines.urlkey import urlkey
from tests.judges.services import running
from tests.retrieval.conftest import T0, Newsroom

PAGE = "https://news.example.org/live/storm"
LEADS = "https://news.example.org/live/leads"
LOST = "https://news.example.org/live/lost"
OTHER = "https://news.example.org/live/other"
STAMP = f"{T0:%Y%m%d%H%M%S}"
# What a browser would obey, if it got it as anything but text.
SCRIPT = "document.documentElement.dataset.hacked = 'yes'"
EVIL = (
    f'<script>{SCRIPT}</script><img src=x onerror="{SCRIPT}"></style></title></textarea>\'"--><svg onload="{SCRIPT}">'
)
HEAD = "Link: <https://evil.example/>; rel=preload\r\nX-Evil: a\rSet-Cookie: b=1\r\n"


@dataclass(frozen=True)
class Service:
    """``lost``: the record ids of a revisit and of its original, which is gone."""

    base: str
    archive: str
    config: Path
    lost: tuple[str, str]

    @property
    def origins(self) -> tuple[str, str]:
        return self.base, self.archive


def raw(origin: str, request: str | bytes, patience: float = 20) -> bytes:
    """All that comes back; HOST in the request is the origin's."""
    where = urlsplit(origin)
    said = request.encode("latin-1") if isinstance(request, str) else request
    with closing(socket.create_connection((where.hostname or "", where.port or 0), timeout=patience)) as connection:
        connection.sendall(said.replace(b"HOST", where.netloc.encode()))
        found = b""
        while piece := connection.recv(65536):
            found += piece
        return found


def get(origin: str, path: str, *headers: str) -> bytes:
    """A GET of exactly this path."""
    lines = "".join(f"{header}\r\n" for header in headers)
    return raw(origin, f"GET {path} HTTP/1.1\r\nHost: HOST\r\n{lines}Connection: close\r\n\r\n")


def body(answer: bytes) -> bytes:
    """Without chunks, if it came in some."""
    head, _, rest = answer.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" not in head.lower():
        return rest
    found = b""
    while size := int(rest.partition(b"\r\n")[0], 16):
        rest = rest.partition(b"\r\n")[2]
        found, rest = found + rest[:size], rest[size + 2 :]
    return found


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def said(number: int) -> Version:
    texts = (f"{EVIL} one", f"{EVIL} two")[:number]
    updates = tuple(
        Update(text=text, headline=EVIL, id=EVIL, key=f"id:{EVIL}{n}", authors=(EVIL,), links=("javascript:" + SCRIPT,))
        for n, text in enumerate(texts)
    )
    at = T0 + timedelta(minutes=number)
    return Version(url=PAGE, at=at, headline=f"{EVIL} {number}", text=" ".join(texts), updates=updates, state="live")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    config = tmp_path_factory.mktemp("api") / "stoppress.toml"
    config.write_text("[archive]\n")
    with Keeper(load_config(config)) as keeper:
        newsroom = Newsroom(keeper)
        for number in (1, 2):
            version = said(number)
            newsroom.visit(PAGE, version.at, payload=f"{EVIL}{number}".encode(), says=version, head=HEAD)
        newsroom.visit(LEADS, T0, payload=b"", status=302, head="Location: /%0d%0aSet-Cookie:%20a=1?<q>,\r\n")
        newsroom.visit(LOST, T0, payload=b"the original", reading="empty")
        newsroom.visit(LOST, T0 + timedelta(minutes=5), payload=b"the original")
        newsroom.visit(OTHER, T0, payload=b"another page", reading="empty")
        original, revisit = keeper.catalog.captures(urlkey(LOST))
        [damaged] = keeper.catalog.captures(urlkey(OTHER))
    with closing(sqlite3.connect(config.parent / "archive" / "catalog.db")) as catalog, catalog:
        catalog.execute("DELETE FROM captures WHERE record_id = ?", [original.record_id])
    [file] = (config.parent / "archive" / "warc").rglob("*.warc.gz")
    data = bytearray(file.read_bytes())
    data[damaged.offset + damaged.length // 2] ^= 4
    file.write_bytes(data)
    lost = (revisit.record_id, original.record_id)
    with running(config, "serve") as told:
        yield Service(told["base_url"], told["archive_url"], config, lost)
