"""Alignment on twenty real versions of one page whose row ids are hidden from it."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import html

from pipelines.diff import align
from pipelines.model import Update

pytestmark = pytest.mark.corpus


@dataclass(frozen=True)
class Score:
    right: int
    claimed: int
    true: int

    @property
    def precision(self) -> float:
        return self.right / self.claimed

    @property
    def recall(self) -> float:
        return self.right / self.true


def rows(saved: Path) -> dict[str, str]:
    """Row id, the hidden truth, -> what the row says."""
    page = html.fromstring(gzip.decompress(saved.read_bytes()))
    return {
        row.get("id"): " | ".join(" ".join(cell.text_content().split()) for cell in row)
        for row in page.xpath("//tr[@id]")
    }


@pytest.fixture(scope="module")
def versions(corpus_dir: Path) -> list[dict[str, str]]:
    return [rows(saved) for saved in sorted((corpus_dir / "diff/nyt-election-2020-html").glob("*.html.gz"))]


def edited(old: dict[str, str], new: dict[str, str]) -> set[tuple[str, str]]:
    """Pairs of row ids that alignment, seeing only the texts, calls the same row with another text."""
    old_ids, new_ids = list(old), list(new)
    pairs = align([Update(text=t) for t in old.values()], [Update(text=t) for t in new.values()])
    both = {(old_ids[i], new_ids[j]) for i, j, _, _ in pairs if i is not None and j is not None}
    return {(a, b) for a, b in both if old[a] != new[b]}


def truly_edited(old: dict[str, str], new: dict[str, str]) -> set[tuple[str, str]]:
    return {(key, key) for key in old.keys() & new.keys() if old[key] != new[key]}


def test_edited_rows_are_found_and_none_invented_with_the_ids_hidden(versions: list[dict[str, str]]) -> None:
    found = [(edited(a, b), truly_edited(a, b)) for a, b in pairwise(versions)]
    score = Score(
        right=sum(len(f & t) for f, t in found),
        claimed=sum(len(f) for f, _ in found),
        true=sum(len(t) for _, t in found),
    )

    assert len(versions) == 20
    assert score.true > 100
    assert (score.precision, score.recall) == (1.0, 1.0)


def test_new_rows_are_added_with_the_ids_hidden(versions: list[dict[str, str]]) -> None:
    for old, new in pairwise(versions):
        pairs = align([Update(text=t) for t in old.values()], [Update(text=t) for t in new.values()])
        new_ids = list(new)

        assert {new_ids[j] for i, j, _, _ in pairs if i is None and j is not None} == new.keys() - old.keys()
