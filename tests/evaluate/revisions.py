"""Word operations on arXivEdits: revised sentences whose changed tokens were marked by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipelines.diff.words import diff_tokens

from .scores import Score, held

Marked = frozenset[tuple[str, int]]  # side and token


def words_scored(corpus: Path, part: str) -> Score:
    """Tokens marked as changed, against the annotator who agrees best; ``part``: dev or train."""
    pairs = json.loads((corpus / f"diff/arxivedits/edits-{part}.json").read_text("utf-8"))
    return sum((_best(pair) for pair in pairs.values() if pair["edits-combination-0"]), Score())


def _best(pair: Mapping[str, Any]) -> Score:
    old, new = pair["sentence-1"].split(), pair["sentence-2"].split()
    found = _ours(diff_tokens(old, new))
    answers = [_theirs(pair[name].values()) for name in sorted(pair) if name.startswith("edits-comb") and pair[name]]
    return max((held(found, answer) for answer in answers), key=lambda s: s.f)


def _ours(ops: Iterable[tuple[str, int, int, int, int]]) -> Marked:
    found: set[tuple[str, int]] = set()
    for _, a0, a1, b0, b1 in ops:
        found |= {("old", k) for k in range(a0, a1)} | {("new", k) for k in range(b0, b1)}
    return frozenset(found)


def _theirs(edits: Iterable[Mapping[str, Any]]) -> Marked:
    found: set[tuple[str, int]] = set()
    for edit in edits:
        for side, name in (("old", "sentence-1-token-indices"), ("new", "sentence-2-token-indices")):
            if edit[name]:
                found |= {(side, k) for k in range(*edit[name])}
    return frozenset(found)
