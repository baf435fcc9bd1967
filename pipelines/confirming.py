"""Removals that one look alone has seen, and what a later look says of them.

removals in doubt, without those that a look between has shown again -> compared with this look -> confirmed ones
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .diff import align, confirm, names
from .model import Change, Version
from .rereading import Reread, by_other_rules
from .store.catalog import Catalog, StoredChange, StoredVersion

_DOUBTED = 5  # versions whose removals may still wait for a second good look
_BACK = ("restored", "returned")


def confirmed(urlkey: str, later: Version, before: StoredVersion, catalog: Catalog, reread: Reread) -> tuple[str, ...]:
    """Ids of the removals that ``later`` repeats: it is a second good look, and lacks the update as well.

    Mostly the first was the look before; where that was no good one (half of the page gone), one before that.
    """
    pending: dict[int, list[StoredChange]] = {}
    for removal in _in_doubt(urlkey, catalog):
        late = removal.change.seen_by is not None and removal.change.seen_by > later.at  # ``later`` was imported
        if before.seq - _DOUBTED < removal.to_seq <= before.seq and not late:
            pending.setdefault(removal.from_seq, []).append(removal)
    found: list[str] = []
    for seq, removals in pending.items():
        stored = catalog.version(urlkey, seq)
        basis = _by_rules_of(later, stored, reread)
        if stored is None or basis is None:
            continue
        now = _renamed(stored.version, basis)
        asked = [replace(one.change, update=now.get(one.change.update or "", one.change.update)) for one in removals]
        again = confirm(asked, basis, later)
        found += [one.change_id for one, change in zip(removals, again, strict=True) if change.confirmed]
    return tuple(found)


def confirmed_beyond(urlkey: str, new: Version, catalog: Catalog, found: Iterable[Change]) -> tuple[str, ...]:
    """The same of removals from older pages and feeds, if this look reached everything. ``found``: what it changed."""
    if not (new.window.complete and new.window.parts):
        return ()
    shown = set(names(new.updates))
    back = [change for change in found if change.type in _BACK]
    pending = (one for one in _in_doubt(urlkey, catalog) if one.change.part and one.change.update not in shown)
    return tuple(one.change_id for one in pending if not any(_is_of(change, one.change) for change in back))


def _in_doubt(urlkey: str, catalog: Catalog) -> list[StoredChange]:
    """A removal that a later version has taken back was none: what that update does afterwards does not confirm it."""
    removals = list(catalog.changes(urlkey=urlkey, types=("removed",), confirmed=False))
    back = list(catalog.changes(urlkey=urlkey, types=_BACK)) if removals else []
    return [
        removal
        for removal in removals
        if not any(one.to_seq > removal.to_seq and _is_of(one.change, removal.change) for one in back)
    ]


def _is_of(back: Change, removal: Change) -> bool:
    """Is it the update that had been removed? By its name, then and now, or by what it had said."""
    return removal.update in (back.update, back.was) or (bool(removal.old) and removal.old == back.old)


def _by_rules_of(later: Version, stored: StoredVersion | None, reread: Reread) -> Version | None:
    if stored is None or stored.redacted:
        return None
    if not by_other_rules(stored, later.extractor):
        return stored.version
    [found] = reread([stored])
    return found if isinstance(found, Version) else None


def _renamed(stored: Version, read: Version) -> dict[str, str]:
    """The names of its updates as they were read first -> as other rules read them. Empty where it is the same."""
    if stored is read:
        return {}
    old, new = names(stored.updates), names(read.updates)
    return {old[i]: new[j] for i, j, _, _ in align(stored.updates, read.updates) if i is not None and j is not None}
