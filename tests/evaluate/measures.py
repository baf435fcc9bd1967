"""The figures of comparison, one generator a data set; those without the corpus can be had everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from pipelines.diff import align, changes
from pipelines.diff.changes import names
from pipelines.diff.sentences import sentences
from pipelines.model import Update, Version

from . import drafts, notices, results, revisions
from .baselines import line_pairs
from .front_pages import hours
from .live_blogs import NOON, Made, made
from .noise import looks
from .scores import Figure, Score, held
from .tongues import TONGUES

# Numbers in the code were chosen on the seeds from 100 on; these are measured.
SEEDS = range(8)
Pairs = set[tuple[int, int]]


def of_noise() -> Iterator[Figure]:
    """Pages nobody edited: every editorial change is one too many."""
    for kind in looks():
        found = sum(len(each) for each in kind.editorial())
        pairs = len(kind.pages) - 1
        yield Figure(name="editorial changes", data=f"unedited: {kind.name}, {pairs} pairs", score=Score(0, found, 0),
                     goal=(("claimed", 0),))  # fmt: skip


def of_notices() -> Iterator[Figure]:
    """Sentences with labels that were written before the rules; of "test" the rules' writer saw only the count."""
    yield from notices.figures()


def of_live_blogs() -> Iterator[Figure]:
    for size in (200, 500):
        yield from _live(_made(size), f"live blog, {size}, an hour missed, 5 languages")
    yield from _live(_made(200, minutes=5), "live blog, 200, 5 minutes, 5 languages", goals=False)
    yield from _live(_made(200, timed=False), "live blog, 200, an hour missed, no times", goals=False)


def _made(size: int, **how: Any) -> list[Made]:
    return [made(seed, size, tongue=tongue, **how) for tongue in TONGUES for seed in SEEDS]


def of_real_texts(corpus: Path) -> Iterator[Figure]:
    """The same made edits, on texts of real live pages."""
    texts = list(_texts(corpus))
    pages = [made(seed, 150, texts=texts) for seed in SEEDS]
    yield from _live(pages, f"live blog, 150, an hour missed, {len(texts)} real texts", goals=False)


def _texts(corpus: Path) -> Iterator[list[str]]:
    for file in sorted((corpus / "live-pages").rglob("*.truth.json")):
        for entry in json.loads(file.read_text("utf-8"))["entries"]:
            if said := sentences(entry.get("full") or ""):
                yield said


def _live(pages: Sequence[Made], data: str, *, goals: bool = True) -> Iterator[Figure]:
    every, changed, rewritten, lines = Score(), Score(), Score(), Score()
    moved, merged, split = Score(), Score(), Score()
    for page in pages:
        pairs = _pairs(page.old, page.new)
        every += held(pairs, page.pairs)
        changed += held(_reads_otherwise(page.old, page.new, pairs), page.changed)
        lines += held(_reads_otherwise(page.old, page.new, line_pairs(page.old, page.new)), page.changed)
        rewritten += Score(len(pairs & page.rewritten), len(pairs & page.rewritten), len(page.rewritten))
        typed = _Typed(page)
        moved += held(typed.moved, page.moved)
        merged += held(typed.merged, page.merged)
        split += held(typed.split, page.split)

    def figure(name: str, score: Score, *goal: tuple[str, float]) -> Figure:
        return Figure(name=name, data=data, score=score, goal=goal if goals else ())

    yield figure("pairs", every)
    yield figure("changed pairs", changed, ("f", 0.96))
    yield figure("changed pairs, a line diff", lines)
    yield figure("rewrites found", rewritten, ("recall", 0.90))
    yield figure("moves", moved, ("precision", 0.98), ("recall", 0.98))
    yield figure("merges", merged, ("recall", 0.70))
    yield figure("splits", split)


class _Typed:
    """What ``changes`` says of a page, in positions again."""

    def __init__(self, page: Made) -> None:
        old = Version(url="https://news.example.org/live", at=NOON, updates=page.old)
        new = Version(url=old.url, at=NOON + timedelta(hours=1), updates=page.new)
        at_old, at_new = ({name: k for k, name in enumerate(names(v.updates))} for v in (old, new))
        partner = {j: i for i, j in _pairs(page.old, page.new)}
        found = changes(old, new)
        self.moved = {int(c.old or 0) for c in found if c.type == "moved"}
        self.merged = {(at_old[c.update or ""], at_new[c.other or ""]) for c in found if c.type == "merged"}
        self.split = {(partner[at_new[c.other or ""]], at_new[c.update or ""]) for c in found if c.type == "split"}


def of_front_pages() -> Iterator[Figure]:
    for every, goal in ((1, (("precision", 0.90), ("recall", 0.90))), (6, ())):
        ours, lines = Score(), Score()
        for tongue in TONGUES:
            for seed in SEEDS:
                for hour in hours(seed, 12, tongue=tongue, every=every):
                    ours += held(_reads_otherwise(hour.old, hour.new, _pairs(hour.old, hour.new)), hour.edited)
                    lines += held(_reads_otherwise(hour.old, hour.new, line_pairs(hour.old, hour.new)), hour.edited)
        data = f"front page, 120 items, {every} h apart"
        yield Figure(name="edited", data=data, score=ours, goal=goal)
        yield Figure(name="edited, a line diff", data=data, score=lines)


def of_results(corpus: Path) -> Iterator[Figure]:
    edited, new = results.edited_scored(results.versions(corpus))
    exact = (("precision", 1.0), ("recall", 1.0))
    yield Figure(name="edited", data="NYT 2020, 20 versions, ids hidden", score=edited, goal=exact)
    yield Figure(name="new", data="NYT 2020, 20 versions, ids hidden", score=new, goal=exact)


def of_drafts(corpus: Path) -> Iterator[Figure]:
    for part, goals in (("A", False), ("B", True)):
        every, changed = drafts.links_scored(drafts.group(corpus, part))
        data = f"ArgRewrite v2, group {part}"
        yield Figure(name="sentence links", data=data, score=every, goal=(("f", 0.965),) if goals else ())
        yield Figure(name="changed links", data=data, score=changed, goal=(("f", 0.93),) if goals else ())


def of_revisions(corpus: Path) -> Iterator[Figure]:
    for part, goals in (("train", False), ("dev", True)):
        score = revisions.words_scored(corpus, part)
        yield Figure(name="word tokens", data=f"arXivEdits {part}", score=score, goal=(("f", 0.950),) if goals else ())


def _pairs(old: Sequence[Update], new: Sequence[Update]) -> Pairs:
    return {(i, j) for i, j, _, _ in align(old, new) if i is not None and j is not None}


def _reads_otherwise(old: Sequence[Update], new: Sequence[Update], pairs: Pairs) -> Pairs:
    return {(i, j) for i, j in pairs if (old[i].headline, old[i].text) != (new[j].headline, new[j].text)}
