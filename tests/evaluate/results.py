"""Alignment on twenty versions of the 2020 results page of the New York Times, its row ids hidden."""

from __future__ import annotations

import gzip
from itertools import pairwise
from pathlib import Path

from lxml import html

from pipelines.diff import align
from pipelines.model import Update

from .scores import Score, held

Rows = dict[str, str]  # row id, the hidden truth -> what the row says


def versions(corpus: Path) -> list[Rows]:
    return [_rows(saved) for saved in sorted((corpus / "diff/nyt-election-2020-html").glob("*.html.gz"))]


def edited_scored(pages: list[Rows]) -> tuple[Score, Score]:
    """Pairs that read differently, and rows that are new."""
    edited, new = Score(), Score()
    for a, b in pairwise(pages):
        pairs = align([Update(text=t) for t in a.values()], [Update(text=t) for t in b.values()])
        olds, news = list(a), list(b)
        both = {(olds[i], news[j]) for i, j, _, _ in pairs if i is not None and j is not None}
        found = {(x, y) for x, y in both if a[x] != b[y]}
        edited += held(found, {(key, key) for key in a.keys() & b.keys() if a[key] != b[key]})
        new += held({news[j] for i, j, _, _ in pairs if i is None and j is not None}, b.keys() - a.keys())
    return edited, new


def _rows(saved: Path) -> Rows:
    page = html.fromstring(gzip.decompress(saved.read_bytes()))
    return {
        row.get("id"): " | ".join(" ".join(cell.text_content().split()) for cell in row)
        for row in page.xpath("//tr[@id]")
    }
