"""The first version that was known of a page, told from what was imported before it.

It came without changes, for nothing was known before. Now something is: its reading is told once more, with the
changes between the two, dated like any.
"""

from __future__ import annotations

from pipelines.between import between, needed, proof_of
from pipelines.crashpoint import crashpoint
from pipelines.derivations import DIFFER
from pipelines.extract import EXTRACTOR
from pipelines.keeper import Keeper
from pipelines.model import Version
from pipelines.rereading import Reread
from pipelines.settled import Settled
from pipelines.store.catalog import StoredVersion
from pipelines.turns import begins


def tell(keeper: Keeper, urlkey: str, reread: Reread) -> int:
    """How many changes were told now, of this page."""
    pairs = begins(keeper.catalog.turns(urlkey))
    if not pairs:
        return 0
    versions = keeper.catalog.versions(urlkey)
    by_number = {one.seq: one for one in versions}
    return sum(_tell(keeper, by_number[old], by_number[new], versions, reread) for old, new in pairs)


def _tell(keeper: Keeper, old: StoredVersion, new: StoredVersion, versions: list[StoredVersion], reread: Reread) -> int:
    visit = keeper.catalog.visit_of(new)
    if visit is None or old.redacted or new.redacted or (new.version.extractor, new.differ) != (EXTRACTOR, DIFFER):
        return 0  # a reading says by whose rules all of it was made: of another release's nothing is added
    blocks = keeper.catalog.blocks()
    if any(blocks.words(one.record_id) for one in (old, new)):
        return 0  # what was taken down is not compared
    sides = needed(old, new, versions)
    others = [one for one in sides if one.version.extractor != EXTRACTOR]
    read: dict[int, Version] = {one.seq: one.version for one in sides}
    for one, found in zip(others, reread(others) if others else (), strict=True):
        if not isinstance(found, Version):
            return 0
        read[one.seq] = found
    told = tuple(between(old, new, versions, read))
    if not told:
        return 0
    keeper.keep_reading(
        Settled(
            visit_id=visit.id,
            url=visit.url,
            urlkey=new.urlkey,
            reading="version",
            detail=visit.detail,
            shown_by=proof_of(new),
            extractor=new.version.extractor,
            differ=new.differ,
            number=new.seq,
            content_hash=new.content_hash,
            version=new.version,
            changes=told,
            told_from=old.seq,
        )
    )
    # Nobody tells it again once the catalog has it, so it is on disk before: with whatever comes next.
    keeper.recorder.starting([]).result()
    crashpoint("told_late")
    keeper.catalog.told_late(new, visit.url, old.seq, told)
    return len(told)
