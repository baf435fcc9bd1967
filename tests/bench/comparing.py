"""Two versions of a page to its changes, beside what others make of the same two pages. A line per contender.

    make bench-compare

The made pages have 50, 200 and 500 updates, and exactly seven things happened between their two versions. Contenders
take turns within a run; what counts is the ratio of their medians. Ours gets the versions. The line and word
contenders stand here twice: "from HTML" they parse both pages with lxml, take their text and look for hunks, as the
published peers do, and against these the goals are held; the others get the text that our own reader has made already.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher as Plain
from html import escape

from cydifflib import SequenceMatcher
from lxml import etree
from lxml.html import document_fromstring
from trafilatura import extract as whole

from pipelines.diff import align, changes, same
from pipelines.diff.words import tokens
from pipelines.extract import extract
from pipelines.model import Change, Update, Version
from tests.evaluate.tongues import TONGUES, Writer

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
URL = "https://news.example.org/live/storm"
SIZES = (50, 200, 500)
EXPECTED = {"added": 2, "edited": 2, "removed": 1, "moved": 1, "headline": 1}
LONG = 10_000_000  # characters


@dataclass(slots=True)
class Entry:
    number: int
    at: datetime
    sentences: list[str]


def page(entries: list[Entry], headline: str) -> bytes:
    """About a kilobyte of markup an update, as live pages have."""
    updates = "\n".join(
        f'<article class="live-update" id="u{e.number:05}" data-id="{e.number}" data-track="live|{e.number}|view">'
        f'<time datetime="{e.at:%Y-%m-%dT%H:%M:00Z}">{e.at:%H:%M}</time>'
        f'<div class="live-update__body">{_paragraphs(e)}</div>'
        '<footer class="share">'
        f'<a class="share__link" href="https://share.example.org/?u={e.number}">Share</a></footer></article>'
        for e in entries
    )
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{headline}</title></head><body><main>"
        f"<h1>{headline}</h1><section class=live>{updates}</section></main></body></html>"
    ).encode()


def _paragraphs(entry: Entry) -> str:
    return "".join(f'<p class="live-update__text">{escape(sentence)}</p>' for sentence in entry.sentences)


def two_pages(size: int, seed: int = 5) -> tuple[bytes, bytes]:
    """Seven changes: two added, a number and a sentence edited, one removed, one moved, the headline."""
    writer = Writer(TONGUES[0], random.Random(seed))
    first = NOON - timedelta(minutes=5 * size)
    old = [
        Entry(n, first + timedelta(minutes=5 * n), [writer.said([*writer.words(s), str(n)]) for s in
              writer.text(writer.rng.choice(writer.topics), 4)])
        for n in range(size)
    ][::-1]  # fmt: skip
    new = [Entry(e.number, e.at, list(e.sentences)) for e in old]
    new[size // 3].sentences[0] = new[size // 3].sentences[0].replace(".", " 17.")
    new[size // 2].sentences.append(writer.sentence(writer.topics[0]))
    del new[size // 4]
    new.insert(size // 5, new.pop(2 * size // 3))
    for k in (1, 2):
        new.insert(0, Entry(size + k, NOON + timedelta(minutes=k), writer.text(writer.topics[k], 4)))
    return page(old, "Storm reaches the coast"), page(new, "Storm has left the coast")


def read(html: bytes, at: datetime) -> Version:
    said = extract(html, url=URL, at=at)
    if not isinstance(said, Version):
        raise SystemExit(f"the made page cannot be read: {said}")
    return said


def text_of(version: Version) -> str:
    return "\n".join([version.headline or "", *(line for u in version.updates for line in u.text.splitlines())])


def text_from(html: bytes) -> str:
    """A line for each piece of text that a reader sees: what a page monitor compares."""
    root = document_fromstring(html)
    etree.strip_elements(root, "script", "style", with_tail=False)
    return "\n".join(line for piece in root.itertext() if (line := " ".join(piece.split())))


def forget() -> None:
    """What an earlier round left in a cache does not count."""
    same.form.cache_clear()


def contenders(size: int) -> dict[str, Callable[[], object]]:
    old_html, new_html = two_pages(size)
    old, new = read(old_html, NOON), read(new_html, LATER)
    old_text, new_text = text_of(old), text_of(new)

    def hunks(engine: type, split: Callable[[str], list[str]], *, html: bool = False) -> int:
        before, after = (text_from(old_html), text_from(new_html)) if html else (old_text, new_text)
        codes = engine(None, split(before), split(after), False).get_opcodes()
        return sum(tag != "equal" for tag, *_ in codes)

    def ours() -> list[Change]:
        forget()
        return changes(old, new)

    return {
        "versions to changes": ours,
        "the same again": ours,  # the noise of this run
        "difflib on lines, from HTML": lambda: hunks(Plain, str.splitlines, html=True),
        "cydifflib on lines, from HTML": lambda: hunks(SequenceMatcher, str.splitlines, html=True),
        "cydifflib on words, from HTML": lambda: hunks(SequenceMatcher, tokens, html=True),
        "difflib on lines": lambda: hunks(Plain, str.splitlines),
        "cydifflib on lines": lambda: hunks(SequenceMatcher, str.splitlines),
        "cydifflib on words": lambda: hunks(SequenceMatcher, tokens),
        "HTML to changes, both read": lambda: changes(read(old_html, NOON), read(new_html, LATER)),
        "HTML to changes, the new one read": lambda: changes(old, read(new_html, LATER)),
        "trafilatura, one page": lambda: whole(new_html, include_comments=False),
    }


def seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()  # the machine may be shared
    work()
    return time.process_time() - begun


def measured(size: int, rounds: int) -> dict[str, float]:
    """Median seconds a contender; a round warms up. ``changes`` is quick: it is called ten times a turn."""
    who = contenders(size)
    found = [(c.type, c.class_) for c in who["versions to changes"]()]
    kinds = {kind: sum(t == kind for t, _ in found) for kind in EXPECTED}
    if kinds != EXPECTED or len(found) != sum(EXPECTED.values()):
        raise SystemExit(f"{size} updates: these seven changes were expected: {EXPECTED}; reported: {found}")
    taken: dict[str, list[float]] = {name: [] for name in who}
    for number in range(rounds + 1):
        for name, work in who.items():
            times = 10 if work is who["versions to changes"] else 1
            gc.collect()
            spent = seconds(lambda work=work, times=times: [work() for _ in range(times)]) / times
            if number:
                taken[name].append(spent)
    return {name: statistics.median(spent) for name, spent in taken.items()}


def long_texts() -> dict[str, object]:
    """Two texts of 10 MB, and other odd ones: how long does it take, and does the change say that it is coarse?"""
    rng = random.Random(1)
    words = [f"w{n}" for n in range(5000)]
    a, b = (" ".join(rng.choices(words, k=LONG // 6)) for _ in range(2))
    half = a.rfind(" ", 0, len(a) // 2)
    lines = [" ".join(rng.choices(words, k=12)) for _ in range(LONG // 70)]
    edited = [line if n % 1000 else f"{line} anew" for n, line in enumerate(lines)]
    pairs = {
        "nothing in common, one line": (a, b),
        "one word in one line": (a, f"{a[:half]} otherwise{a[half:]}"),
        "one line in 1000 edited": ("\n".join(lines), "\n".join(edited)),
        "lines in another order": ("\n".join(lines), "\n".join(rng.sample(lines, len(lines)))),
        "1 MB without any space": ("ab" * (LONG // 20), "ba" * (LONG // 20)),
        "a * n against (a b) * n, 20,000 tokens": ("a " * 10_000, "a b " * 5_000),
        "a * n against (a b) * n, 10 MB": ("a " * (LONG // 2), "a b " * (LONG // 4)),
    }
    return {name: _of_texts(*pair) for name, pair in pairs.items()}


def _of_texts(x: str, y: str) -> dict[str, object]:
    old, new = (Version(url=URL, at=at, text=text) for at, text in ((NOON, x), (LATER, y)))
    begun = time.process_time()
    (change,) = changes(old, new)
    spent = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"seconds": round(spent, 2), "ops": len(change.ops), "coarse": change.coarse, "peak MB so far": peak}


def many_updates(size: int) -> float:
    """All of them edited, without ids: every one is assigned. SciPy is there already."""
    writer = Writer(TONGUES[0], random.Random(2))
    texts = [writer.text(writer.rng.choice(writer.topics), 3) for _ in range(size)]
    old, new = (
        Version(url=URL, at=at, updates=tuple(_update(" ".join(t) + end) for t in texts))
        for at, end in ((NOON, ""), (LATER, " More follows."))
    )
    align(old.updates[:2], new.updates[:2])
    forget()
    return seconds(lambda: changes(old, new))


def _update(text: str) -> Update:
    return Update(text=text)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench-compare", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="turns of each contender [default: 7]")
    parser.add_argument("--json", action="store_true", help="a line of JSON, nothing else on stdout")
    parser.add_argument("--long", action="store_true", help="with pairs of texts of 10 MB; half a minute")
    asked = parser.parse_args(arguments)
    if asked.rounds < 1:
        parser.error("--rounds takes a number from 1 on")
    taken = {size: measured(size, asked.rounds) for size in SIZES}
    ours = {size: found["versions to changes"] for size, found in taken.items()}
    last = taken[SIZES[-1]]
    report = {
        "milliseconds": {size: {n: round(s * 1000, 3) for n, s in found.items()} for size, found in taken.items()},
        "of difflib on lines, from HTML (goal 0.1)": round(ours[500] / last["difflib on lines, from HTML"], 4),
        "of cydifflib on words, from HTML (goal 0.01)": round(ours[500] / last["cydifflib on words, from HTML"], 5),
        "of difflib on lines, from text": round(ours[500] / last["difflib on lines"], 4),
        "of cydifflib on words, from text": round(ours[500] / last["cydifflib on words"], 5),
        "500 to 50 updates": round(ours[500] / ours[50], 2),
        "HTML to changes of trafilatura": round(
            last["HTML to changes, the new one read"] / last["trafilatura, one page"], 3
        ),
        "500 updates all edited, ms": round(statistics.median(many_updates(500) for _ in range(3)) * 1000, 1),
        "10 MB": long_texts() if asked.long else "not measured (--long)",
    }
    print(json.dumps(report)) if asked.json else _print(report)
    return 0


def _print(report: dict[str, object]) -> None:
    print(f"exactly these at 50, 200 and 500 updates: {EXPECTED}")
    for name, value in report.items():
        if isinstance(value, dict):
            print(name)
            for what, found in value.items():
                print(f"  {what}: {found}")
        else:
            print(f"{name}: {value}")


if __name__ == "__main__":
    sys.exit(main())
