"""A machine's clock that a test can set, beside one that nobody can."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.clock import Clock

NOON = 1_767_441_600.0  # 2026-01-03T12:00:00Z
HOUR, DAY, YEAR = 3600.0, 86_400.0, 365 * 86_400.0


@dataclass
class Machine:
    wall: float = NOON
    steady: float = 0.0

    def clock(self) -> Clock:
        return Clock(lambda: self.wall, lambda: self.steady)

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds
