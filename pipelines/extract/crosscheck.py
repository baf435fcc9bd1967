"""A profile's updates against the generic reader's: whom to believe, field by field, and what to say about it.

The generic reader always runs. A profile that is verified and valid leads; one that is not only fills gaps, and
only where both see the same updates in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import ids
from .found import Found
from .phrases import Phrases
from .profiled import Seen, called
from .reconcile import Vouch, join
from .source import Node
from .times import Read

_FIELDS = ("id", "headline", "authors", "published", "updated", "created", "shown", "pinned", "key_event")
_CHANGED = "the site changed its markup"
ENOUGH = 0.5  # share of the generic reader's updates that a profile must find to be believed rather than it


@dataclass(frozen=True, slots=True)
class Weighed:
    """The updates as shown and as stated, after the profile was heard."""

    dom: list[Found]
    data: list[Found]
    warnings: tuple[str, ...] = ()


def weigh(seen: Seen, dom: Sequence[Found], data: Sequence[Found], doubt: str | None, page: Phrases) -> Weighed:
    """``dom``, ``data``: what the generic reader saw in elements and in JSON-LD. ``doubt``: why it is believed."""
    dom = [f for f in dom if f.nodes[0] not in seen.gone]
    generic = len(join(dom, data, Vouch(data, page)))
    if not seen.shown and not seen.stated:
        said = f"finds no updates, the generic reader {generic}: {_CHANGED}"
        found = (f"{called(seen.profile)}: {said}",) if generic and not seen.warnings else ()
        return Weighed(dom, list(data), (*seen.warnings, *found))
    shown, about_shown = _weigh_shown(seen.shown, dom, data, doubt, page)
    # what is compared with the page's own data is the generic reader's view of it, not the profile's
    stated, about_stated = _weigh_stated(seen.stated, dom, data, doubt, page)
    said_of = dict.fromkeys([*about_shown, *about_stated])
    return Weighed(shown, stated, (*seen.warnings, *(f"{called(seen.profile)}: {w}" for w in said_of)))


def _weigh_shown(
    profile: Sequence[Found], generic: list[Found], data: Sequence[Found], doubt: str | None, page: Phrases
) -> tuple[list[Found], list[str]]:
    if not profile:
        return generic, []
    if not generic and data:
        vouch = Vouch(data, page)
        partners = [next(vouch.partners(f.nodes, f.id), None) for f in profile]
        differs = _difference(partners, data)
    else:
        partners = _same_elements(profile, generic)
        differs = _difference(partners, generic)
    if len(profile) < ENOUGH * len(generic):
        doubt = "too far from it"  # half of a page's updates were not taken away: the profile has lost them
    if differs and doubt:
        return generic, [f"{differs}; the generic reader's are taken, as the profile is {doubt}"]
    warnings = [f"{differs}; the profile's are taken"] if differs else []
    shown = partners if generic else [None] * len(profile)
    pairs = list(zip(profile, shown, strict=True))
    if doubt:
        merged = [filled(g, p) if g is not None else p for p, g in pairs]
        return merged, warnings + _contradicted(pairs, doubt)
    return [filled(p, g) if g is not None else p for p, g in pairs], warnings


def _weigh_stated(
    profile: Sequence[Found], dom: list[Found], data: Sequence[Found], doubt: str | None, page: Phrases
) -> tuple[list[Found], list[str]]:
    if not profile:
        return list(data), []
    known = Vouch(profile, page)
    partners = [p.data for p in join(dom, profile, known) if p.dom] if dom else [known.twin(f) for f in data]
    others = len(dom or data)
    differs = _difference(partners, profile) and _count_or_order(len(profile), others)
    if differs and doubt:
        return list(data), [f"{differs}; the generic reader's are taken, as the profile is {doubt}"]
    believed = "both are" if others else "the profile's are"
    warnings = [f"{differs}; {believed} taken"] if differs else []
    known, taken = Vouch(data, page), set()
    merged = []
    for found in profile:
        other = known.twin(found)
        if other is None or id(other) in taken:
            merged.append(found)
        else:
            taken.add(id(other))
            merged.append(filled(other, found) if doubt else filled(found, other))
    return [*merged, *(f for f in data if id(f) not in taken)], warnings


def _same_elements(profile: Sequence[Found], generic: Sequence[Found]) -> list[Found | None]:
    """For each of the profile's the generic one in the same element, or in one around or within it."""
    of: dict[Node, Found] = {}
    own = {f.nodes[0] for f in profile}
    around = {f.nodes[0]: f for f in generic}
    for found in generic:
        node = found.nodes[0]
        holder = next((n for n in (node, *node.iterancestors()) if n in own), None)
        if holder is not None:
            of.setdefault(holder, found)
    for node in own - of.keys():
        holder = next((n for n in node.iterancestors() if n in around), None)
        if holder is not None:
            of[node] = around[holder]
    return [of.get(f.nodes[0]) for f in profile]


def _difference(partners: Sequence[Found | None], others: Sequence[Found]) -> str | None:
    """What is not the same, if ``partners`` are those among the others of each of one's own."""
    places = {id(f): i for i, f in enumerate(others)}
    if [places.get(id(p)) for p in partners] == list(range(len(others))):
        return None
    return _count_or_order(len(partners), len(others))


def _count_or_order(own: int, others: int) -> str:
    if not others:
        return f"finds {own} updates, the generic reader none"
    if own != others:
        return f"finds {own} updates, the generic reader {others}: {_CHANGED}"
    return f"finds other updates than the generic reader, or in another order: {_CHANGED}"


def filled(first: Found, second: Found) -> Found:
    """The first with the second's values where it has none; what else the second says is noted."""
    notes = list(first.notes)
    values: dict[str, Any] = {}
    for name in _FIELDS:
        own, other = getattr(first, name), getattr(second, name)
        if other and not own:
            values[name] = other
            notes.append((name, second.carrier))
        elif own and other and name != "shown" and not _alike(name, own, other):
            notes.append((f"{name} not taken", f"{second.carrier}: {_plain(other)}"))
    return replace(
        first, **values, notes=tuple(notes), day=first.day or second.day, url=first.url or second.url,
        text=first.text or second.text, body=first.body or second.body, marks=first.marks or second.marks,
    )  # fmt: skip


def _alike(name: str, own: Any, other: Any) -> bool:
    if name == "id":
        return ids.same(own, other)
    if isinstance(own, Read) and isinstance(other, Read):
        a, b = own.moment, other.moment
        if a is None or b is None or (a.tzinfo is None) != (b.tzinfo is None):
            return True  # what they mean is settled later, with the other times of the page
        return a.replace(second=0, microsecond=0) == b.replace(second=0, microsecond=0)
    return bool(own == other)


def _plain(value: Any) -> str:
    return value.raw if isinstance(value, Read) else ", ".join(value) if isinstance(value, tuple) else str(value)


def _contradicted(pairs: Sequence[tuple[Found, Found | None]], doubt: str) -> list[str]:
    """Fields in which a doubtful profile says something else than the generic reader."""
    warnings = []
    for name in ("id", "published", "updated"):
        both = [(getattr(p, name), getattr(g, name)) for p, g in pairs if g is not None]
        other = sum(bool(a and b and not _alike(name, a, b)) for a, b in both)
        if other:
            warnings.append(
                f"another {name} in {other} of {len(both)} updates; the generic reader's are taken, "
                f"as the profile is {doubt}"
            )
    return warnings
