"""WARC/1.1 records: built from exchanges and visits, compressed one gzip member each, and read back.

Blocks are never touched: what we were given is what is written. Digests are lower-case hex sha256; the payload
digest is taken over the entity, de-chunked, content coding kept (WARC 1.1, "payload"; iipc/warc-specifications#22).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any, BinaryIO

from isal import isal_zlib

from .entity import EMPTY_LINE, DecodeError, Message, codings_of, entity, parse
from .errors import DamagedRecord
from .gzipping import deflated, half_stored
from .model import Capture, Exchange

REVISIT = "http://netpreserve.org/warc/1.1/revisit/"
IDENTICAL = REVISIT + "identical-payload-digest"
NOT_MODIFIED = REVISIT + "server-not-modified"
VISIT_TYPE = "application/json; profile=stoppress-visit-1"
READING_TYPE = "application/json; profile=stoppress-reading-1"
DAMAGE_TYPE = "application/json; profile=stoppress-damage-1"
TOMBSTONE_TYPE = "application/json; profile=stoppress-tombstone-1"
REDACTED = "Stoppress-Redacted"  # a field of what came in the place of something: the takedown's id
_GZIP = 16 + zlib.MAX_WBITS
ISAL_ERROR: Any = isal_zlib.error  # not zlib's own
_CODED = ("gzip", "x-gzip", "br", "deflate", "zstd")

Fields = list[tuple[str, str]]
_random = Random()  # noqa: S311  seeded by the system; a name, not a secret
os.register_at_fork(after_in_child=_random.seed)  # a forked process would give the names of its parent again


@dataclass(frozen=True, slots=True)
class Record:
    """One WARC record: its named fields in order and its block."""

    fields: tuple[tuple[str, str], ...]
    block: bytes
    coded: bool = False  # the block is compressed already: storing it costs next to nothing

    def get(self, name: str) -> str | None:
        for key, value in self.fields:
            if key == name:  # as we spell it ourselves
                return value
        name, length = name.lower(), len(name)
        return next((value for key, value in self.fields if len(key) == length and key.lower() == name), None)

    @property
    def type(self) -> str:
        return self.get("WARC-Type") or ""

    @property
    def id(self) -> str:
        return (self.get("WARC-Record-ID") or "").strip("<>")


_BEGUN = re.compile(r"(?:urn:uuid:)?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3})[0-9a-f]{12}\Z")
_VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}


def new_id(near: str = "") -> str:
    """A random UUID, RFC 9562 5.4: 122 bits by dice, the version 4 and the variant 10.

    ``near``: another one, with or without ``urn:uuid:``, that it shall begin as; then the last 48 bits alone are new.
    """
    # Not uuid4(): it asks the system for 16 bytes each time, and the writing thread then waits for its turn.
    dice = f"{_random.getrandbits(128):032x}"
    # Each record is compressed by itself: of two ids in it that begin alike the second costs half as much.
    if begun := _BEGUN.match(near):
        return f"urn:uuid:{begun[1]}{dice[20:]}"
    return f"urn:uuid:{dice[:8]}-{dice[8:12]}-4{dice[13:16]}-{_VARIANT[dice[16]]}{dice[17:20]}-{dice[20:]}"


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def warc_date(moment: datetime) -> str:
    """W3C date-time in UTC with microseconds, which WARC 1.1 allows."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def _record(kind: str, record_id: str, date: datetime, block: bytes, more: Iterable[tuple[str, str | None]],
            *, coded: bool = False) -> Record:  # fmt: skip
    fields: Fields = [("WARC-Type", kind), ("WARC-Record-ID", f"<{record_id}>"), ("WARC-Date", warc_date(date))]
    fields += [(name, value) for name, value in more if value is not None]
    fields += [("WARC-Block-Digest", sha256(block)), ("Content-Length", str(len(block)))]
    return Record(tuple(fields), block, coded)


def warcinfo(filename: str, facts: Mapping[str, str], at: datetime) -> Record:
    """The first record of every file: who wrote it, with what, under which rules."""
    block = "".join(f"{name}: {value}\r\n" for name, value in facts.items()).encode()
    more = [("WARC-Filename", filename), ("Content-Type", "application/warc-fields")]
    return _record("warcinfo", new_id(), at, block, more)


@dataclass(frozen=True, slots=True)
class Kept:
    """An exchange as records: the response (or revisit), its request and what else came, with what the index needs."""

    records: tuple[Record, ...]
    message: Message | None
    digest: str
    refers_to: Capture | None


