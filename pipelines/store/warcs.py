"""Reading WARC records back: one exact range read, from the store or from what is still in the spool."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pipelines.entity import Headers, decode, entity, listed, parse
from pipelines.errors import DamagedRecord, ObjectNotFound
from pipelines.model import Capture
from pipelines.tombstones import refusal
from pipelines.warc import TOMBSTONE_TYPE, Record, inflated, read_member

from .local import LocalStore
from .objects import ObjectStore

OPEN = ".open"  # the suffix of a spool file that is still written to


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """An archived answer: ``body`` without transfer coding, content coding as stored."""

    status: int
    reason: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """The last value of a field, None if absent; names are compared without case."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name.lower()), None)

    def decoded(self) -> bytes:
        """The body without its content coding (gzip, br, ...); DecodeError if it is cut or damaged."""
        return decode(self.body, listed(self.headers, "Content-Encoding"))


class WarcReader:
    """Records by capture. A file name with a slash is a key of the store, one without lies in the spool."""

    def __init__(self, store: ObjectStore, spool: Path | None) -> None:
        self._store = store
        self._spool = spool
        self.near = isinstance(store, LocalStore)  # a disk: what is read is there at once

    def record(self, capture: Capture) -> Record:
        """The record of this capture; DamagedRecord if the bytes there are not it, TakenDown if it was redacted."""
        return self.taken(capture, self.member(capture))

    def taken(self, capture: Capture, member: bytes) -> Record:
        """The same, of bytes that were read already."""
        try:
            record = read_member(member)
        except DamagedRecord as e:
            raise DamagedRecord(
                f"{capture.filename} at {capture.offset}: the record {capture.record_id} cannot be given: {e}; "
                "stoppress verify --deep says what else is damaged"
            ) from e
        if record.get("Content-Type") == TOMBSTONE_TYPE:
            raise refusal(record.block)
        if record.id != capture.record_id:
            raise DamagedRecord(f"{capture.filename} at {capture.offset}: holds {record.id}, not {capture.record_id}")
        return record

    def response(self, capture: Capture, original: Capture | None = None) -> StoredResponse:
        """The archived answer; a revisit has its own header and, from ``original``, the body."""
        if capture.kind != "revisit":
            return self.answer(capture)
        if original is None:
            raise ObjectNotFound(f"{capture.record_id} revisits {capture.refers_to}, which is not in the archive")
        return revisited(self.answer(capture), self.answer(original))

    def answer(self, capture: Capture) -> StoredResponse:
        """What the record itself holds: of a revisit the header alone."""
        return answered(self.record(capture))

    def part(self, key: str, start: int, length: int) -> bytes:
        """A part of a file in the store, whatever lies there."""
        return self._store.get(key, start, length)

    def member(self, capture: Capture) -> bytes:
        """The gzip member that lies where this capture does, as it lies there: not looked at."""
        if in_store(capture.filename):
            return self._store.get(capture.filename, capture.offset, capture.length)
        if self._spool is None:
            raise ObjectNotFound(f"{capture.filename} is still in a spool on the crawler's machine")
        for name in (capture.filename + OPEN, capture.filename):
            try:
                with (self._spool / name).open("rb") as file:
                    file.seek(capture.offset)
                    return file.read(capture.length)
            except FileNotFoundError:
                continue
        # Sealed and uploaded since the row was read: its key follows from its name.
        return self._store.get(warc_key(capture.filename), capture.offset, capture.length)


def revisited(own: StoredResponse, source: StoredResponse) -> StoredResponse:
    """A revisit as an answer: a 304 says "what you have", so that status and header are the original's."""
    return source if own.status == 304 else replace(own, body=source.body)


def answered(record: Record) -> StoredResponse:
    """The answer in a record; a revisit's has no body."""
    if record.type == "revisit" and not record.block:  # as others write them: all of it is the original's
        return StoredResponse(304, "Not Modified", (), b"")
    message = parse(record.block)
    body = b"" if record.type == "revisit" else entity(message)  # its header may tell of chunks that are not here
    return StoredResponse(message.status, message.reason, message.headers, body)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a body lies in what its member holds: behind so many bytes, which have this SHA-256."""

    size: int
    digest: bytes

    def body(self, member: bytes) -> bytes | None:
        """The body without taking the record apart once more; None if another record lies there now.

        The digest of the whole block was checked when the place was found, and is in what is compared here; the
        gzip member's CRC is checked each time. DamagedRecord if that does not fit.
        """
        plain = inflated(member)
        return plain[self.size : -4] if hashlib.sha256(plain[: self.size]).digest() == self.digest else None


def place_of(body: bytes, member: bytes) -> Place | None:
    """None if the body does not lie there as it is given: it came in chunks, or is another record's."""
    plain = inflated(member)
    size = len(plain) - len(body) - 4
    if size <= 0 or plain[size:-4] != body:
        return None
    return Place(size, hashlib.sha256(plain[:size]).digest())


def in_store(filename: str) -> bool:
    """Whether a capture's file name is a key of the store; else it lies in a spool."""
    return "/" in filename


def warc_key(name: str) -> str:
    """``warc/YYYY/MM/DD/<name>``, the day taken from the 17-digit time in the name."""
    return f"warc/{_day(name)}/{name}"


def index_key(name: str) -> str:
    return f"index/{_day(name)}/{name.removesuffix('.warc.gz')}.cdxj.gz"


def other_name(name: str, sha256: str) -> str:
    """For a file whose key is taken by other bytes: a serial from 90000 on, which no process counts up to."""
    before, stamp, _, worker = name.rsplit("-", 3)
    number = int(hashlib.sha256(f"{name} {sha256}".encode()).hexdigest()[:8], 16)
    return f"{before}-{stamp}-{90_000 + number % 10_000:05d}-{worker}"


def opened_at(name: str) -> datetime:
    """When the file was opened, to the millisecond: the 17 digits in its name. ValueError if it has none."""
    stamp = name.rsplit("-", 3)[1]
    if len(stamp) != 17 or not stamp.isdecimal():
        raise ValueError(f"{name} has no time in its name")
    moment = datetime.strptime(stamp[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return moment.replace(microsecond=int(stamp[14:]) * 1000)


def worker_of(name: str) -> str:
    """The spool that the file was written in, by its name."""
    return name.rsplit("-", 1)[1].removesuffix(".warc.gz")


def _day(name: str) -> str:
    stamp = name.rsplit("-", 3)[1]
    return f"{stamp[:4]}/{stamp[4:6]}/{stamp[6:8]}"
