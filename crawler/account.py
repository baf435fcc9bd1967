"""Requests as tokens: time earns them up to a depth, each request spends one, and a restart earns none. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

UNTOLD = timedelta(seconds=10)  # before a kill: what was spent then may not have been told; it is every 3 s


class Account:
    """``rate``: tokens a second; ``most``: so many may be saved up; ``first``: so many there are at the very start."""

    def __init__(self, rate: float, *, most: float, first: float | None = None) -> None:
        self._rate, self._most = rate, most
        self._tokens = most if first is None else first
        self._filled: datetime | None = None

    def tokens(self, now: datetime) -> float:
        """How many there are."""
        passed = (now - self._filled).total_seconds() if self._filled else 0.0
        return min(self._tokens + max(passed, 0.0) * self._rate, self._most)

    def spend(self, at: datetime) -> None:
        """One, perhaps of those that are earned until then."""
        self._tokens, self._filled = self.tokens(at) - 1, at

    def next_at(self, now: datetime) -> datetime:
        """When there is one; ``now`` if there is."""
        return now + timedelta(seconds=max(1 - self.tokens(now), 0.0) / self._rate)

    # what outlives a process --------------------------------------------------------------------------------

    def saved(self, now: datetime) -> float:
        """What is saved up, as the seconds in which it was earned: that holds for another rate, too."""
        return max(self.tokens(now), 0.0) / self._rate

    def recall(self, saved: float, *, away: timedelta, killed: bool, now: datetime) -> None:
        """What an earlier process had saved up when it was heard of last, ``away`` ago.

        Who was killed may have spent all of it, and what the next seconds earned; but no part of a token, else a small
        budget would never come to one.
        """
        seconds = max(away, timedelta()).total_seconds()
        untold = min(seconds, UNTOLD.total_seconds()) if killed else 0.0
        tokens = min((saved + untold) * self._rate, self._most)
        tokens = tokens % 1 if killed else tokens
        self._tokens, self._filled = min(tokens + (seconds - untold) * self._rate, self._most), now
