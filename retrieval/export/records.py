"""The records of an export: chosen captures and what they need, each read once, checked, and safe to replay alone.

A revisit goes out only with its original. Where that cannot be read the revisit is left out, too. If it is written
already by then, or the archive has changed so that the export would be wrong, ``BeginAgain``: now it is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from pipelines.entity import head
from pipelines.errors import DamagedRecord, ObjectNotFound, StoppressError, TakenDown
from pipelines.model import Capture
from pipelines.store.bulk import fetch, members, spans
from pipelines.store.catalog import Catalog, Chosen
from pipelines.store.catalog_exports import Taken
from pipelines.store.warcs import WarcReader, in_store, warc_key
from pipelines.takedowns import Blocks
from pipelines.warc import Record, member

from .replayable import emptied, is_blank
from .result import DAMAGED, MISSING, NO_ORIGINAL, NOT_STORED, TAKEN_DOWN, Tally
from .sorted_lines import SortedLines

_TOGETHER = 500  # captures whose rows are held, and among which reads are joined


class BeginAgain(Exception):
    """What was written is not to be kept: a revisit whose original cannot be read, as it turns out; something that was
    taken down since; or a file was merged with others in the moment when it was read."""


@dataclass(frozen=True, slots=True)
class Item:
    """A record as it is exported: ``capture`` as an index of the export has it, but for where it lies there."""

    capture: Capture
    record: Record
    member: bytes


class Records:
    """Of one choice. ``items`` may be asked for again; of the same archive it gives the same in the same order."""

    def __init__(self, catalog: Catalog, reader: WarcReader, chosen: Chosen) -> None:
        self._catalog, self._reader, self._chosen = catalog, reader, chosen
        self._beside: dict[str, Capture] = {}  # what is taken along, by record ids
        self._lost: set[str] = set()  # record ids that cannot be given
        self._referred: set[str] = set()  # originals of revisits that were given

    def has(self, capture: Capture) -> bool:
        """Whether a chosen capture is in the export, now that all its items were given."""
        return capture.record_id not in self._lost and not self._catalog.blocks().capture(capture)

    def items(self, tally: Tally) -> Iterator[Item]:
        """File by file; ``tally`` counts them."""
        self._referred.clear()
        self._beside = {one.record_id: one for one in self._catalog.taken_along(self._chosen)}
        takedowns, blocks = self._in_force(), self._catalog.blocks()
        with SortedLines() as lines:
            self._plan(lines)
            ids = (line.decode().split()[-1] for line in lines)
            while some := list(islice(ids, _TOGETHER)):
                # Where they lie now: a file may have left the spool, or been merged with others.
                found = sorted(self._catalog.taken(some, self._chosen), key=lambda taken: _place(taken.capture))
                yield from self._read(self._allowed(found, blocks, tally), tally)
        if self._in_force() != takedowns:
            raise BeginAgain

    def _plan(self, lines: SortedLines) -> None:
        """In the order of their places: what lies together is read together."""
        for capture in self._beside.values():
            lines.add(_planned(capture.filename, capture.offset, capture.record_id))
        for place in self._catalog.chosen_places(self._chosen):
            lines.add(_planned(*place))

    def _in_force(self) -> set[str]:
        return {one.id for one in self._catalog.takedowns() if one.lifted is None}

    def _allowed(self, some: Iterable[Taken], blocks: Blocks, tally: Tally) -> list[Capture]:
        allowed = []
        for taken in some:
            tally.captures += 1
            why = left_out(taken, blocks, self._lost, self._beside)
            if why is None:
                allowed.append(taken.capture)
                if taken.original:
                    self._referred.add(taken.original.record_id)
                continue
            if why[0] == NO_ORIGINAL:
                self._lost.add(taken.capture.record_id)
            if taken.capture.record_id not in self._beside:
                tally.leave(*why)
        return allowed

    def _read(self, captures: list[Capture], tally: Tally) -> Iterator[Item]:
        for span in spans(captures):
            for capture, raw, record in members(self._reader, span, fetch(self._reader, span)):
                if not isinstance(record, Record):
                    self._lose(capture, record, tally)
                    continue
                item = _item(capture, record, raw)
                self._count(item, tally)
                yield item

    def _lose(self, capture: Capture, why: DamagedRecord | ObjectNotFound | TakenDown, tally: Tally) -> None:
        now = self._catalog.capture(capture.record_id)
        if now and _place(now) != _place(capture):
            raise BeginAgain  # it was moved between the two looks
        self._lost.add(capture.record_id)
        if capture.record_id in self._referred:
            raise BeginAgain
        if capture.record_id not in self._beside:
            tally.leave(_named(capture, why), str(why))

    def _count(self, item: Item, tally: Tally) -> None:
        tally.size += len(item.member)
        if item.capture.kind == "revisit":
            tally.revisits += 1
            tally.emptied += not item.record.block
            return
        tally.responses += 1
        tally.originals += item.capture.record_id in self._beside
        tally.zstd += _is_zstd(item.record.block)


def left_out(taken: Taken, blocks: Blocks, lost: Iterable[str], beside: Iterable[str]) -> tuple[str, str] | None:
    """Why a capture is not exported, in a word and in a sentence; None if it is. Pure.

    ``lost``: record ids that cannot be read; ``beside``: those that are taken along.
    """
    capture, original = taken.capture, taken.original
    for one in (capture, original):
        if one and (block := blocks.capture(one)):
            return TAKEN_DOWN, str(block)
        if one and one.redacted:
            return TAKEN_DOWN, f"451: the bytes of {one.record_id} were taken out by takedown {one.redacted}"
    if capture.kind != "revisit":
        return None
    what = f"{capture.record_id} of {capture.url} revisits {capture.refers_to}"
    if original is None or original.kind != "response":
        return NO_ORIGINAL, f"{what}, which is not in the archive"
    if original.record_id in lost:
        return NO_ORIGINAL, f"{what}, which cannot be read"
    if not taken.original_chosen and original.record_id not in beside:
        return NO_ORIGINAL, f"{what}; both came while this was exported"
    return None


def _item(capture: Capture, record: Record, raw: bytes) -> Item:
    if not is_blank(record):
        return Item(capture, record, raw)
    made = emptied(record)
    # What a reader of the index is told is what a replay shows: the original's answer.
    return Item(replace(capture, record_id=made.id, status=200), made, member(made))


def _named(capture: Capture, why: StoppressError) -> str:
    if isinstance(why, TakenDown):
        return TAKEN_DOWN
    if isinstance(why, DamagedRecord):
        return DAMAGED
    return MISSING if in_store(capture.filename) else NOT_STORED


def _planned(filename: str, offset: int, record_id: str) -> bytes:
    return f"{_key(filename)} {offset:020} {record_id}\n".encode()


def _place(capture: Capture) -> tuple[str, int]:
    return _key(capture.filename), capture.offset


def _key(filename: str) -> str:
    """The key that a file has in the store, or will have: the same before and after it was uploaded."""
    return filename if in_store(filename) else warc_key(filename)


def _is_zstd(block: bytes) -> bool:
    try:
        return "zstd" in (head(block).content_encoding or "").lower()
    except ValueError:
        return False
