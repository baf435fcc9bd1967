"""Values <-> rows: the one place that knows how a moment, a capture or a version lies in a table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from pipelines.change_ids import change_ids
from pipelines.face import change_from_json, change_to_json, version_from_json, version_to_json
from pipelines.model import Capture, Change, Version, Visit, Watch
from pipelines.takedowns import Takedown

from .stored import StandingWatch, StoredChange, StoredVersion, WarcFile

Row = Any  # a mapping by column name, as SQLAlchemy gives it
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
END = 2**62  # microseconds: later than any moment
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_CAPTURE = [field.name for field in fields(Capture)]
_WATCH = [field.name for field in fields(Watch)]
_OF_CAPTURE = attrgetter(*_CAPTURE)
_VISIT = ["id", "urlkey", "url", "why", "outcome", "reason", "detail", "status", "reading"]
_OF_VISIT = attrgetter(*_VISIT)


def micros(moment: datetime) -> int:
    """An aware datetime -> whole microseconds since 1970, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def micros_or_none(moment: datetime | None) -> int | None:
    return None if moment is None else micros(moment)


def moment(value: int) -> datetime:
    return _EPOCH + value * _MICROSECOND


def moment_or_none(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def clean(text: str) -> str:
    """Text that every database takes: NUL is left out (PostgreSQL refuses it), a lone surrogate is U+FFFD."""
    if text.isascii() and "\x00" not in text:
        return text
    return _LONE_SURROGATE.sub("\ufffd", text.replace("\x00", ""))


def cleaned(value: Any) -> Any:
    """``clean`` for every text within a JSON value or a row."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {cleaned(key): cleaned(item) for key, item in value.items()}
    return [cleaned(item) for item in value] if isinstance(value, list | tuple) else value


def _cleaned_row(names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    """A row; all its texts are looked at in one go, for hardly ever is there anything to clean."""
    texts = "".join([value for value in values if isinstance(value, str)])
    if texts.isascii() and "\x00" not in texts:
        return dict(zip(names, values, strict=True))
    return {name: cleaned(value) for name, value in zip(names, values, strict=True)}


def document(value: Any) -> str:
    """JSON for a column."""
    return json.dumps(cleaned(value), ensure_ascii=False, separators=(",", ":"))


def watch_row(watch: Watch, urlkey: str) -> dict[str, Any]:
    orders = {name: _plain(getattr(watch, name)) for name in _WATCH}
    return {"urlkey": urlkey, "url": clean(watch.url), "orders": document(orders)}


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value // _MICROSECOND
    return value.isoformat() if isinstance(value, datetime) else value


def standing_watch(row: Row) -> StandingWatch:
    orders = json.loads(row["orders"])
    told = {name: orders[name] for name in _WATCH if name in orders}  # another release may know others
    spans = {name: told[name] * _MICROSECOND for name in ("min", "max")}
    begin = datetime.fromisoformat(told["from_"]) if told["from_"] else None
    watch = Watch(**{**told, **spans, "from_": begin, "tags": tuple(told["tags"])})
    return StandingWatch(watch, row["urlkey"], row["state"], row["reason"], moment(row["added"]))


def capture_row(capture: Capture) -> dict[str, Any]:
    row = _cleaned_row(_CAPTURE, _OF_CAPTURE(capture))
    row["timestamp"] = micros(capture.timestamp)
    return row


def capture(row: Row) -> Capture:
    values = {name: row[name] for name in _CAPTURE}
    return Capture(**(values | {"timestamp": moment(row["timestamp"])}))


def visit_row(visit: Visit, worker: str) -> dict[str, Any]:
    return _cleaned_row(_VISIT, _OF_VISIT(visit)) | {
        "worker": clean(worker),
        "scheduled": micros_or_none(visit.scheduled),
        "started": micros(visit.started),
        "previous": micros_or_none(visit.previous),
        "version": visit.version_seq,
        "skipped": document(dict(visit.skipped)) if visit.skipped else None,
    }


def visit(row: Row, captures: tuple[Capture, ...] = ()) -> Visit:
    return Visit(
        **{name: row[name] for name in _VISIT},
        scheduled=moment_or_none(row["scheduled"]),
        started=moment(row["started"]),
        previous=moment_or_none(row["previous"]),
        version_seq=row["version"],
        skipped=tuple(json.loads(row["skipped"]).items()) if row["skipped"] else (),
        captures=captures,
    )


def stored_version(row: Row) -> StoredVersion:
    names = ("urlkey", "seq", "record_id", "digest", "content_hash", "same_as", "redacted", "differ")
    return StoredVersion(
        **{name: row[name] for name in names},
        first_seen=moment(row["first_seen"]),
        last_seen=moment(row["last_seen"]),
        version=version_from_json(json.loads(row["document"])),
    )


def as_kept(version: Version) -> Version:
    """A version as it comes back from a catalog, which takes neither NUL nor half a letter."""
    return version_from_json(json.loads(document(version_to_json(version))))


def change_rows(changes: Sequence[Change], *, seen_by: datetime, **facts: Any) -> Iterable[dict[str, Any]]:
    """A row per change; ``facts`` are what all share: urlkey, url, from_seq, to_seq, differ, extractor.

    ``seen_by`` is for those that are not dated themselves.
    """
    about = {name: facts[name] for name in ("urlkey", "from_seq", "to_seq", "differ")}
    for place, (id_, change) in enumerate(zip(change_ids(changes, **about), changes, strict=True)):
        yield facts | {
            "id": id_,
            "place": place,
            "type": change.type,
            "class": change.class_,
            "confirmed": change.confirmed,
            "seen_by": micros(change.seen_by or seen_by),
            "score": change.match_score,
            "document": document(change_to_json(change)),
            "notice": change.notice,
            "stealth": change.stealth,
        }


def stored_change(row: Row) -> StoredChange:
    names = ("url", "urlkey", "from_seq", "to_seq", "extractor", "differ")
    return StoredChange(
        change=replace(change_from_json(json.loads(row["document"])), confirmed=bool(row["confirmed"])),
        change_id=row["id"],
        **{name: row[name] for name in names},
    )


def warc_file_row(file: WarcFile) -> dict[str, Any]:
    names = ("name", "key", "state", "size", "sha256", "worker")
    row: dict[str, Any] = {name: cleaned(getattr(file, name)) for name in names}
    replaces = ",".join(sorted(file.replaces))
    return row | {"opened": micros(file.opened), "stored": micros_or_none(file.stored), "replaces": replaces}


def warc_file(row: Row) -> WarcFile:
    names = ("name", "key", "state", "size", "sha256", "worker")
    return WarcFile(
        **{name: row[name] for name in names},
        opened=moment(row["opened"]),
        stored=moment_or_none(row["stored"]),
        replaces=tuple(name for name in row["replaces"].split(",") if name),
    )


_TAKEDOWN = ("id", "scope", "url", "urlkey", "record_id", "digest", "actor", "reason")
_TAKEDOWN_TIMES = ("timestamp", "at", "redact", "lifted", "done")


def takedown_row(one: Takedown) -> dict[str, Any]:
    row: dict[str, Any] = {name: cleaned(getattr(one, name)) for name in _TAKEDOWN}
    return row | {name: micros_or_none(getattr(one, name)) for name in _TAKEDOWN_TIMES}


def takedown(row: Row) -> Takedown:
    times = {name: moment_or_none(row[name]) for name in _TAKEDOWN_TIMES}
    return Takedown(**{**{name: row[name] for name in _TAKEDOWN}, **times})
