"""Pages to be read by the benches: saved ones of a folder, and made ones; and what a next visit to them brings."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lxml import html as lxml_html

from pipelines.evaluation import fetched_at
from pipelines.extract import profiled, reading, source
from pipelines.extract.memory import Memory
from pipelines.extract.profile import shipped
from pipelines.extract.reconcile import Pair
from tests.extract.markup import Entry, Look, render

AT = datetime(2026, 1, 15, 1, 7, tzinfo=UTC)
URL = "https://www.muendungspost.de/liveticker/sturm"
WORDS = """Die Fähre liegt fest bis der Wind nachlässt Feuerwehr pumpt Keller leer und sperrt den Kai am Abend 14 Boote
sind vertäut Busse fahren über den Ring Bäume liegen quer im Rat gegen Sandsäcke und Pumpen heute""".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Page:
    """One page as fetched once."""

    name: str
    html: bytes
    url: str
    at: datetime


def saved(folder: Path) -> Iterator[Page]:
    """Each ``X.html`` that has its ``X.truth.json`` beside it."""
    for file in sorted(folder.rglob("*.html")):
        about = file.with_suffix(".truth.json")
        if about.exists():
            truth = json.loads(about.read_text("utf-8"))
            yield Page(file.stem, file.read_bytes(), truth["url"], fetched_at(truth))


def made(number: int, updates: int, words: int, seed: int = 1) -> Page:
    """``words``: of one update. Records with ids, times, buttons, advertisements; JSON-LD says the same."""
    chance, moment, entries = random.Random(seed), AT - timedelta(minutes=number), []
    for place in range(updates):
        moment -= timedelta(minutes=chance.randint(1, 20))
        text = "\n".join(" ".join(chance.choices(WORDS, k=words // 3)) + "." for _ in range(3))
        entries.append(Entry(7000 - place, text, f"Lage {place} am Kai", moment.replace(second=0)))
    look = Look(token="item live", id="id", titled=True, structured=True, extras=True)
    return Page(f"made, {updates} updates", render(entries, look, AT), URL, AT)


def big() -> Page:
    """About 300 kB, 200 updates, half of it said twice: as elements and as JSON-LD."""
    return replace(made(0, 200, 78), name="made, 300 kB, 200 updates")


def parsed(page: Page) -> Page:
    """The page as the parser writes it, so that pages made from its tree differ from it in nothing else."""
    return replace(page, html=_written(_tree(page.html)))


def without_newest(page: Page) -> Page:
    """The page before its first update came: its elements are not there yet. JSON-LD may have it already."""
    tree = source.parse(page.html, None)
    assert isinstance(tree, source.Source)
    for node in _first_update(tree, page):
        node.drop_tree()
    return replace(page, html=_written(tree.root))


def _first_update(tree: source.Source, page: Page) -> list[lxml_html.HtmlElement]:
    found: list[Pair] = []
    real = reading.updates_of

    def noted(pairs: list[Pair], url: str, memory: Memory | None = None) -> object:
        found.extend(pairs)
        return real(pairs, url, memory)

    reading.updates_of = noted  # type: ignore[assignment]
    try:
        seen = profiled.read(shipped(), tree, page.html, url=page.url, day=page.at.date())
        reading.read(tree, seen, url=page.url, at=page.at, extractor="")
    finally:
        reading.updates_of = real
    return list(next((pair.dom.nodes for pair in found if pair.dom), ()))


def with_tokens(page: Page) -> Page:
    script = b'<script nonce="91c0ff">var request="0f9ab3e2"</script>'
    return replace(page, html=page.html.replace(b"<body", script + b"<body", 1))


def other_tokens(page: Page) -> Page:
    """A server's next answer with the same page, a minute later: other nonces, other data in its scripts."""
    scripts = re.compile(rb"(<script\b(?![^>]*ld\+json)[^>]*>)([^<]+)(</script)", re.IGNORECASE)
    html = scripts.sub(rb"\1\2;window.req='77aa90c1'\3", page.html)
    return replace(page, html=html.replace(b'nonce="91c0ff"', b'nonce="4f77a1"'), at=page.at + timedelta(minutes=1))


def other_box(page: Page, number: int) -> Page:
    """Something else is most read."""
    box = b"<div class='promo'><h4>Most read</h4><p><a href='/n/%d'>The market of Harl, %d stalls</a></p></div></body>"
    return replace(page, html=page.html.replace(b"</body>", box % (number, number)))


def _tree(html: bytes) -> lxml_html.HtmlElement:
    tree = source.parse(html, None)
    assert isinstance(tree, source.Source)
    return tree.root


def _written(root: lxml_html.HtmlElement) -> bytes:
    written: bytes = lxml_html.tostring(root, encoding="utf-8")
    return b"<!doctype html>\n" + written