def exchange_records(exchange: Exchange, *, record_id: str, visit_id: str | None, role: str,
                     original: Capture | None) -> Kept:  # fmt: skip
    """``original``: an earlier full capture of the same URL; with it, a 304 or an equal payload is a revisit."""
    message = _message(exchange)
    payload = content(message) if message else b""
    digest = sha256(payload)
    profile = _profile(exchange, digest, original)
    told = _shared(exchange, visit_id, role)
    sent = after_head(exchange.request)
    shared: list[tuple[str, str | None]] = [("WARC-Target-URI", exchange.url), *told]
    aside: list[tuple[str, str | None]] = [("WARC-Target-URI", _aside(record_id)), *told]
    # What the answer's record says of the connection and the visit is said once: it is concurrent to this one.
    asked = [
        ("WARC-Target-URI", exchange.url),
        ("WARC-Concurrent-To", f"<{record_id}>"),
        ("Stoppress-Fidelity", exchange.fidelity),
        ("WARC-Payload-Digest", sha256(sent) if sent else None),
        ("Content-Type", "application/http; msgtype=request"),
    ]
    request = _record("request", new_id(record_id), exchange.started, exchange.request, asked)
    if exchange.response is None or message is None:
        return Kept((request, _no_response(exchange, record_id, aside)), message, digest, None)
    others: tuple[Record, ...] = (request,) if exchange.request else ()  # a page out of the browser was not asked for
    others += (_interim(exchange, record_id, aside),) if exchange.interim else ()
    shared += [("Stoppress-Certificates", " ".join(exchange.certificates) or None)]
    shared += [("Content-Type", "application/http; msgtype=response")]
    if profile and original:
        head = exchange.response[: len(exchange.response) - len(message.body)]
        more = [*shared, ("WARC-Profile", profile), *_refers_to(original), ("WARC-Payload-Digest", original.digest)]
        answer = _record("revisit", record_id, exchange.started, head, more)
        return Kept((answer, *others), message, original.digest, original)
    more = [*shared, ("WARC-Truncated", exchange.truncated), ("WARC-Payload-Digest", digest)]
    last = codings_of(message.content_encoding)[-1:]  # how the bytes lie there
    coded = bool(last) and last[0] in _CODED
    answer = _record("response", record_id, exchange.started, exchange.response, more, coded=coded)
    return Kept((answer, *others), message, digest, None)


def revisit_record(exchange: Exchange, *, record_id: str, visit_id: str, role: str, original: Capture,
                   unmodified: bool) -> Record:  # fmt: skip
    """A revisit that somebody else has written, with the original that it has here; its block is theirs."""
    more = [
        ("WARC-Target-URI", exchange.url),
        *_shared(exchange, visit_id, role),
        ("Content-Type", "application/http; msgtype=response"),
        ("WARC-Profile", NOT_MODIFIED if unmodified else IDENTICAL),
        *_refers_to(original),
        ("WARC-Payload-Digest", original.digest),
    ]
    return _record("revisit", record_id, exchange.started, exchange.response or b"", more)


def named_id(*words: str) -> str:
    """The same words give the same id: a UUID of version 8, RFC 9562 5.8."""
    name = hashlib.sha256("\0".join(words).encode("utf-8", "backslashreplace")).hexdigest()
    return f"{name[:8]}-{name[8:12]}-8{name[13:16]}-{_VARIANT[name[16]]}{name[17:20]}-{name[20:32]}"


def _shared(exchange: Exchange, visit_id: str | None, role: str) -> list[tuple[str, str | None]]:
    return [
        ("WARC-IP-Address", exchange.ip_address),
        *(("WARC-Protocol", protocol) for protocol in exchange.protocols),
        ("WARC-Cipher-Suite", exchange.cipher),
        ("Stoppress-Fidelity", exchange.fidelity),
        ("Stoppress-Visit", visit_id),
        ("Stoppress-Role", role),
    ]


def _aside(record_id: str) -> str:
    """The target of what is kept beside an answer: indexers would take the page's own URL for a capture of it."""
    return f"urn:stoppress:exchange:{record_id.removeprefix('urn:uuid:')}"


def _no_response(exchange: Exchange, record_id: str, shared: list[tuple[str, str | None]]) -> Record:
    """In place of a response: the bytes that came, if any, and why they are none."""
    more = [
        *shared,
        ("Stoppress-Holds", "received"),
        ("Stoppress-Error", exchange.error or "protocol"),
        ("Stoppress-Failure", exchange.failure),
        ("Stoppress-Phase", exchange.phase),
        ("Content-Type", "application/octet-stream"),
    ]
    came = exchange.received or exchange.interim + (exchange.response or b"")
    return _record("metadata", record_id, exchange.started, came, more)


