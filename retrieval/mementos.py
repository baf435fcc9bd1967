"""The mementos of a URL: its captures as RFC 7089 looks at them, each known by its second.

What was taken down is none, and who asks for its very second is told so; neither is a second capture within one
second, which no address would reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from pipelines.errors import NotArchived, TakenDown
from pipelines.model import Capture
from pipelines.store.catalog import Catalog
from pipelines.store.catalog_mementos import Around, Seen, Versions
from pipelines.store.catalog_scans import Span
from pipelines.takedowns import Blocks

from .blocked import why_not

_SECOND = timedelta(seconds=1)
_INSTANT = timedelta(microseconds=1)


def second(moment: datetime) -> datetime:
    """What 14 digits can say of a time."""
    return moment.replace(microsecond=0)


class Mementos:
    """Of one URL, by its urlkey. TakenDown, when made, if all of it may not be shown."""

    def __init__(self, catalog: Catalog, urlkey: str, url: str) -> None:
        self._catalog, self._urlkey, self._url = catalog, urlkey, url
        self._blocks: Blocks = catalog.blocks()
        self._blocks.refuse_page(urlkey)

    def exact(self, moment: datetime) -> Capture | None:
        """The one of this second."""
        begin = second(moment)
        return self._next(since=begin, until=begin + _SECOND - _INSTANT)

    def refuse(self, moment: datetime) -> None:
        """TakenDown if what was captured in this second may not be shown."""
        begin = second(moment)
        for one in self._catalog.captures(self._urlkey, role=None, since=begin, until=begin + _SECOND - _INSTANT):
            if one.redacted or self._blocks.capture(one):
                raise TakenDown(why_not(one, self._catalog))

    def nearest(self, moment: datetime | None) -> Capture:
        """The one closest in time, of two equally close the earlier; without a time the newest.

        Before the first it is the first, after the last the last (RFC 7089 4.5.3). Whoever asks knows a memento by its
        second, so that its fractions do not count. NotArchived if there is none.
        """
        if moment is None:
            return self._before() or self._missing()
        if exact := self.exact(moment):
            return exact
        found = [one for one in (self._before(until=moment), self._next(since=moment)) if one]
        return min(found, key=lambda one: abs(second(one.timestamp) - moment), default=None) or self._missing()

    def around(self, capture: Capture) -> Around:
        here = second(capture.timestamp)
        before, after = self._before(until=here - _INSTANT), self._next(since=here + _SECOND)
        first = self._next() if before else capture
        last = self._before() if after else capture
        earlier = before and (self.exact(before.timestamp) or before)
        return Around(
            first=_seen(first or capture),
            before=_seen(earlier) if earlier else None,
            after=_seen(after) if after else None,
            last=_seen(last or capture),
            versions=Versions(*map(self._unless_down, self._catalog.versions_around(self._urlkey, here))),
        )

    def _unless_down(self, version: Seen | None) -> Seen | None:
        return version if version and not self._blocks.words(version.record_id) else None

    def all(self, *, since: datetime | None = None) -> Iterator[Capture]:
        """Oldest first, one of each second."""
        last = None
        for capture in self._open(self._catalog.scan(self._span(since, None))):
            if (now := second(capture.timestamp)) != last:
                yield capture
            last = now

    def _span(self, since: datetime | None, until: datetime | None) -> Span:
        return Span(low=self._urlkey, high=self._urlkey + "\x00", since=since, until=until)

    def _next(self, since: datetime | None = None, until: datetime | None = None) -> Capture | None:
        return next(self._open(self._catalog.scan(self._span(since, until), first=1)), None)

    def _before(self, until: datetime | None = None) -> Capture | None:
        return next(self._open(self._catalog.scan(self._span(None, until), reverse=True, first=1)), None)

    def _open(self, found: Iterable[Capture]) -> Iterator[Capture]:
        return (one for one in found if not (self._blocks and self._blocks.capture(one)))

    def _missing(self) -> Capture:
        raise NotArchived(f"{self._url} is not in this archive")


def _seen(capture: Capture) -> Seen:
    return Seen(capture.timestamp, capture.url, capture.record_id)
