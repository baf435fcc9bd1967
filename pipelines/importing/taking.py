"""Foreign captures -> records, visits and captures of this archive, each once.

    capture | whose page? | there already? | its original? -> records -> visit -> on disk

Ids are made of page, second and digest: what a killed import has written has the same ids when it is done again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pipelines.cdxj import timestamp14
from pipelines.crashpoint import crashpoint
from pipelines.entity import Message, head, parse
from pipelines.keeper import Keeper
from pipelines.ledger import shows_a_page
from pipelines.model import IMPORT, Capture, Exchange, Role, Visit
from pipelines.promise import Promise
from pipelines.recent import Recent
from pipelines.roles import ROLES
from pipelines.store.spool import used
from pipelines.urlkey import urlkey
from pipelines.warc import Record, content, exchange_records, named_id, revisit_record, sha256

from .foreign import Foreign, RefusedError
from .pages import Pages

_TOGETHER = 100  # visits, and ...
_HELD = 32 * 2**20  # ... bytes that wait for the disk
_SECOND = timedelta(seconds=1)
_PARTS: tuple[str, ...] = (*ROLES, "redirect", "requisite")
OTHER_PAGE, THERE, SAME_SECOND, REDIRECT, NO_PAGE, TAKEN_DOWN, OTHER = (
    "of other pages", "there already", "of the same second as another capture", "redirects", "no pages",
    "of pages that were taken down", "no answers of pages",
)  # fmt: skip


Noted = Callable[[str, datetime, str], None]  # a capture by URL and time, and what is to be told of it


@dataclass(slots=True)
class Tally:
    """What came of an import so far."""

    records: int = 0
    taken: int = 0
    revisits: int = 0  # of them
    size: int = 0  # bytes of their blocks
    passed: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    readings: Counter[str] = field(default_factory=Counter)
    changes: int = 0
    first: datetime | None = None
    last: datetime | None = None


class Waiting(RefusedError):
    """A revisit whose original has not come yet."""


class Taking:
    """``take`` captures, in any order; ``flush`` before anything else is asked of the catalog."""

    def __init__(self, keeper: Keeper, pages: Pages, tally: Tally, noted: Noted) -> None:
        """``noted``: hears of a capture that is passed over although its page is asked for."""
        self._keeper, self._pages, self._tally, self._noted = keeper, pages, tally, noted
        self._waiting: list[tuple[Promise[Visit | None], list[Foreign]]] = []
        self._held = 0
        self._seconds: set[tuple[str, str]] = set()  # that the catalog may not have yet
        self._originals: Recent[tuple[str, str], Capture] = Recent()
        self._blocks = keeper.catalog.blocks()
        self.seen: set[str] = set()  # urlkeys of the pages whose captures were given, there already or not

    def wants(self, record: Record, url: str) -> str:
        """From the named fields alone: "" if the block is wanted, else why not."""
        if record.type not in ("response", "revisit") or not url.startswith(("http://", "https://")):
            return OTHER
        if record.get("Stoppress-Visit"):  # the page may be another one's, that led here
            return ""
        return "" if self._pages.page(url) else OTHER_PAGE

    def take(self, group: Sequence[Foreign]) -> None:
        """The captures of one visit, the page's own among them: as a rule it is alone.

        RefusedError: it cannot be kept; Waiting: not yet.
        """
        page = next((one for one in group if one.role == "page"), None)
        if page is None:
            self._tally.passed[OTHER] += len(group)
            return
        url = self._page_of(page, group)
        why = self._why_not(page, url)
        if url is not None and why in ("", THERE):
            self.seen.add(urlkey(url))
        if why or url is None:
            self._tally.passed[why or OTHER_PAGE] += len(group)
            if why in (SAME_SECOND, TAKEN_DOWN):
                self._noted(page.url, page.at, f"passed over, it is {why}")
            return
        self._keep(url, page, [page, *(one for one in group if one is not page and one.role in _PARTS)])

    def has(self, url: str, at: datetime) -> bool:
        """Whether there is a capture of this page in this second, with http or https: 14 digits address it."""
        if (urlkey(url), timestamp14(at)) in self._seconds:
            self.flush()
        return bool(self._in_second(url, at))

    def flush(self) -> None:
        """All that was taken is on disk, and in the catalog. StoreError: it is not."""
        waiting, self._waiting, self._held = self._waiting, [], 0
        for promise, group in waiting:
            visit = promise.result()
            self._note(group, visit.captures if visit else ())
        self._seconds.clear()
        crashpoint("imported")

    def _page_of(self, page: Foreign, group: Sequence[Foreign]) -> str | None:
        redirects = sorted((one for one in group if one.role == "redirect"), key=lambda one: one.at)
        addresses = [one.url for one in (*redirects[:1], page)]
        return next((found for url in addresses if (found := self._pages.page(url))), None)

    def _why_not(self, page: Foreign, url: str | None) -> str:
        if url is None:
            return OTHER_PAGE
        if page.kind == "response":
            message = head(page.block)
            if message.status in (301, 302, 303, 307, 308):
                return REDIRECT
            if not self._pages.is_page(url, _mime(message)):
                return NO_PAGE
        if self._blocks.page(urlkey(url)):
            return TAKEN_DOWN
        return self._there(page)

    def _there(self, page: Foreign) -> str:
        if not self.has(page.url, page.at):
            return ""
        there = self._in_second(page.url, page.at)
        self._note([page], there)
        revisit = page.kind == "revisit" and any(one.kind == "revisit" for one in there)
        return THERE if revisit or any(one.digest == _digest(page.block) for one in there) else SAME_SECOND

    def _in_second(self, url: str, at: datetime) -> list[Capture]:
        second = at.replace(microsecond=0)
        end = second + _SECOND - timedelta(microseconds=1)
        return list(self._keeper.catalog.captures(urlkey(url), role=None, since=second, until=end))

    def _keep(self, url: str, page: Foreign, group: list[Foreign]) -> None:
        visit_id = named_id("visit", url, timestamp14(page.at))
        records, exchange = [], None
        for one in group:
            made = self._records(one, visit_id)
            exchange = exchange or made[1]
            records.append(made[0])
        visit = Visit(
            id=visit_id, url=url, urlkey=urlkey(url), started=min(one.at for one in group), why=IMPORT,
            exchange=exchange, found=page.found,
        )  # fmt: skip
        if page.kind == "revisit":  # of what, and whether that still stood then, its reading will tell
            visit = replace(visit, outcome="archived", status=200)
        self._make_room()
        self._waiting.append((self._keeper.recorder.made(records, visit), group))
        self._seconds.add((urlkey(page.url), timestamp14(page.at)))
        self._held += sum(len(one.block) for one in group)
        self._tally.taken += 1
        self._tally.revisits += page.kind == "revisit"
        self._tally.size += sum(len(one.block) for one in group)
        self._tally.first = min(page.at, self._tally.first or page.at)
        self._tally.last = max(page.at, self._tally.last or page.at)
        if len(self._waiting) >= _TOGETHER or self._held > _HELD:
            self.flush()

    def _records(self, one: Foreign, visit_id: str) -> tuple[tuple[Record, ...], Exchange]:
        role: Role = one.role  # type: ignore[assignment]
        exchange = Exchange(
            url=one.url, started=one.at, request=b"", response=one.block, fidelity="imported",
            truncated=one.truncated, ip_address=one.ip_address,
        )  # fmt: skip
        record_id = f"urn:uuid:{named_id('record', visit_id, one.role, one.url, one.at.isoformat(), one.record_id)}"
        if one.kind == "revisit":
            original = self._original(one)
            unmodified = "not-modified" in one.profile
            made = revisit_record(
                exchange, record_id=record_id, visit_id=visit_id, role=role, original=original, unmodified=unmodified
            )
            return (made,), exchange
        status = head(one.block).status
        detail = "" if shows_a_page(status) else f"{one.url} answered {status} when others asked for it"
        exchange = replace(exchange, status=status, detail=detail)
        kept = exchange_records(exchange, record_id=record_id, visit_id=visit_id, role=role, original=None)
        return kept.records, exchange

    def _original(self, one: Foreign) -> Capture:
        """What a revisit repeats: by the id that it names, by its URL and date, or by the digest of the same URL."""
        known = self._known(one)
        if known is None and self._waiting:
            self.flush()
            known = self._known(one)
        if known is None:
            raise Waiting("what it is a revisit of is neither in the archive nor in these files")
        if known.redacted or self._blocks.capture(known):
            raise RefusedError("what it is a revisit of was taken down")
        return known

    def _known(self, one: Foreign) -> Capture | None:
        names = [("id", one.refers_to), (one.refers_to_url or one.url, one.digest)]
        found = next((self._originals[a, b] for a, b in names if b and (a, b) in self._originals), None)
        if found is None and one.refers_to:
            found = self._keeper.catalog.capture(one.refers_to)
        if found is None and one.refers_to_date:
            there = self._in_second(one.refers_to_url or one.url, one.refers_to_date)
            found = next((capture for capture in there if capture.kind == "response"), None)
        return found if found and (found.kind, found.truncated) == ("response", None) else None

    def _note(self, group: Sequence[Foreign], captures: Sequence[Capture]) -> None:
        """What was kept may be the original of what comes."""
        kept = {(one.url, one.timestamp): one for one in captures if one.kind == "response"}
        for one in group:
            if one.kind == "response" and (capture := kept.get((one.url, one.at))):
                self._originals["id", one.record_id] = capture
                if one.digest:
                    self._originals[one.url, one.digest] = capture

    def _make_room(self) -> None:
        """The store may take it slower than it is read: then it is waited for, as long as it takes anything."""
        archive = self._keeper.config.archive
        if len(self._waiting) % 20 or used(archive.spool) < archive.spool_limit // 2:
            return
        end = time.monotonic() + 600
        while used(archive.spool) > archive.spool_limit // 2 and time.monotonic() < end:
            time.sleep(0.5)


def _digest(block: bytes) -> str:
    return sha256(content(parse(block))) if block else ""


def _mime(message: Message) -> str | None:
    return (message.header("Content-Type") or "").partition(";")[0].strip().lower() or None