def _interim(exchange: Exchange, record_id: str, shared: list[tuple[str, str | None]]) -> Record:
    """The 1xx responses before the response: in its block they would be taken for it."""
    more = [
        *shared,
        ("Stoppress-Holds", "interim"),
        ("WARC-Concurrent-To", f"<{record_id}>"),
        ("Content-Type", "application/http; msgtype=response"),
    ]
    return _record("metadata", new_id(record_id), exchange.started, exchange.interim, more)


def _message(exchange: Exchange) -> Message | None:
    try:
        return parse(exchange.response) if exchange.response is not None else None
    except ValueError:
        return None


def content(message: Message) -> bytes:
    """What the payload digest of a response is taken over."""
    try:
        return entity(message)
    except DecodeError:
        return message.body  # a damaged framing has no entity: what came is what is digested


def _profile(exchange: Exchange, digest: str, original: Capture | None) -> str | None:
    if original is None or exchange.truncated:
        return None
    if exchange.status == 304:
        return NOT_MODIFIED if _CONDITION.search(exchange.request) else None
    return IDENTICAL if exchange.status == original.status == 200 and digest == original.digest else None


# A 304 answers a condition, and says nothing where there was none (RFC 9110 15.4.5).
_CONDITION = re.compile(rb"(?i)\n(?:if-none-match|if-modified-since):")


def _refers_to(original: Capture) -> Fields:
    # "Using a WARC-Refers-To header to identify a specific prior record [...] is recommended, to minimize
    # the risk of misinterpreting the 'revisit' record." -- WARC 1.1, profile identical-payload-digest
    return [
        ("WARC-Refers-To", f"<{original.record_id}>"),
        ("WARC-Refers-To-Target-URI", original.url),
        ("WARC-Refers-To-Date", warc_date(original.timestamp)),
    ]


def after_head(request: bytes) -> bytes:
    return request.partition(b"\r\n\r\n")[2]


_FACTS = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",\n ", ": "))


def visit_record(visit_id: str, facts: Mapping[str, Any], at: datetime, about: str | None) -> Record:
    """The ledger's line of one visit, also where no byte came. ``urn:``: it must never answer for the page's URL."""
    # A lone surrogate has no UTF-8; written as \udXXX it is what JSON itself would escape it to.
    # Separators for people: with indent= the encoder would be the slow one, written in Python.
    block = _FACTS.encode(facts).encode("utf-8", "backslashreplace")
    more = [
        ("WARC-Target-URI", f"urn:stoppress:visit:{visit_id}"),
        ("WARC-Concurrent-To", f"<{about}>" if about else None),
        ("Content-Type", VISIT_TYPE),
    ]
    return _record("metadata", f"urn:uuid:{visit_id}", at, block, more)


def reading_record(visit_id: str, facts: Mapping[str, Any], at: datetime, about: str) -> Record:
    """What a visit's page said; ``about``: the record id of the capture that was read, ``at``: when it was."""
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))  # in the order given: so it comes back
    block = text.encode("utf-8", "backslashreplace")
    more = [
        ("WARC-Target-URI", f"urn:stoppress:reading:{visit_id}"),
        ("WARC-Refers-To", f"<{about}>"),
        ("Content-Type", READING_TYPE),
    ]
    return _record("metadata", new_id(visit_id), at, block, more)


def tombstone_record(record_id: str, facts: Mapping[str, Any], at: datetime, of: str, takedown: str) -> Record:
    """In the place of the record ``of``, which was taken out."""
    block = json.dumps(facts, ensure_ascii=False, separators=(",\n ", ": ")).encode("utf-8", "backslashreplace")
    more = [
        ("WARC-Target-URI", f"urn:stoppress:tombstone:{of.removeprefix('urn:uuid:')}"),
        ("WARC-Refers-To", f"<{of}>"),
        (REDACTED, takedown),
        ("Content-Type", TOMBSTONE_TYPE),
    ]
    return _record("metadata", record_id, at, block, more)


def damage_record(filename: str, facts: Mapping[str, Any], at: datetime) -> Record:
    """In the place of bytes of a spool file that were damaged before it was sealed."""
    block = json.dumps(facts, ensure_ascii=False, separators=(",\n ", ": ")).encode("utf-8", "backslashreplace")
    more = [
        ("WARC-Target-URI", f"urn:stoppress:damage:{filename}:{facts['offset']}"),
        ("Content-Type", DAMAGE_TYPE),
    ]
    return _record("metadata", new_id(), at, block, more)


