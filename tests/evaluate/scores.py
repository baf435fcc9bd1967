"""What was found held against what is true: counts that add up, and a line of the report."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Score:
    right: int = 0
    claimed: int = 0
    true: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.claimed + other.claimed, self.true + other.true)

    @property
    def precision(self) -> float:
        return self.right / self.claimed if self.claimed else float(not self.true)

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0

    @property
    def f(self) -> float:
        return 2 * self.right / (self.claimed + self.true) if self.claimed + self.true else 1.0


def held(found: Collection[Hashable], truth: Collection[Hashable]) -> Score:
    return Score(len(set(found) & set(truth)), len(set(found)), len(set(truth)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line: what was measured, on what, and the goal it has, if any."""

    name: str
    data: str
    score: Score
    goal: tuple[tuple[str, float], ...] = ()  # of: precision, recall, f, claimed (at most)

    @property
    def met(self) -> bool | None:
        if not self.goal:
            return None
        return all(self._reaches(what, wanted) for what, wanted in self.goal)

    def _reaches(self, what: str, wanted: float) -> bool:
        value = float(getattr(self.score, what))
        return value <= wanted if what == "claimed" else value >= wanted

    def to_json(self) -> dict[str, Any]:
        s = self.score
        return {
            "name": self.name,
            "data": self.data,
            "precision": round(s.precision, 4),
            "recall": round(s.recall, 4),
            "f": round(s.f, 4),
            "right": s.right,
            "claimed": s.claimed,
            "true": s.true,
            "goal": dict(self.goal),
            "met": self.met,
        }
