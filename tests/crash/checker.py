"""Is every acknowledged capture in the archive, once, with the bytes that were sent, and nothing else?

Independent of the project: gzip members by zlib, a WARC reader of its own. It knows three things: the WARC files
(store and spool), what the server sent, and what the crawler acknowledged (the lines of ``crawl --json``).
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

OPEN = ".open"
END_OF_HEAD = b"\r\n\r\n"
CAPTURES = ("response", "revisit")


class Damaged(Exception):
    """These bytes are no WARC record."""


@dataclass(frozen=True, slots=True)
class Found:
    """One record as it lies in a file."""

    where: str
    fields: Mapping[str, str]
    block: bytes

    @property
    def id(self) -> str:
        return self.fields.get("warc-record-id", "").strip("<>")

    @property
    def type(self) -> str:
        return self.fields.get("warc-type", "")

    @property
    def uri(self) -> str:
        return self.fields.get("warc-target-uri", "")


@dataclass(slots=True)
class Report:
    """What is wrong, in words; all lists empty is what must be."""

    acknowledged: int = 0
    records: int = 0
    lost: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.invented or self.twice or self.torn)

    def __str__(self) -> str:
        said = [f"{self.acknowledged} captures and visits acknowledged, {self.records} records"]
        for name in ("lost", "invented", "twice", "torn"):
            found = getattr(self, name)
            said.append(f"{name}: {len(found)}" + "".join(f"\n  {line}" for line in found[:20]))
        return "\n".join(said)


def check(folders: Sequence[Path], sent: Mapping[str, Sequence[bytes]], acknowledged: Iterable[Mapping[str, Any]],
          ) -> Report:  # fmt: skip
    """``sent``: by URL, each answer as it went over the wire."""
    report = Report()
    found = [record for path in _files(folders, report) for record in _read(path, report)]
    report.records = len(found)
    _nothing_twice(found, report)
    _nothing_invented(found, sent, report)
    _nothing_lost(found, acknowledged, report)
    return report


def dangling(folder: Path, captures: Iterable[Mapping[str, Any]]) -> list[str]:
    """Captures of the catalog whose file, offset and length do not give their record."""
    names: dict[str, Path] = {path.name: path for path in folder.rglob("*.warc.gz")}
    wrong = []
    for capture in captures:
        path = names.get(capture["filename"].rpartition("/")[2])
        data = path.read_bytes()[capture["offset"] :][: capture["length"]] if path else b""
        try:
            plain, length = _member(data, 0)
            there = (_record(plain, "").id, length) == (capture["record_id"], capture["length"])
        except (Damaged, zlib.error):
            there = False
        if not there:
            wrong.append(f"{capture['record_id']} is not in {capture['filename']} at {capture['offset']}")
    return wrong


def _files(folders: Sequence[Path], report: Report) -> list[Path]:
    """Each WARC file once: between upload and unlink one may lie in both places, and must be the same."""
    chosen: dict[str, Path] = {}
    for folder in folders:
        for path in sorted([*folder.rglob("*.warc.gz"), *folder.rglob(f"*.warc.gz{OPEN}")]):
            if ".incoming" in path.parts:
                continue
            name = path.name.removesuffix(OPEN)
            if name in chosen and chosen[name].read_bytes() != path.read_bytes():
                report.twice.append(f"{path} and {chosen[name]} differ")
            chosen.setdefault(name, path)
    return list(chosen.values())


def _read(path: Path, report: Report) -> Iterator[Found]:
    data, at = path.read_bytes(), 0
    while at < len(data):
        try:
            plain, length = _member(data, at)
            yield _record(plain, f"{path.name}:{at}")
        except (Damaged, zlib.error) as e:
            if not path.name.endswith(OPEN):  # whoever is writing may be cut off; what is sealed is whole
                report.torn.append(f"{path} at byte {at} of {len(data)}: {e}")
            return
        at += length


def _member(data: bytes, at: int) -> tuple[bytes, int]:
    """The member's content and length; zlib itself checks CRC and size."""
    inflater = zlib.decompressobj(31)
    rest = memoryview(data)[at:]
    plain = inflater.decompress(rest)
    if not inflater.eof:
        raise Damaged("the last gzip member is cut off")
    return plain, len(rest) - len(inflater.unused_data)