def with_block(record: Record, block: bytes, record_id: str, takedown: str) -> Record:
    """A record of which something was taken out: another id, another block, all else as it was."""
    told = {
        "WARC-Record-ID": f"<{record_id}>", "WARC-Block-Digest": sha256(block), "Content-Length": str(len(block)),
    }  # fmt: skip
    kept = tuple((name, told.get(name, value)) for name, value in record.fields if name != REDACTED)
    return Record((*kept[:-1], (REDACTED, takedown), kept[-1]), block)


def at_another_time(record: Record, record_id: str, at: datetime) -> Record:
    """The same block under another id and date: what a revisit found to be still so."""
    told = {"WARC-Record-ID": f"<{record_id}>", "WARC-Date": warc_date(at)}
    return Record(tuple((name, told.get(name, value)) for name, value in record.fields), record.block, record.coded)


def member(record: Record) -> bytes:
    """The record as one gzip member: deflated, but for a body that is coded already."""
    data = serialised(record)
    return half_stored(*halves(data)) if record.coded else deflated(data)


def halves(plain: bytes) -> tuple[bytes, bytes]:
    """A record of an HTTP message in front of the message's body, and from there on."""
    found = EMPTY_LINE.search(plain, plain.find(b"\r\n\r\n") + 4)
    end = found.end() if found else len(plain)
    return plain[:end], plain[end:]


def serialised(record: Record) -> bytes:
    """WARC 1.1 section 4: version, named fields, an empty line, the block as it is, two line ends."""
    # Not warcio's writer: it drops the block of a revisit whose HTTP header it has not parsed itself.
    fields = "".join([f"{name}: {value}\r\n" for name, value in record.fields])
    return b"".join([b"WARC/1.1\r\n", fields.encode("utf-8", "surrogateescape"), b"\r\n", record.block, b"\r\n\r\n"])


def read_member(data: bytes) -> Record:
    """One gzip member -> its record; DamagedRecord if CRC, length or block digest do not fit."""
    return parse_record(inflated(data))


def inflated(data: bytes) -> bytes:
    """What one gzip member holds; DamagedRecord if its CRC or length do not fit."""
    inflater = isal_zlib.decompressobj(wbits=_GZIP)
    try:
        plain: bytes = inflater.decompress(data)
    except ISAL_ERROR as e:
        raise DamagedRecord(f"gzip member is damaged: {e}") from e
    if not inflater.eof or inflater.unused_data:
        raise DamagedRecord("gzip member does not end where the index says")
    return plain


def parse_record(plain: bytes, *, check: bool = True, most: int | None = None) -> Record:
    """A record as it lies in its member; DamagedRecord if it is none, or (``check``) its block has another digest.

    ``most``: only so many bytes of the block are wanted.
    """
    end = plain.find(b"\r\n\r\n")
    lines = plain[: max(end, 0)].decode("utf-8", "surrogateescape").split("\r\n")
    if end < 0 or not lines[0].startswith("WARC/1."):
        raise DamagedRecord(f"not a WARC record: it begins with {plain[:20]!r}")
    pairs = [line.partition(":") for line in lines[1:]]
    fields = tuple([(name.strip(), value.strip()) for name, _, value in pairs])
    length = next((value for name, value in fields if name.lower() == "content-length"), "")
    if not length.isdigit() or end + 4 + int(length) + 4 != len(plain) or not plain.endswith(b"\r\n\r\n"):
        raise DamagedRecord(f"record is not as long as its Content-Length {length!r} says")
    block = plain[end + 4 : -4] if most is None else plain[end + 4 : min(end + 4 + most, len(plain) - 4)]
    record = Record(fields, block)
    claimed = record.get("WARC-Block-Digest")
    if check and claimed and claimed.startswith("sha256:") and claimed != sha256(record.block):
        raise DamagedRecord(f"{record.id}: the block does not have its digest {claimed}")
    return record


@dataclass(frozen=True, slots=True)
class Placed:
    """A record and where its member lies."""

    record: Record
    offset: int
    length: int


def scan(file: BinaryIO, *, piece: int = 1 << 15) -> Iterator[Placed]:
    """All whole members from the start; stops in front of the first torn one (compare its end with the size)."""
    offset, held = 0, b""
    while True:
        inflater, plain, used = isal_zlib.decompressobj(wbits=_GZIP), [], 0
        while not inflater.eof:
            data, held = held or file.read(piece), b""
            if not data:
                return
            try:
                plain.append(inflater.decompress(data))
            except ISAL_ERROR:
                return
            used += len(data)
        held = inflater.unused_data
        used -= len(held)
        try:
            record = parse_record(b"".join(plain))
        except DamagedRecord:
            return
        yield Placed(record, offset, used)
        offset += used
