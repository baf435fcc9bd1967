"""The night desk: which state the page is in, when the next one is due, and the book of what was done.

The only mutable thing of the newsroom. An edit is in the log, on the disk, before anyone can see it.
"""

from __future__ import annotations

import json
import os
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from .chrome import Noise
from .script import Story, advance, opening, steps
from .state import State, iso
from .truth import Truth

NoiseMode = Literal["mixed", "always", "never"]

SHORTEST_HOLD = 2.1  # seconds: a page looked at once a second is seen twice in each state


class Log:
    """JSON lines, appended in the order things happened; ``log`` says edit, request or trouble."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()

    def write(self, kind: str, *entries: dict[str, Any], sync: bool = False) -> None:
        with self._lock:
            for entry in entries:
                self._file.write(json.dumps({"log": kind, **entry}, ensure_ascii=False) + "\n")
            self._file.flush()
            if sync:
                os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


class Desk:
    """Tells ``story`` in ``n_states``; by the clock if ``hold`` is given, else one ``next`` at a time.

    The clock starts with the first look at the live page, so that no reader comes too late for the story; the first
    state stands ``settle`` longer, for a reader that takes a while to get going.
    """

    def __init__(
        self,
        story: Story,
        *,
        now: datetime,
        n_states: int,
        log: Log,
        hold: timedelta | None = None,
        settle: timedelta = timedelta(),
        noise: NoiseMode = "mixed",
    ) -> None:
        self.story = story
        self.log = log
        self.n_states = n_states
        self._steps = steps(story, n_states)
        self._hold, self._settle = hold, settle
        self._noise = noise
        self._lock = threading.RLock()
        self._state = opening(story, now)
        self._first_look: datetime | None = None
        self._visitors = 0

    @property
    def state(self) -> State:
        return self._state

    @property
    def manual(self) -> bool:
        return self._hold is None

    @property
    def finished(self) -> bool:
        return self._state.number == self.n_states - 1

    def ends(self) -> datetime | None:
        """When the last state will have stood as long as the others; None while nobody has looked."""
        if self._first_look is None or self._hold is None:
            return None
        return self._first_look + self._settle + self._hold * self.n_states

    def look(self, now: datetime) -> tuple[State, Noise, bool]:
        """A visitor asks for the live page: the state, the noise to print, and whether this state is quiet.

        In a quiet state every visitor is served the same bytes, as from a cache in front of the site.
        """
        with self._lock:
            self._first_look = self._first_look or now
            self.catch_up(now)
            self._visitors += 1
            state = self._state
            if self._is_quiet(state):
                return state, Noise(now=state.at, visitor=state.number), True
            return state, Noise(now=now, visitor=self._visitors), False

    def noise(self, now: datetime) -> Noise:
        """The noise of the site's other pages."""
        return Noise(now=now, visitor=self._visitors)

    def catch_up(self, now: datetime) -> None:
        """Publish what is due by the clock."""
        with self._lock:
            while not self.finished and (due := self._due()) is not None and due <= now:
                self.publish(now)

    def publish(self, now: datetime) -> list[Truth]:
        """The next state, at once. ValueError when the story is told to its end."""
        with self._lock:
            if self.finished:
                raise ValueError(f"the story ends with state {self._state.number}; start a new newsroom")
            state, done = advance(self._state, self._steps[self._state.number], now)
            self.log.write("edit", *(t.to_json() for t in done), sync=True)
            self._state = state
            return done

    def report(self) -> dict[str, Any]:
        """Where the story stands, for ``/control/state``."""
        with self._lock:
            return {
                "state": self._state.number,
                "states": self.n_states,
                "finished": self.finished,
                "since": iso(self._state.at),
            }

    def _due(self) -> datetime | None:
        if self._first_look is None or self._hold is None:
            return None
        return self._first_look + self._settle + self._hold * (self._state.number + 1)

    def _is_quiet(self, state: State) -> bool:
        return self._noise == "never" or (self._noise == "mixed" and state.number % 4 < 2)


def states_for(seconds: float, story: Story) -> int:
    """How many states fit into ``seconds`` if each is to be seen twice; at least two, at most all."""
    return max(2, min(len(story["steps"]) + 1, int(seconds / SHORTEST_HOLD)))


def seconds_for(story: Story) -> float:
    """The least time in which the whole story can be told step by step, each state seen twice."""
    return SHORTEST_HOLD * (len(story["steps"]) + 1)
