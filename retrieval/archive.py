"""The archive as Python sees it: pages, their versions, the bytes behind them, and what changed in between.

>>> from stoppress import open_archive
>>> with open_archive("stoppress.toml") as archive:
...     page = archive.page("https://news.example.org/live/storm")
...     print(page.at("2026-01-03T10:00Z").version.headline)
...     for change in page.diff("v1", "v3"):
...         print(change.type, change.new)

Nothing here writes to an archive. Times come back aware and in UTC; where one is asked for, it may be a
datetime, a version's number, or text as in ``URL@TIME`` (``retrieval.lookup``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from pipelines.completeness import Caught, Completeness, completeness_of_all, completeness_of_page
from pipelines.config import Config
from pipelines.errors import ConfigError, NotArchived, TakenDown
from pipelines.model import Capture, Change, Proof, Unreadable, Version, Visit
from pipelines.redaction import blanked, without_sides
from pipelines.rereading import Rereading, here
from pipelines.store.catalog import Chosen, PageSummary, StoredVersion
from pipelines.store.warcs import StoredResponse
from pipelines.takedowns import Takedown
from pipelines.turns import told_from
from pipelines.urlkey import normalise, urlkey

from .blocked import masked, open_ones, open_words, version_block, why_not, without_words
from .later import LaterVersion, later_version, later_versions
from .lookup import Moment, aware, instant, moment
from .missing import nothing_at, nothing_kept
from .results import Changes
from .sources import Source, find
from .wanted import Wanted

if TYPE_CHECKING:
    from .export.choice import Choice
    from .export.result import Exported, Tally

When = Moment | str | None  # None: the newest
Clock = Callable[[], datetime]
FIRST, TOGETHER = 10, 200  # versions of a long list that are read at once, at its begin and later


def _now() -> datetime:
    return datetime.now(UTC)


def open_archive(
    where: str | Path | Config | None = None,
    *,
    endpoint_url: str | None = None,
    region: str | None = None,
    clock: Clock = _now,
) -> Archive:
    """Open an archive for reading: a config file, an archive's directory, or ``s3://bucket/prefix``.

    None is ``stoppress.toml`` here. A store without a catalog is read through its index files: its pages are
    then read again from the WARCs when they are asked for. ``endpoint_url`` and ``region`` are for ``s3://``.

    >>> archive = open_archive("stoppress.toml")
    >>> archive = open_archive("/data/archive")
    >>> archive = open_archive("s3://bucket/prefix", endpoint_url="https://s3.example.net")
    """
    return Archive(find(where, endpoint_url=endpoint_url, region=region), clock=clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(StoredResponse):
    """What the server answered, as archived: ``body`` without transfer coding, with its content coding."""

    capture: Capture


@dataclass(frozen=True, slots=True)
class Place:
    """A record's file, offset and length; ``taken_down``: why its bytes are not given, those of a tombstone lie
    there if ``capture.redacted``."""

    capture: Capture
    taken_down: str | None = None


class Archive:
    """An archive opened for reading; close it, or use it in a ``with`` block."""

    def __init__(self, source: Source, *, clock: Clock = _now) -> None:
        self.catalog, self.reader, self.clock = source.catalog, source.reader, clock
        self._prepare, self._close, self._was_read = source.prepare, source.close, source.was_read

    def page(self, url: str) -> Page:
        """The page behind a URL; WatchlistError if that is no URL of a page.

        >>> archive.page("https://news.example.org/live/storm").versions()
        """
        return Page(self, normalise(url if "://" in url else f"https://{url}"))

    def prepare(self, url: str | None = None) -> None:
        """Read what was not read yet of one page or of all: only a store without a catalog has such pages."""
        self._prepare(url)

    def pages(self) -> list[PageSummary]:
        """Every page that is watched or kept, with its counts. (Without a catalog: of what was read so far.)

        >>> [page.url for page in archive.pages() if page.versions > 1]
        """
        return masked(self.catalog.pages(), self.catalog)

    def completeness(self) -> Completeness:
        """How much of what the watched pages said since their first looks has been captured: an estimate.

        >>> archive.completeness().revisions
        3
        """
        self.prepare()
        watched = tuple(row.urlkey for row in self.catalog.watches())
        return completeness_of_all(self.catalog.caught(Chosen(urlkeys=watched)), self.catalog.lifetimes())

    def completeness_by_page(self) -> dict[str, Completeness]:
        """The same of each page, by its urlkey; not of those that may not be shown.

        >>> sum(one.share is not None for one in archive.completeness_by_page().values())
        1
        """
        blocks = self.catalog.blocks()
        newsrooms, found = self.catalog.lifetimes(), self.catalog.caught()
        return {k: completeness_of_page(k, caught, newsrooms) for k, caught in found.items() if not blocks.page(k)}

    def changes(
        self,
        *,
        url: str | None = None,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        type: str | Sequence[str] = (),  # noqa: A002  the word of the face
        class_: str | None = None,
        stealth: bool | None = None,
        unconfirmed: bool = False,
        differ: str | None = None,
    ) -> Changes:
        """Recorded changes, oldest first; ``since`` and ``until`` are about when they were first seen.

        ``unconfirmed``: also removals that one look alone has seen. ``differ``: what ``stoppress rediff`` found with
        this one, in their place.

        >>> archive.changes(since="2d", type="removed", class_="editorial").to_pandas()
        """
        if url:
            page = self.page(url)
            page.prepare()
        else:
            self.prepare()
        now = self.clock()
        wanted = Wanted(
            urlkey=page.urlkey if url else None,
            since=instant(since, now=now) if since else None,
            until=instant(until, now=now, last=True) if until else None,
            types=(type,) if isinstance(type, str) else tuple(type),
            class_=class_,
            stealth=stealth,
            confirmed=None if unconfirmed else True,
        )
        return Changes(lambda: open_ones(wanted.read(self.catalog, differ), self.catalog.blocks()))

    def export_warc(self, path: str | Path, *, urls: Sequence[str] = (), tags: Sequence[str] = (),
                    since: datetime | str | None = None, until: datetime | str | None = None, force: bool = False,
                    told: Callable[[Tally], None] = lambda tally: None) -> Exported:  # fmt: skip
        """Write captures of pages, of a tag or of a time into a WARC file that stands alone: records as they lie in
        the archive, revisits with their originals. What was taken down is left out and counted.

        The file has its name when it is whole; ``force``: also if another one has it. ``told`` hears after each record
        how far it has come. NotArchived or TakenDown: there is nothing to export; StoppressError: it cannot be written.

        >>> made = archive.export_warc("storm.warc.gz", urls=["https://news.example.org/live/storm"])
        >>> made.tally.responses, made.tally.revisits, dict(made.tally.left_out)
        >>> archive.export_warc("january.warc.gz", since="2026-01", until="2026-01")
        """
        from .export.exporting import export_warc

        choice = self._choice(urls, tags, since, until)
        return export_warc(
            self.catalog, self.reader, choice, Path(path), was_read=self._was_read, force=force, told=told
        )

    def export_wacz(self, path: str | Path, *, urls: Sequence[str] = (), tags: Sequence[str] = (),
                    since: datetime | str | None = None, until: datetime | str | None = None,
                    title: str | None = None, description: str | None = None, sign: str | Path | None = None,
                    force: bool = False,
                    told: Callable[[Tally], None] = lambda tally: None) -> Exported:  # fmt: skip
        """The same as a WACZ, with an index and a list of all versions with their text: replayweb.page opens it.

        ``sign``: a private key in PEM (P-384), which signs who packed it and when.

        >>> archive.export_wacz("storm.wacz", urls=["https://news.example.org/live/storm"], title="The storm").size
        """
        from .export.exporting import export_wacz
        from .export.signing import signer
        from .export.wacz import Names

        by = signer(Path(sign), self.clock) if sign is not None else None
        choice = self._choice(urls, tags, since, until)
        for url in choice.urls or (None,):
            self.prepare(url)
        return export_wacz(
            self.catalog, self.reader, choice, Path(path), names=Names(title, description), signer=by, force=force,
            told=told,
        )  # fmt: skip

    def export_trace(self, path: str | Path, *, urls: Sequence[str] = (), tags: Sequence[str] = (),
                     since: datetime | str | None = None, until: datetime | str | None = None,
                     force: bool = False) -> Exported:  # fmt: skip
        """Write what happened on pages as events in time (CSV), to try schedules on one's own archive.

        >>> archive.export_trace("trace.csv", urls=["https://news.example.org/live/storm"]).tally.events
        """
        from .export.trace import write_trace

        choice = self._choice(urls, tags, since, until)
        for url in choice.urls or (None,):
            self.prepare(url)
        return write_trace(self.catalog, choice, Path(path), force=force)

    def _choice(self, urls: Sequence[str], tags: Sequence[str], since: datetime | str | None,
                until: datetime | str | None) -> Choice:  # fmt: skip
        from .export.choice import choose

        if isinstance(urls, str) or isinstance(tags, str):
            raise ConfigError("urls and tags are lists; write [url] for a single one")
        return choose(self.catalog, urls, tags, since, until, self.clock())

    def close(self) -> None:
        """Give back the catalog's connections; the archive is of no use afterwards."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Page:
    """One page of an archive and its history. NotArchived, with the next step, where there is none; TakenDown
    where it may not be shown."""

    def __init__(self, archive: Archive, url: str) -> None:
        self.url, self.urlkey = url, urlkey(url)
        self._archive, self._catalog = archive, archive.catalog

    def versions(self) -> list[StoredVersion]:
        """All versions, oldest first.

        >>> [(v.seq, v.first_seen, len(v.version.updates)) for v in page.versions()]
        """
        self._prepare()
        blocks, found = self._catalog.blocks(), self._catalog.versions(self.urlkey) or self._missing()
        return [without_words(stored, blocks) for stored in found]

    def listed(self, *, offset: int = 0, limit: int | None = None) -> Iterator[tuple[StoredVersion, int]]:
        """Versions, oldest first, each with the number of changes that led to it: some at a time, as they are taken.

        >>> next(page.listed())[0].first_seen
        """
        self._prepare()
        if self._catalog.latest_version(self.urlkey) is None:
            self._missing()
        return self._some_at_a_time(offset, limit)

    def _some_at_a_time(self, offset: int, limit: int | None) -> Iterator[tuple[StoredVersion, int]]:
        size = FIRST
        while limit is None or limit > 0:
            blocks = self._catalog.blocks()
            blocks.refuse_page(self.urlkey)  # it may have come meanwhile
            found = self._catalog.versions_from(self.urlkey, offset, size if limit is None else min(size, limit))
            if not found:
                return
            numbers = [stored.seq for stored in found]
            between = min(numbers), max(numbers)
            seen = open_ones(self._catalog.changes(urlkey=self.urlkey, between=between, confirmed=True), blocks)
            counts = Counter(stored.to_seq for stored in seen)
            yield from ((without_words(stored, blocks), counts[stored.seq]) for stored in found)
            offset, size = offset + len(found), TOGETHER
            limit = None if limit is None else limit - len(found)

    def at(self, when: When = None) -> StoredVersion:
        """What the page said then: the version shown by the last capture before; the first one if none was.

        >>> page.at("2026-01-03T10:00Z").version.headline
        >>> page.at("v3").version.updates[0].text
        """
        return self._shown(self._stored(when))

    def known(self, when: When = None) -> StoredVersion:
        """``at``, also of a version that may not be shown: then without its words."""
        found = self._stored(when)
        return replace(found, version=blanked(found.version)) if version_block(found, self._catalog) else found

    def _stored(self, when: When) -> StoredVersion:
        """``at``, also of a version that may not be shown."""
        asked = self._moment(when)
        self._prepare()
        if asked is None:
            return self._catalog.latest_version(self.urlkey) or self._missing()
        if isinstance(asked, datetime):
            return self._catalog.version_at(self.urlkey, _end_of(asked)) or self._missing()
        found = self._catalog.version(self.urlkey, asked)
        if found is None:
            numbers = [one.seq for one in self._catalog.turns(self.urlkey)] or self._missing()
            raise NotArchived(nothing_at(self.url, asked, max(numbers)))
        return found

    def versions_by(self, extractor: str) -> list[LaterVersion]:
        """What ``stoppress reextract`` had this extractor read, oldest first; NotArchived if nothing.

        >>> [(v.first_seen, len(v.version.updates)) for v in page.versions_by("stoppress-extract/3")]
        """
        blocks = self._catalog.blocks()
        blocks.refuse_page(self.urlkey)
        found = later_versions(self._catalog, self.urlkey, extractor)
        return [later for later in found if not blocks.record(later.record_id)]

    def at_by(self, extractor: str, when: When = None) -> LaterVersion:
        """What this extractor read in the capture that first showed a version, or in the last one by a time.

        >>> page.at_by("stoppress-extract/3", "v3").version.headline
        """
        asked = self._moment(when)
        end = _end_of(asked) if isinstance(asked, datetime) else asked
        blocks = self._catalog.blocks()
        blocks.refuse_page(self.urlkey)
        found = later_version(self._catalog, self.urlkey, extractor, end, now=self._archive.clock())
        if block := blocks.record(found.record_id):
            raise TakenDown(str(block))
        return found

    def capture(self, when: When = None) -> Capture:
        """The capture of this page that is nearest in time, or the one that first showed a version."""
        found, blocks = self._capture(self._moment(when)), self._catalog.blocks()
        blocks.refuse_page(self.urlkey)
        if found.redacted or blocks.capture(found):
            raise TakenDown(why_not(found, self._catalog))
        return found

    def _capture(self, asked: Moment | None) -> Capture:
        if isinstance(asked, int):
            stored = self.at(asked)
            return self._catalog.capture(stored.record_id) or self._lost(stored.record_id)
        moment = asked or self._archive.clock()
        exact = next(self._catalog.captures(self.urlkey, since=moment, until=_end_of(moment)), None)
        nearest = exact or self._catalog.capture_at(self.urlkey, moment)
        return nearest or self._redirected(moment) or self._missing()

    def get(self, when: When = None) -> Answer:
        """The archived answer nearest in time: exactly the bytes that were served. A revisit has its original's.

        >>> answer = page.get("v3")
        >>> answer.capture.timestamp, answer.status, len(answer.body)
        """
        capture = self.capture(when)
        original = self._catalog.capture(capture.refers_to) if capture.refers_to else None
        if original and original.redacted:
            raise TakenDown(why_not(original, self._catalog))
        stored = self._archive.reader.response(capture, original)
        return Answer(
            capture=capture, status=stored.status, reason=stored.reason, headers=stored.headers, body=stored.body
        )

    def diff(self, a: When, b: When) -> list[Change]:
        """What changed from one version to any other: as recorded between neighbours, else compared now.

        >>> [c.new for c in page.diff("v1", "now") if c.type == "added"]
        """
        old, new = self.at(a), self.at(b)
        if new.seq == old.seq:
            return []
        blocks = self._catalog.blocks()
        if self._is_told(old, new):
            recorded = self._catalog.changes(urlkey=self.urlkey, seq=new.seq)
            return open_words((stored.change for stored in recorded), blocks)
        from .between import between  # only who compares anew waits for what that imports

        versions = [without_words(stored, blocks) for stored in self._catalog.versions(self.urlkey)]
        return open_words(between(old, new, versions, self._reread), blocks)

    def evidence(self, a: When, b: When) -> list[Change]:
        """As ``diff``; of neighbours also where a side was taken down: what is known of each change without its
        words, and both records. Where those lie now: ``place``.

        >>> [(c.type, page.place(c.new_proof)) for c in page.evidence("v1", "v2")]
        """
        old, new = self._stored(a), self._stored(b)
        taken = [v.record_id for v in (old, new) if version_block(v, self._catalog)]
        if not taken or not self._is_told(old, new):
            return self.diff(old.seq, new.seq)
        found = self._catalog.changes(urlkey=self.urlkey, seq=new.seq)
        return [without_sides(stored.change, taken) for stored in found]

    def neighbour(self, stored: StoredVersion, step: int) -> StoredVersion | None:
        """The version before (``step`` -1) or after (1) in time, None at either end: what was imported has a number
        of its own.

        >>> page.neighbour(page.at("v3"), -1).seq
        """
        numbers = [one.seq for one in self._catalog.turns(self.urlkey)]
        place = numbers.index(stored.seq) + step
        return self.at(numbers[place]) if 0 <= place < len(numbers) else None

    def _is_told(self, old: StoredVersion, new: StoredVersion) -> bool:
        """Whether the catalog has the changes from one to the other."""
        return told_from(self._catalog.turns(self.urlkey)).get(new.seq) == old.seq

    def place(self, proof: Proof | None) -> Place | None:
        """Where the record of a proof lies now; None for one that is not in the archive (any more)."""
        capture = self._catalog.capture(proof.record_id) if proof else None
        if capture is None:
            return None
        hidden = capture.redacted or self._catalog.blocks().capture(capture)
        return Place(capture, why_not(capture, self._catalog) if hidden else None)

    def _reread(self, stored: Sequence[StoredVersion]) -> list[Version | Unreadable]:
        """As today's extractor reads them; only where two versions were read by different ones."""
        return Rereading(self._catalog, self._archive.reader, here)(stored)

    def log(self, limit: int | None = None) -> list[Visit]:
        """All visits, or the newest ``limit``, oldest first; each with its one outcome. Also of a page that was
        taken down: that it was looked at is no secret.

        >>> [(visit.started, visit.outcome, visit.reading) for visit in page.log()]
        """
        self._archive.prepare(self.url)
        return self._catalog.visits(self.url, limit=limit) or self._missing()

    def changes(self, **wanted: Any) -> Changes:
        """The recorded changes of this page; as ``Archive.changes``."""
        return self._archive.changes(url=self.url, **wanted)

    def completeness(self) -> Completeness:
        """How much of what the page said since the first look has been captured: an estimate, with its range.

        ``share`` is None where nothing can be said, and ``reason`` says why.

        >>> found = page.completeness()
        >>> found.revisions, f"{found.share:.2f}, from {found.low:.2f} to {found.high:.2f}"
        (3, '0.82, from 0.79 to 0.86')
        """
        self._prepare()
        caught = self._catalog.caught(Chosen(urlkeys=(self.urlkey,))).get(self.urlkey, Caught())
        return completeness_of_page(self.urlkey, caught, self._catalog.lifetimes())

    def takedown(self) -> Takedown | None:
        """Why nothing of this page may be shown; None if it may."""
        return self._catalog.blocks().page(self.urlkey)

    def prepare(self) -> None:
        """TakenDown if nothing of the page may be shown; read what was not read yet."""
        self._prepare()

    def _prepare(self) -> None:
        self._catalog.blocks().refuse_page(self.urlkey)
        self._archive.prepare(self.url)

    def _shown(self, stored: StoredVersion) -> StoredVersion:
        """TakenDown if this version may not be shown."""
        if why := version_block(stored, self._catalog):
            raise TakenDown(why)
        return stored

    def _moment(self, when: When) -> Moment | None:
        if isinstance(when, str):
            return moment(when, now=self._archive.clock())
        return aware(when) if isinstance(when, datetime) else when

    def _redirected(self, moment: datetime) -> Capture | None:
        """A page that redirects is captured under its other URL: its visits know."""
        captures = [c for visit in self._catalog.visits(self.url) for c in visit.captures if c.role == "page"]
        return min(captures, key=lambda c: abs(c.timestamp - moment), default=None)

    def _missing(self) -> NoReturn:
        raise NotArchived(nothing_kept(self.url, self.urlkey, self._archive.pages()))

    def _lost(self, record_id: str) -> NoReturn:
        raise NotArchived(f"{self.url}: the catalog has no record {record_id}, which shows this version")


def _end_of(moment: datetime) -> datetime:
    """A time given to the second means all of that second: what CDX and our own tables print finds its capture."""
    return moment if moment.microsecond else moment + timedelta(microseconds=999_999)
