"""How well notices are told apart, on sentences of our own with labels that were written before the rules.

    python -m tests.evaluate.notices [--wrong]

The rules were made looking at one half of the set ("dev"); the other half ("test") was only counted.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.diff.notices import notice_in

KINDS = ("proper", "technical", "none")


@dataclass(frozen=True, slots=True)
class Item:
    half: str
    lang: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """Of one kind of notice in one half."""

    half: str
    kind: str
    items: int
    precision: float
    recall: float

    def __str__(self) -> str:
        return f"{self.half:5} {self.kind:10} {self.items:4}  precision {self.precision:.3f}  recall {self.recall:.3f}"


def items() -> list[Item]:
    lines = Path(__file__).with_suffix(".tsv").read_text(encoding="utf-8").splitlines()
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for lang, label, text in (line.split("\t") for line in lines if line and not line.startswith("#")):
        found.append(Item("test" if seen[lang, label] % 2 else "dev", lang, label, text))
        seen[lang, label] += 1
    return found


def scores(of: Sequence[Item]) -> list[Score]:
    said = [(item, notice_in(item.text)) for item in of]
    found = []
    for half in ("dev", "test"):
        mine = [(item.label, told) for item, told in said if item.half == half]
        for kind in KINDS:
            right = sum(label == told == kind for label, told in mine)
            claimed, there = sum(told == kind for _, told in mine), sum(label == kind for label, _ in mine)
            found.append(Score(half, kind, there, right / claimed if claimed else 1.0, right / there if there else 1.0))
    return found


def report(*, wrong: str = "") -> list[str]:
    """Lines to print; ``wrong``: a half whose mistakes are listed, too."""
    of = items()
    lines = [f"notices: {len(of)} sentences in {len({item.lang for item in of})} languages"]
    lines += [f"  {score}" for score in scores(of)]
    missed = [(item, told) for item in of if item.half == wrong and (told := notice_in(item.text)) != item.label]
    return lines + [f"  {item.lang} is {item.label}, was told {told}: {item.text}" for item, told in missed]


if __name__ == "__main__":
    print("\n".join(report(wrong="dev" if "--wrong" in sys.argv else "")))
