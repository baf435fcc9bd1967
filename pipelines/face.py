"""The JSON face (DESIGN 8): what the commands print and what the catalog and the archive keep.

Versions and changes come back by ``X_from_json``. ``version_to_json`` is the whole document, for keeping;
``version_line`` is the part that ``stoppress extract --json`` prints. Times are UTC ISO 8601 with ``Z``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from .model import Change, Proof, Update, Version, Visit, Window

Json = dict[str, Any]


def _names(text: str) -> list[str]:
    return text.split()


VERSION_LINE = _names(
    "headline standfirst text lang datePublished dateModified coverageStartTime coverageEndTime "
    "state live window updates warnings"
)
UPDATE_LINE = _names(
    "id key headline text html authors published updated time_precision pinned key_event position links media"
)
EXPLAINED = _names("state_votes polls continued_at uncovered extra")  # what --explain adds about the page
CHANGE_LINE = _names("type class update field old new ops match_method match_score confirmed")
# Absent where there is nothing to say:
CHANGE_MORE = _names(
    "part runner_up_score other numbers_changed quotes_changed names_changed "
    "was age_s gap_s earlier earlier_proof tombstone notice stealth reasons coarse"
)
VISIT_LINE = _names("url started why scheduled previous outcome reason detail status captures reading version changes")
CAPTURE_LINE = _names("role url filename offset length record_id digest")

_TIMES = _names(
    "at datePublished dateModified coverageStartTime coverageEndTime published updated created newest oldest "
    "seen_after seen_by timestamp earlier"
)


_AFTER = ("seen_after", "seen_by", "old_proof", "new_proof", *CHANGE_MORE)
_ABSENT_WHERE_FALSE = ("tombstone", "coarse")
_PROOFS = ("old_proof", "new_proof", "earlier_proof")


def iso(moment: datetime) -> str:
    """An aware datetime -> ``2026-01-03T10:00:00Z``; microseconds only where there are any."""
    return moment.astimezone(UTC).isoformat()[:-6] + "Z"


def from_iso(text: str) -> datetime:
    """The inverse of ``iso``; ValueError if the text is no ISO time with a zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write it with Z")
    return moment.astimezone(UTC)


def version_to_json(version: Version) -> Json:
    """The whole document, the face's keys first; ``version_from_json`` gives the version back."""
    document = _plain(version)
    document["window"] = _plain(version.window)
    document["updates"] = [update_to_json(u) for u in version.updates]
    return _ordered(document, VERSION_LINE)


def version_from_json(document: Mapping[str, Any]) -> Version:
    """A version from its document; keys unknown to this release are passed over."""
    values = _values(Version, document)
    values["window"] = Window(**_values(Window, document.get("window") or {}))
    values["updates"] = tuple(update_from_json(u) for u in document.get("updates", ()))
    return Version(**values)


def version_line(version: Version, *, explain: bool = False) -> Json:
    """What ``extract --json`` prints: the face's keys alone; ``explain`` adds each field's provenance."""
    document = version_to_json(version)
    line = _only(document, VERSION_LINE)
    keys = [*UPDATE_LINE, "created", "time_source", "shown_as", "captions", "provenance"] if explain else UPDATE_LINE
    line["updates"] = [_only(u, keys) for u in document["updates"]]
    if explain:
        line |= _only(document, EXPLAINED)
    return line


def update_to_json(update: Update) -> Json:
    document = _plain(update)
    document["provenance"] = dict(update.provenance)
    return _ordered(document, UPDATE_LINE)


def update_from_json(document: Mapping[str, Any]) -> Update:
    values = _values(Update, document)
    values["provenance"] = tuple(document.get("provenance", {}).items())
    return Update(**values)


def change_to_json(change: Change) -> Json:
    """A line of ``compare --json``; interval, proofs and the rest follow where the change has them."""
    document = _plain(change)
    document["class"] = document.pop("class_")
    document["gap_s"] = change.gap_s
    for side in _PROOFS:
        proof = document.pop(side)
        document[side] = _plain(proof) if proof is not None else None
    for name in ("seen_after", "seen_by", *_PROOFS, *CHANGE_MORE):
        if document.get(name) in (None, []) or (name in _ABSENT_WHERE_FALSE and not document[name]):
            document.pop(name, None)
    return _ordered(document, [*CHANGE_LINE, *(name for name in _AFTER if name in document)])


def change_from_json(document: Mapping[str, Any]) -> Change:
    values = _values(Change, {**document, "class_": document["class"]})
    values["ops"] = tuple(tuple(op) for op in document.get("ops", ()))
    for side in _PROOFS:
        if document.get(side):
            values[side] = Proof(**_values(Proof, document[side]))
    return Change(**values)


def visit_to_json(visit: Visit) -> Json:
    """A line of ``crawl --json``: ``version`` is the number of the page's new version.

    ``skipped``, turns of the schedule that brought no visit, by cause, is absent where there are none.
    """
    document = {name: _value(getattr(visit, name)) for name in VISIT_LINE}
    document["captures"] = [_only(_plain(c), CAPTURE_LINE) for c in visit.captures]
    document["changes"] = [change_to_json(c) for c in visit.changes]
    document["version"] = visit.version_seq
    line = _only(document, VISIT_LINE)
    return {**line, "skipped": dict(visit.skipped)} if visit.skipped else line


def _plain(thing: Any) -> Json:
    return {f.name: _value(getattr(thing, f.name)) for f in fields(thing)}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, tuple):
        return [_value(v) for v in value]
    return value


def _values(kind: Any, document: Mapping[str, Any]) -> Json:
    """The constructor arguments for ``kind``: times and tuples come back as what they were."""
    return {f.name: _read(f.name, document[f.name]) for f in fields(kind) if f.name in document}


def _read(name: str, value: Any) -> Any:
    if name in _TIMES and isinstance(value, str):
        return from_iso(value)
    return tuple(value) if isinstance(value, list) else value


def _only(document: Json, names: list[str]) -> Json:
    return {name: document[name] for name in names}


def _ordered(document: Json, first: list[str]) -> Json:
    return {name: document[name] for name in [*first, *(n for n in document if n not in first)]}
