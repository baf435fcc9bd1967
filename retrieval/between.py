"""What changed between any two versions of a page, as whoever reads an archive asks for it."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines import between as pure
from pipelines.errors import NotArchived
from pipelines.model import Change, Unreadable, Version
from pipelines.rereading import Reread, not_at_hand
from pipelines.store.catalog import StoredVersion


def between(
    old: StoredVersion, new: StoredVersion, versions: Sequence[StoredVersion], reread: Reread = not_at_hand
) -> list[Change]:
    """``pipelines.between``; versions that different extractors had read are read again by one (``reread``), or the
    extractors would look like edits. NotArchived: that cannot be done."""
    return pure.between(old, new, versions, _alike(pure.needed(old, new, versions), reread))


def _alike(stored: Sequence[StoredVersion], reread: Reread) -> dict[int, Version]:
    """As one extractor reads them all, by number."""
    if len({one.version.extractor for one in stored}) == 1:
        return {one.seq: one.version for one in stored}
    found: dict[int, Version] = {}
    for one, read in zip(stored, reread(stored), strict=True):
        if isinstance(read, Unreadable):
            raise NotArchived(
                f"v{one.seq} was read by {one.version.extractor}, the other version by another one, and it cannot be "
                f"read again: {read.detail}; compare versions of one extractor: stoppress versions --json names it"
            )
        found[one.seq] = read
    return found
