"""Visits as a crawler makes them, without its waiting: given answers go through recorder, extractor and differ."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.comparing import compare
from pipelines.config import Config, load_config
from pipelines.keeper import Keeper
from pipelines.model import Exchange, Unreadable, Visit
from pipelines.reading import read
from pipelines.rereading import Rereading, here
from pipelines.urlkey import urlkey

STORM = "https://news.example.org/live/storm"
T0 = datetime(2026, 1, 3, 10, 0, tzinfo=UTC)
RIVER = "The river rose by two metres in the night, the fire service said."
CLOSED = "Schools in the valley stay closed until Monday, the county council has decided."
POWER = "Power is back in the northern districts after eleven hours."
TRAINS = "No trains run between the harbour and the airport before noon."
SHELTER = "The sports hall on Mill Street is open as a shelter for the night."


def page(*texts: str, headline: str = "Flood in the valley") -> bytes:
    """A live page, the newest update first; an update's id and hour follow from its text."""
    known = [RIVER, CLOSED, POWER, TRAINS, SHELTER]
    numbers = [next(n for n, text in enumerate(known) if text[:14] == one[:14]) for one in texts]
    updates = [
        {"@type": "BlogPosting", "@id": f"#u{n}", "articleBody": text, "headline": text[:12],
         "datePublished": f"2026-01-03T0{n + 1}:00:00Z"}
        for n, text in zip(numbers, texts, strict=True)
    ]  # fmt: skip
    blog = {"@context": "https://schema.org", "@type": "LiveBlogPosting", "headline": headline,
            "liveBlogUpdate": updates}  # fmt: skip
    shown = "".join(f"<article id='u{n}'><p>{text}</p></article>" for n, text in zip(numbers, texts, strict=True))
    return (
        f"<!doctype html><html><head><title>Flood</title><script type='application/ld+json'>{json.dumps(blog)}</script>"
        f"</head><body><h1>{headline}</h1>{shown}</body></html>"
    ).encode()


@dataclass
class Crawl:
    """One writing process; each visit comes a minute after the one before."""

    keeper: Keeper
    start: datetime = T0
    made: int = field(default=0)

    def visit(self, payload: bytes | None, *, url: str = STORM, status: int = 200, head: str = "",
              via: str | None = None, truncated: str | None = None, read_it: bool = True) -> Visit:  # fmt: skip
        at = self.start + timedelta(minutes=self.made, microseconds=self.made)
        self.made += 1
        visit = Visit(id=str(uuid.uuid4()), url=url, urlkey=urlkey(url), started=at, why="due", scheduled=at)
        self.keeper.recorder.starting([visit]).result()
        if via:
            self._exchange(visit, url, at, 302, f"Location: {via}\r\n", b"", role="redirect")
        if payload is None:
            exchange = Exchange(url=url, started=at, request=b"", error="connect", detail="nobody answers")
        else:
            exchange = self._exchange(visit, via or url, at, status, head, payload, truncated=truncated)
        kept = self.keeper.recorder.visit(replace(visit, exchange=exchange)).result()
        assert kept is not None
        return self._read(replace(kept, exchange=exchange)) if read_it and kept.reading is None else kept

    def _read(self, visit: Visit) -> Visit:
        assert visit.exchange is not None
        assert visit.exchange.response is not None
        found = read(visit.exchange.response, visit.exchange.url, visit.exchange.started)
        if isinstance(found, Unreadable):
            told = replace(visit, reading=found.reading, detail=found.detail)
        else:
            told = replace(visit, reading="version", version=found)
        rereading = Rereading(self.keeper.catalog, self.keeper.reader, here)
        return compare(told, self.keeper.catalog, self.keeper.keep_reading, rereading)

    def _exchange(self, visit: Visit, url: str, at: datetime, status: int, head: str, payload: bytes, *,
                  role: str = "page", truncated: str | None = None) -> Exchange:  # fmt: skip
        answer = f"HTTP/1.1 {status} Fine\r\nContent-Type: text/html; charset=utf-8\r\n{head}\r\n".encode() + payload
        request = b'GET / HTTP/1.1\r\nHost: news.example.org\r\nIf-None-Match: "x"\r\n\r\n'
        exchange = Exchange(
            url=url, started=at, request=request, response=answer, status=status, fidelity="wire", truncated=truncated
        )
        self.keeper.recorder.exchange(exchange, visit_id=visit.id, role=role, page=visit.urlkey)  # type: ignore[arg-type]
        return exchange


def configured(folder: Path, *, store: str = "archive", catalog: str = "sqlite:///catalog.db", spool: str = "spool",
               endpoint_url: str | None = None) -> Config:  # fmt: skip
    """``<spool>.toml`` in the folder, read; it watches STORM."""
    s3 = f'[s3]\nendpoint_url = "{endpoint_url}"\n' if endpoint_url else ""
    path = folder / f"{spool}.toml"
    path.write_text(
        f'[archive]\nstore = "{store}"\ncatalog = "{catalog}"\nspool = "{spool}"\n{s3}[[watch]]\nurl = "{STORM}"\n'
    )
    return load_config(path)


def a_day(crawl: Crawl) -> None:
    """All that pages do: grow, edit, take away and say it twice, return to what was, break off, vanish, move."""
    crawl.visit(page(RIVER))
    crawl.visit(page(RIVER))  # the same payload: a revisit
    crawl.visit(page(CLOSED, RIVER))
    crawl.visit(page(CLOSED, RIVER.replace("two", "three")))
    crawl.visit(page(CLOSED, RIVER) + b"<!-- new bytes, nothing new said -->")  # back to what it said
    crawl.visit(page(CLOSED, RIVER) + b"<!-- and once more -->")
    crawl.visit(page(POWER, CLOSED, RIVER))
    crawl.visit(page(POWER, RIVER))  # CLOSED was removed ...
    crawl.visit(page(TRAINS, POWER, RIVER))  # ... and a second look lacks it, too
    crawl.visit(b"away", status=404)
    crawl.visit(page(TRAINS)[:200], truncated="disconnect")
    crawl.visit(None)
    crawl.visit(page(TRAINS, RIVER))  # POWER was removed ...
    crawl.visit(page(TRAINS, RIVER))  # ... which the same payload confirms
    crawl.visit(b"", head="Content-Encoding: gzip\r\n")
    crawl.visit(b"\x00\x01\x02" * 100)
    crawl.visit(page(TRAINS, RIVER, headline="Flood: all clear"))
    crawl.visit(page(RIVER), url="https://news.example.org/live/moved", via="https://www.example.org/there")
    crawl.visit(page(CLOSED, RIVER), url="https://news.example.org/live/moved", via="https://www.example.org/there")
