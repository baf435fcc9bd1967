"""Two lists of updates of one page -> one, in the order of both, each update once. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..model import Update
from .canonical import canonical

FULLER = 0.9  # share of the other reading's length below which a beginning of it is a text that was cut
_TOP, _NEWER = 3, 3  # where a pinned copy stands, and above how many newer updates at least
_AGREE = 0.5  # share of the pairs with one id that must agree, else their ids are counters of each page


def merged(first: Sequence[Update], then: Sequence[Update]) -> tuple[Update, ...]:
    """``first`` with what ``then``, read later or further down, says of them and beyond them.

    What both have is read as ``then`` has it, at its place in ``first``; a pinned copy in ``first`` gives way to its
    original in ``then``. What only ``then`` has stands behind its predecessor there.
    """
    partners = _partners(first, then)
    on_top, there = _on_top(first), _on_top(then)
    anchors = {j for j, i in partners.items() if i not in on_top and j not in there}
    placed: list[Update | None] = list(first)
    behind: dict[int, list[Update]] = {}  # place in ``first`` -> what comes behind it; -1: in front of all
    at = None if anchors else len(first) - 1
    ahead: list[Update] = []
    for j, update in enumerate(then):
        i = partners.get(j)
        new = update if i is None else _both(first[i], update)
        if i is None or (i in on_top and j not in there):  # the copy on top; here is its original
            if i is not None:
                placed[i] = None
            new = new if i is None else replace(new, pinned=True)
            (ahead if at is None else behind.setdefault(at, [])).append(new)
            continue
        placed[i] = new
        if j in anchors:
            if at is None:
                behind.setdefault(i - 1, []).extend(ahead)
                ahead = []
            at = i
    behind.setdefault(len(first) - 1, []).extend(ahead)
    rows = [*behind.get(-1, [])]
    for i, kept in enumerate(placed):
        rows += [kept] if kept is not None else []
        rows += behind.get(i, [])
    return rekeyed(rows)


def _on_top(updates: Sequence[Update]) -> set[int]:
    """Places of those that are pinned, or stand above several newer ones in a list that begins with the newest."""
    times = [u.published for u in updates]
    known = [t for t in times if t is not None]
    found = {i for i, u in enumerate(updates) if u.pinned}
    if len(known) < 2 or known[-1] > max(known[:2]):
        return found
    for i, own in enumerate(times[:_TOP]):
        if own is not None and sum(t is not None and t > own for t in times[i + 1 :]) >= _NEWER:
            found.add(i)
    return found


def _partners(first: Sequence[Update], then: Sequence[Update]) -> dict[int, int]:
    """Place in ``then`` -> place in ``first``."""
    by_id = _once({i: u.id for i, u in enumerate(first) if u.id})
    there = _once({j: u.id for j, u in enumerate(then) if u.id})
    pairs = {j: by_id[id_] for id_, j in there.items() if id_ in by_id}
    agreeing = sum(_alike(first[i], then[j]) for j, i in pairs.items())
    if agreeing < _AGREE * len(pairs):  # numbers that begin anew on each page
        pairs = {j: i for j, i in pairs.items() if _alike(first[i], then[j])}
    taken = set(pairs.values())
    left = [u for i, u in enumerate(first) if i not in taken]
    right = [u for j, u in enumerate(then) if j not in pairs]
    if all(u.id for u in (*left, *right)) or not (left and right):
        return pairs
    by_print = _once({i: _print(u) for i, u in enumerate(first) if i not in taken})
    for print_, j in _once({j: _print(u) for j, u in enumerate(then) if j not in pairs}).items():
        i = by_print.get(print_)
        if i is not None and not (first[i].id and then[j].id and first[i].id != then[j].id):
            pairs[j] = i
    return pairs


def _once(named: dict[int, str | None]) -> dict[str, int]:
    """Name -> place, of the names that occur once."""
    counts = Counter(named.values())
    return {name: place for place, name in named.items() if name and counts[name] == 1}


def _alike(one: Update, other: Update) -> bool:
    if one.published and one.published == other.published:
        return True
    a, b = canonical(one.text), canonical(other.text)
    return a == b or (bool(a and b) and (a.startswith(b[:40]) or b.startswith(a[:40])))


def _print(update: Update) -> str:
    said = canonical(update.text) or canonical(update.headline or "")
    moment = update.published.isoformat() if update.published and update.time_source != "relative" else ""
    return f"{moment}\n{said}" if said else ""


def _both(one: Update, later: Update) -> Update:
    """The later reading, but for what it lacks."""
    if _is_cut(later.text, one.text):
        one, later = later, one
    filled: dict[str, Any] = {
        name: getattr(one, name)
        for name in ("id", "headline", "html", "authors", "published", "updated", "shown_as", "links", "media",
                     "captions")
        if not getattr(later, name) and getattr(one, name)
    }  # fmt: skip
    if "published" in filled:
        filled |= {"time_precision": one.time_precision, "time_source": one.time_source}
    here = tuple(pair for pair in later.provenance if pair[0] != "part")
    parts = [dict(u.provenance).get("part") for u in (one, later)]
    mark = (("part", parts[0]),) if parts[0] and parts[1] else ()  # on the page itself, if either is
    filled |= {"pinned": one.pinned or later.pinned, "key_event": one.key_event or later.key_event}
    return replace(later, **filled, provenance=(*here, *mark))


def _is_cut(text: str, whole: str) -> bool:
    """Whether it is a beginning of the other text and not more: structured data often stops short."""
    if len(text) >= FULLER * len(whole):
        return False
    return canonical(whole).startswith(canonical(text.rstrip(" .…")))


def rekeyed(updates: Sequence[Update]) -> tuple[Update, ...]:
    """Keys and positions for one list: an id that several updates carry identifies none of them."""
    counts = Counter(u.id for u in updates if u.id)
    used: Counter[str] = Counter()
    keyed = []
    for position, update in enumerate(updates):
        key = f"id:{update.id}" if update.id and counts[update.id] == 1 else fingerprint(update)
        used[key] += 1
        keyed.append(replace(update, key=key if used[key] == 1 else f"{key}#{used[key]}", position=position))
    return tuple(keyed)


def fingerprint(update: Update) -> str:
    moment = update.published.isoformat() if update.published and update.time_source != "relative" else ""
    said = f"{moment}\n{canonical(update.text) or canonical(update.headline or '')}"
    return f"text:{hashlib.sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:20]}"
