"""A page and its parts -> one Version: updates merged by key, each once, in the order of the page. Pure.

    page | older pages, answers of feeds, the page once more | -> updates, window, warnings

The page leads: its headline, lead, dates and state stand. What could not be had is named, and then the window is not
complete: that an update is missing says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ..model import Unreadable, Update, Version
from .merge import merged
from .rest import NOTHING, Rest

SHIFTED = "older: the page changed while the rest of it was read"
INCOMPLETE = "older: not everything was reached"
_ALONE = frozenset({"not_segmented", "script_only"})  # what is no longer true with updates from elsewhere


@dataclass(frozen=True, slots=True)
class Look:
    """One answer as it was read, and what else it says there is."""

    url: str
    read: Version | Unreadable
    rest: Rest = field(default=NOTHING)

    @property
    def version(self) -> Version | None:
        return self.read if isinstance(self.read, Version) else None

    @property
    def is_bare(self) -> bool:
        """A page in which no update was recognised."""
        return isinstance(self.read, Version) and "not_segmented" in self.read.warnings


def with_rest(version: Version, rest: Rest) -> Look:
    """A version says what its page leaves open."""
    if rest.next is not None and version.window.complete:
        version = replace(version, window=replace(version.window, complete=False))
    if rest.warnings:
        version = replace(version, warnings=(*version.warnings, *rest.warnings))
    return Look(version.url, version, rest)


def whole(page: Look, parts: Sequence[Look]) -> Version | Unreadable:
    """``parts`` in the order in which they were fetched; one with the page's own address is the page once more."""
    version = page.version
    if version is None or not parts:
        return page.read
    again = [p for p in parts if p.url == page.url]
    chain = [p for p in parts if p.url != page.url]
    told = [f"older: {p.url}: {why}" for p in parts if (why := _trouble(p))]
    updates, barren = _joined(page, version, chain)
    shifted = False
    for look in again:
        if look.version is not None:
            shifted = shifted or _keys(look.version) != _keys(version)
            updates = merged(updates, look.version.updates)
    told += [SHIFTED] if shifted else []
    told += [f"older: {barren} brings nothing but what was shown before"] if barren else []
    reached = version.window.page == 1 and _ends(page, chain) and not told
    told += [] if reached else [INCOMPLETE]
    return _told(version, chain, updates, reached=reached, told=told)


def _trouble(part: Look) -> str | None:
    if isinstance(part.read, Unreadable):
        return f"{part.read.reading}: {part.read.detail}"
    return "no update was recognised in it" if part.is_bare else None


def _joined(page: Look, version: Version, chain: Sequence[Look]) -> tuple[tuple[Update, ...], str | None]:
    """All updates, and the address of an answer that repeats what was there: paging that leads nowhere."""
    updates = version.updates
    barren = None
    paged = page.rest.next is not None and page.rest.next.kind == "older"  # a feed may well hold no more than the page
    before = _keys(version) if paged else [""]
    for look in chain:
        if look.version is None:
            continue
        known, keys = len(updates), _keys(look.version)
        updates = merged(updates, _marked(look.version.updates, look.url))
        if len(updates) == known and (look.rest.next is not None or keys == before):
            barren = look.url
        before = keys
    return updates, barren


def _marked(updates: Iterable[Update], url: str) -> tuple[Update, ...]:
    return tuple(replace(u, provenance=(*u.provenance, ("part", url))) for u in updates)


def _keys(version: Version) -> list[str]:
    return [u.key for u in version.updates]


def _ends(page: Look, chain: Sequence[Look]) -> bool:
    """Whether the last answer says that nothing follows it."""
    last = chain[-1] if chain else page
    return last.version is not None and last.rest.next is None


def _told(
    version: Version, chain: Sequence[Look], updates: tuple[Update, ...], *, reached: bool, told: list[str]
) -> Version:
    read = [p.version for p in chain if p.version]
    total = next((v.window.total for v in read if v.window.total), version.window.total)
    if reached and total is not None and len(updates) < total:
        told.append(f"older: {len(updates)} updates of {total} were found")
        reached = False
    moments = [u.published for u in updates if u.published]
    window = replace(
        version.window,
        pages=version.window.pages or next((v.window.pages for v in read if v.window.pages), None),
        newest=max(moments, default=None),
        oldest=min(moments, default=None),
        load_more=version.window.load_more and not reached,
        complete=reached,
        parts=len(read),
        total=total,
    )
    known = {u.key for u in version.updates}
    texts = [part for u in updates if u.key not in known for part in (u.headline, u.text) if part]
    kept = [w for w in version.warnings if not (updates and w in _ALONE)]
    deleted = dict.fromkeys(key for v in (version, *read) for key in v.deleted)
    shown = {u.key for u in updates}
    return replace(
        version,
        text="\n".join([version.text, *texts] if version.text else texts),
        live=version.live or bool(updates),
        window=window,
        updates=updates,
        deleted=tuple(key for key in deleted if key not in shown),
        warnings=tuple(dict.fromkeys([*kept, *(w for v in read for w in _of_part(v)), *told])),
    )


def _of_part(version: Version) -> list[str]:
    """What is to be said of a part beside what is said of the page already."""
    return [w for w in version.warnings if w not in _ALONE and not w.startswith("ended: ")]
