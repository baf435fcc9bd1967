"""What a source is worth: the share of events that it told of, and of its hints that were true. Pure, seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DOUBT = 10.0  # events that a source has missed before it was known: so the first hours do not thin too much
ENOUGH = 10.0  # looks after its hints, before it is judged by them
LEAST_PRECISION, AGAIN = 0.2, 0.3  # below the first it is demoted, from the second on it counts again
REMEMBERED = 200.0  # events, or looks; of more than that all count half: sources change
SLACK = 60.0  # seconds that a time told may be before the event: minutes without seconds
UNTOLD = 30.0  # seconds before a look within which a source that tells by itself may not have told yet


@dataclass(slots=True)
class Worth:
    """Of one source."""

    events: float = 0.0
    told: float = 0.0
    looks: float = 0.0
    found: float = 0.0
    demoted: bool = False

    @property
    def recall(self) -> float:
        """Careful: as if it had missed some already."""
        return self.told / (self.events + DOUBT)

    @property
    def precision(self) -> float | None:
        return self.found / self.looks if self.looks else None

    def looked(self, *, last: float, now: float, ages: Sequence[float], more: float, hints: Sequence[float],
               heard: float) -> None:  # fmt: skip
        """A good look at a page of it, the first since ``last``: it found events of these ages and ``more`` whose time
        is unknown. ``hints``: what the source had told since; ``heard``: when it was last able to."""
        times = [now - age for age in ages if now - age <= heard]
        self.events += len(times) + (more if heard > last else 0.0)
        self.told += sum(any(hint >= time - SLACK for hint in hints) for time in times)
        self.told += more if hints and heard > last else 0.0
        if hints:
            self.looks += 1
            self.found += bool(ages or more)
        if self.events > REMEMBERED:
            self.events, self.told = self.events / 2, self.told / 2
        if self.looks > REMEMBERED:
            self.looks, self.found = self.looks / 2, self.found / 2

    def judged(self) -> bool:
        """Demote or restore it; whether that is a change."""
        if self.looks < ENOUGH or self.precision is None:
            return False
        before = self.demoted
        self.demoted = self.precision < (AGAIN if self.demoted else LEAST_PRECISION)
        return self.demoted != before
