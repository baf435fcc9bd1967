"""When each source is asked: not more often than wanted, than its caches allow, than it has strength for. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipelines.hints import Document, Entry

LONGEST_WAIT = timedelta(days=1)  # after many failures, or a long max-age
SPREAD = timedelta(minutes=1)  # over which sources that were never asked begin
JITTER = 0.1  # of an interval
KNOWN = 50_000  # entries of a source that are remembered
CHILDREN = 3  # sitemaps of an index that are read with it
UNCONDITIONAL_EVERY = 20  # some servers lie with 304
LONGEST_VALIDATOR = 1000  # characters


@dataclass(slots=True)
class Source:
    """One feed or sitemap that is polled. ``failures``: in a row; ``heard``: the last poll that went well."""

    url: str
    every: timedelta
    kind: str = ""  # as configured: feed, sitemap; "": whichever it is
    websub: bool = True
    again: datetime | None = None  # None: it was not planned yet
    heard: datetime | None = None
    failures: int = 0
    detail: str = ""
    asking: bool = False
    polls: int = 0
    validators: dict[str, dict[str, str]] = field(default_factory=dict)  # by document: request header -> value
    known: dict[str, tuple[str, datetime | None]] = field(default_factory=dict)  # entries as they were seen last
    read: set[str] = field(default_factory=set)  # documents that were read before
    left: list[str] = field(default_factory=list)  # what a poll that was broken off has still to ask for
    children: tuple[str, ...] = ()  # of an index
    hub: str = ""  # that its feed names ...
    topic: str = ""  # ... and what it is called there

    def begins(self, now: datetime, again: datetime | None) -> None:
        """``again``: what was planned before a restart; ``every`` may be another since."""
        first = now + min(self.every, SPREAD) * _share(self.url)
        longest = max(self.every, LONGEST_WAIT) if self.failures else self.every * (1 + JITTER)
        self.again = first if again is None else min(max(again, now), now + longest)

    def is_due(self, now: datetime) -> bool:
        return not self.asking and (self.again is None or now >= self.again)

    def conditional(self, document: str) -> dict[str, str]:
        """Headers that ask only for what is new."""
        whole = self.polls > 0 and self.polls % UNCONDITIONAL_EVERY == 0
        return {} if whole else self.validators.get(document, {})

    def was_read(self, document: str, validators: dict[str, str]) -> None:
        self.validators[document] = {name: v for name, v in validators.items() if len(v) <= LONGEST_VALIDATOR}

    def names(self, children: tuple[str, ...]) -> None:
        """What its index leads to now; of what it led to before nothing is kept."""
        self.children, there = children, {self.url, *children}
        self.validators = {name: known for name, known in self.validators.items() if name in there}
        self.read &= there

    def went_well(self, now: datetime, *, fresh: timedelta = timedelta()) -> None:
        """``fresh``: for so long its caches give the same."""
        self.failures, self.detail, self.heard, self.left = 0, "", now, []
        self.polls += 1
        self.again = now + max(self.every * self._jitter(), min(fresh, LONGEST_WAIT))

    def failed(self, now: datetime, detail: str, *, for_long: bool = False) -> bool:
        """Asked again later each time; whether that is news. ``for_long``: it says that it is gone for good."""
        self.failures, self.left = self.failures + 1, []
        news, self.detail = self.failures == 1, detail
        wait = self.every * 2.0 ** min(self.failures, 12)
        self.again = now + (LONGEST_WAIT if for_long else max(min(wait, LONGEST_WAIT), self.every)) * self._jitter()
        return news

    def news(self, document: str, read: Document, now: datetime) -> list[tuple[str, datetime]]:
        """(urlkey, when) of entries that are new or whose time moved since they were seen last.

        Of a document that was never read all is backlog: what has a time may be news to its page, the rest is not.
        """
        first, found = document not in self.read, []
        for entry in read.entries:
            if not self._is_new(entry):
                continue
            if at := entry.at or (None if first else now):
                found.append((entry.urlkey, min(at, now)))
            self.known.pop(entry.id, None)  # dicts keep the order of arrival: the oldest are forgotten
            self.known[entry.id] = entry.stamp, entry.at
        while len(self.known) > KNOWN:
            del self.known[next(iter(self.known))]
        self.read.add(document)
        return found

    def _is_new(self, entry: Entry) -> bool:
        if entry.id not in self.known:
            return True
        stamp, at = self.known[entry.id]
        return stamp != entry.stamp and (at is None or entry.at is None or entry.at > at)

    def moved(self, by: timedelta) -> None:
        """The clock was set."""
        self.again = self.again + by if self.again else None
        self.heard = self.heard + by if self.heard else None

    def _jitter(self) -> float:
        """The same for a source and poll, so that sources do not march in step: 1 to 1.1."""
        return 1 + JITTER * _share(f"{self.url} {self.polls} {self.failures}")


def _share(text: str) -> float:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32
