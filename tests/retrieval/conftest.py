"""One small archive, made by the real write path from answers and versions that are given here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import stoppress
from pipelines.comparing import compare
from pipelines.config import Config, load_config
from pipelines.keeper import Keeper
from pipelines.model import Exchange, Update, Version, Visit, Watch
from pipelines.urlkey import urlkey

STORM = "https://news.example.org/live/storm"
MOVED = "https://news.example.org/live/moved"
DOWN = "https://news.example.org/live/down"
WAITING = "https://news.example.org/live/waiting"
T0 = datetime(2026, 1, 3, 10, 0, tzinfo=UTC)

RESCUED = "The fire service says 12 people were rescued from the river."
VERSIONS = (
    ("Storm: roads closed", {"a": "Two roads are closed.", "b": RESCUED}),
    ("Storm: roads closed", {"c": "Power is back in the north.", "a": "Two roads are closed.", "b": RESCUED}),
    ("Storm: bridge <closed> \x1b[31m", {"c": "Power is back in the north.", "b": RESCUED.replace("12", "14")}),
)


def body(number: int) -> bytes:
    """What the server sent for version ``number``; any bytes do, nothing here reads them."""
    return f"<!doctype html><title>v{number}</title>\n\xe9".encode("latin-1") * number


def version(number: int, at: datetime) -> Version:
    headline, texts = VERSIONS[number - 1]
    updates = tuple(
        Update(text=text, id=name, key=f"id:{name}", published=T0 - timedelta(minutes=ord(name)), position=place)
        for place, (name, text) in enumerate(texts.items())
    )
    return Version(url=STORM, at=at, headline=headline, text=" ".join(texts.values()), updates=updates, state="live")


@dataclass
class Newsroom:
    """Makes visits of pages, one after another."""

    keeper: Keeper
    serial: int = 0

    def visit(self, url: str, at: datetime, *, payload: bytes | None, status: int = 200, head: str = "",
              says: Version | None = None, via: str | None = None, reading: str = "none",
              media: str = "text/html") -> Visit:  # fmt: skip
        self.serial += 1
        visit = Visit(id=f"00000000-0000-0000-0000-{self.serial:012}", url=url, urlkey=urlkey(url), started=at)
        self.keeper.recorder.starting([visit]).result()
        if via:
            self._exchange(visit, url, at, 301, f"Location: {via}\r\n", b"", role="redirect")
        if payload is None:
            exchange = Exchange(
                url=url, started=at, request=b"GET / HTTP/1.1\r\n\r\n", error="connect", detail="refused"
            )
        else:
            exchange = self._exchange(visit, via or url, at, status, head, payload, role="page", media=media)
        kept = self.keeper.recorder.visit(replace(visit, exchange=exchange)).result()
        assert kept is not None
        read: Any = "version" if says else "unchanged" if kept.outcome == "revisit" else reading
        return compare(replace(kept, reading=read, version=says), self.keeper.catalog)

    def _exchange(self, visit: Visit, url: str, at: datetime, status: int, head: str, payload: bytes, *,
                  role: Any, media: str = "text/html") -> Exchange:  # fmt: skip
        answer = f"HTTP/1.1 {status} Fine\r\nContent-Type: {media}\r\n{head}\r\n".encode() + payload
        request = b"GET / HTTP/1.1\r\nHost: news.example.org\r\n\r\n"
        exchange = Exchange(url=url, started=at, request=request, response=answer, status=status)
        self.keeper.recorder.exchange(exchange, visit_id=visit.id, role=role)
        return exchange


def fill(config: Config) -> None:
    """STORM with three versions and a revisit; MOVED behind a redirect; DOWN never answered; WAITING unvisited."""
    with Keeper(config) as keeper:
        keeper.catalog.save_watches([Watch(url=url) for url in (STORM, DOWN, WAITING)], now=T0)
        newsroom = Newsroom(keeper)
        for number in (1, 2, 3):
            at = T0 + timedelta(minutes=10 * (number - 1), microseconds=250_000)
            newsroom.visit(STORM, at, payload=body(number), says=version(number, at))
        newsroom.visit(STORM, T0 + timedelta(minutes=30), payload=body(3))
        newsroom.visit(STORM, T0 + timedelta(minutes=40), payload=b"away", status=503)
        newsroom.visit(MOVED, T0, payload=b"elsewhere", via="https://www.example.org/there", reading="empty")
        newsroom.visit(DOWN, T0, payload=None)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a filled archive: stoppress.toml, archive/, spool/. Nobody writes to it any more."""
    folder = tmp_path_factory.mktemp("kept")
    (folder / "stoppress.toml").write_text("[archive]\n")
    fill(load_config(folder / "stoppress.toml"))
    return folder


@dataclass(frozen=True)
class Ran:
    status: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def lines(self) -> list[Mapping[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def run(folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """``stoppress -c FILE WORDS...`` as a person types it."""

    def typed(*words: str, config: Path = folder / "stoppress.toml") -> Ran:
        capfdbinary.readouterr()
        with pytest.raises(SystemExit) as end:
            stoppress.main(["-c", str(config), *words])
        out, err = capfdbinary.readouterr()
        return Ran(int(end.value.code or 0), out, err.decode())

    return typed
