"""Live pages made from a model: the same updates in any of many markups, so that no markup is a special one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Literal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
URL = "https://www.muendungspost.de/liveticker/sturm"
Time = Literal["stated", "offset", "epoch", "clock", "german", "french", "halves", "japanese", "age"]
CLOCKS = {"clock": "%H:%M", "german": "%H.%M Uhr", "french": "%Hh%M", "halves": "%-I:%M %p", "japanese": "%-H時%M分"}
Id = Literal["id", "data", "anchor", "none"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What one update says."""

    number: int
    text: str  # a line per paragraph
    headline: str
    published: datetime  # on the whole minute


@dataclass(frozen=True, slots=True)
class Look:
    """How a page writes its updates down."""

    list_tag: str = "div"
    tag: str = "article"
    token: str = "x"  # the class of the records; none if empty
    time: Time = "stated"
    id: Id = "none"
    titled: bool = False
    structured: bool = False  # JSON-LD says the same
    microdata: bool = False
    extras: bool = False  # share buttons, authors, advertisements between
    flat: Literal["", "h2", "h3", "strong"] = ""  # no records: clocks in headings, or bold before the text

    @property
    def named(self) -> bool:
        """Whether the updates have ids, so that their order may be the editors'."""
        return self.id != "none"


def render(entries: list[Entry], look: Look, at: datetime, *, boilerplate: int = 1, wrapped: bool = False) -> bytes:
    rows = "\n".join((_flat if look.flat else _record)(e, look, at) for e in entries)
    stream = f"<{look.list_tag}>{rows}</{look.list_tag}>"
    if wrapped:
        stream = f"<div><div>{stream}</div></div>"
    script = f'<script type="application/ld+json">{_structured(entries)}</script>' if look.structured else ""
    kind = ' itemscope itemtype="https://schema.org/LiveBlogPosting"' if look.microdata else ""
    return f"""<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Sturm im Liveticker</title>
<meta property="article:modified_time" content="{at.isoformat()}">{script}</head><body>
{_above() * boilerplate}<main{kind}><h1>Sturm im Liveticker</h1>
{stream}</main>{_below() * boilerplate}</body></html>""".encode()


def _record(entry: Entry, look: Look, at: datetime) -> str:
    attributes = f' class="{look.token}"' if look.token else ""
    attributes += {"id": f' id="n{entry.number}"', "data": f' data-post-id="n{entry.number}"'}.get(look.id, "")
    if look.microdata:
        attributes += ' itemprop="liveBlogUpdate" itemscope itemtype="https://schema.org/BlogPosting"'
    stamp = _time(entry, look, at)
    if look.id == "anchor":
        stamp = f'<a href="#n{entry.number}">{stamp}</a>'
    title = f"<h3>{escape(entry.headline)}</h3>" if look.titled else ""
    if look.tag == "tr":
        return f"<tr{attributes}><td>{stamp}</td><td>{title}{_paragraphs(entry)}</td></tr>"
    author = "<span class='autor'>Von Mara Lind</span>" if look.extras else ""
    share = (
        "<div><button>Teilen</button> <a href='https://social.example/s'>Link kopieren</a></div>" if look.extras else ""
    )
    slot = f"<{look.tag} class='w'>Anzeige</{look.tag}>" if look.extras and look.token and entry.number % 2 else ""
    record = f"<div>{stamp} {author}</div>{title}{_paragraphs(entry)}{share}"
    return f"<{look.tag}{attributes}>{record}</{look.tag}>{slot}"


def _paragraphs(entry: Entry) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in entry.text.split("\n"))


def _flat(entry: Entry, look: Look, at: datetime) -> str:
    clock = entry.published.astimezone(ZONE).strftime(CLOCKS[look.time])
    if look.flat == "strong":
        return _paragraphs(entry).replace("<p>", f"<p><strong>{clock}</strong> ", 1)
    title = f": {escape(entry.headline)}" if look.titled else ""
    return f"<{look.flat}>{clock}{title}</{look.flat}>{_paragraphs(entry)}"


def _time(entry: Entry, look: Look, at: datetime) -> str:
    local = entry.published.astimezone(ZONE)
    prop = ' itemprop="datePublished"' if look.microdata else ""
    if look.time == "epoch":
        return f'<span data-time="{round(entry.published.timestamp())}">{local:%H:%M}</span>'
    if look.time in CLOCKS:
        return f"<span>{local.strftime(CLOCKS[look.time])}</span>"
    if look.time == "age":
        return f"<span>vor {round((at - entry.published).total_seconds() / 60)} Minuten</span>"
    stated = (entry.published.astimezone(UTC) if look.time == "stated" else local).isoformat()
    return f'<time datetime="{stated}"{prop}>{local:%H:%M}</time>'


def _structured(entries: list[Entry]) -> str:
    updates = [
        {"@type": "BlogPosting", "@id": f"{URL}#n{e.number}", "datePublished": e.published.isoformat(),
         "articleBody": e.text} for e in entries
    ]  # fmt: skip
    page = {"@type": "LiveBlogPosting", "headline": "Sturm im Liveticker", "liveBlogUpdate": updates}
    return json.dumps(page).replace("</", "<\\/")


def _above() -> str:
    return '<header><a href="/">Mündungspost</a> <a href="/lokales">Lokales</a> <span>Mittwoch</span></header>'


def _below() -> str:
    cards = "".join(
        f'<div class="karte"><a href="/lokales/{n}"><h3>Der Markt in Harl öffnet wieder, {n} Stände sind gemeldet</h3>'
        f'</a><time datetime="2026-01-14T0{n}:00:00Z">0{n}:00</time></div>' for n in range(4, 8)
    )  # fmt: skip
    return f"<section><h2>Auch interessant</h2>{cards}</section><footer><p>Mündungspost, Kai 3</p></footer>"