def _record(plain: bytes, where: str) -> Found:
    head, found, rest = plain.partition(END_OF_HEAD)
    version, *lines = head.decode().split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(fields.get("content-length", "-1"))
    if not found or version != "WARC/1.1" or rest[length:] != END_OF_HEAD:
        raise Damaged(f"no WARC record: {plain[:60]!r}")
    block = rest[:length]
    if fields.get("warc-block-digest") != _sha256(block):
        raise Damaged("the block has another digest")
    return Found(where, fields, block)


def _nothing_twice(found: Sequence[Found], report: Report) -> None:
    """No second has two captures of one URL either: 14 digits would not tell them apart."""
    ids = Counter(record.id for record in found)
    visits = Counter(facts["visit"] for facts in _visits(found))
    report.twice += [f"{n} records are {name}" for name, n in ids.items() if n > 1]
    seconds = Counter((record.uri, record.fields["warc-date"][:19]) for record in found if record.type in CAPTURES)
    report.twice += [f"{n} captures of {url} in {second}" for (url, second), n in seconds.items() if n > 1]
    report.twice += [f"{n} lines tell of visit {name}" for name, n in visits.items() if n > 1]


def _nothing_invented(found: Sequence[Found], sent: Mapping[str, Sequence[bytes]], report: Report) -> None:
    """Each answer was sent for this URL, and is kept no more often than it was sent."""
    answers = {url: Counter(answers) for url, answers in sent.items()}
    heads = {url: Counter(_head(answer) for answer in answers) for url, answers in sent.items()}
    by_id = {record.id: record for record in found}
    for record in found:
        if record.type == "response":
            left = answers.get(record.uri, Counter())
            if left[record.block] < 1:
                report.invented.append(f"{record.where}: {record.uri} was never answered so: {record.block[:80]!r}")
            left[record.block] -= 1
            if record.fields.get("warc-payload-digest") != _sha256(_payload(record.block)):
                report.invented.append(f"{record.where}: the payload has another digest")
        elif record.type == "revisit":
            if not heads.get(record.uri, Counter())[record.block]:
                report.invented.append(f"{record.where}: {record.uri} never sent this header")
            original = by_id.get(record.fields.get("warc-refers-to", "").strip("<>"))
            wanted = ("response", record.fields.get("warc-payload-digest"))
            if original is None or (original.type, original.fields.get("warc-payload-digest")) != wanted:
                report.lost.append(f"{record.where} revisits what is not there")


def _nothing_lost(found: Sequence[Found], acknowledged: Iterable[Mapping[str, Any]], report: Report) -> None:
    captures = {record.id: record for record in found if record.type in CAPTURES}
    told = Counter((facts["url"], _moment(facts["started"])) for facts in _visits(found))
    for visit in acknowledged:
        if visit["reason"] == "storage":  # it says itself that nothing was kept
            continue
        report.acknowledged += 1 + len(visit["captures"])
        if told[visit["url"], _moment(visit["started"])] != 1:
            report.lost.append(f"the visit of {visit['url']} at {visit['started']} has no line")
        for capture in visit["captures"]:
            record = captures.get(capture["record_id"])
            if record is None:
                report.lost.append(f"{capture['record_id']} of {capture['url']} at {visit['started']}")
            elif (record.uri, record.fields["warc-payload-digest"]) != (capture["url"], capture["digest"]):
                report.lost.append(f"{record.where}: another capture than {capture}")


def _visits(found: Iterable[Found]) -> Iterator[dict[str, Any]]:
    for record in found:
        if record.uri.startswith("urn:stoppress:visit:"):
            yield json.loads(record.block)


def _head(answer: bytes) -> bytes:
    head, found, _ = answer.partition(END_OF_HEAD)
    return head + found


def _payload(block: bytes) -> bytes:
    """Without chunks, if they are whole; else what came."""
    head, _, body = block.partition(END_OF_HEAD)
    if not re.search(rb"(?im)^transfer-encoding: *chunked", head):
        return body
    whole, rest = b"", body
    while (size := rest.partition(b"\r\n")[0]) and re.fullmatch(rb"[0-9a-fA-F]+", size):
        start = len(size) + 2
        if int(size, 16) == 0:
            return whole
        whole += rest[start : start + int(size, 16)]
        rest = rest[start + int(size, 16) + 2 :]
    return body


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()
