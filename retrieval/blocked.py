"""What was taken down: which parts of an answer are left out, and what is said in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipelines.model import Capture, Change
from pipelines.redaction import blanked, without_sides
from pipelines.store.catalog import Catalog, PageSummary, StoredChange, StoredVersion
from pipelines.takedowns import Blocks


def why_not(capture: Capture, catalog: Catalog) -> str:
    """Why the bytes of a capture are not given: the takedown's reason and date, also of one that was redacted."""
    if one := catalog.blocks().capture(capture):
        return str(one)
    known = {one.id: one for one in catalog.takedowns()}
    if capture.redacted in known:
        return str(known[capture.redacted])
    return f"451: {capture.url}: the bytes of {capture.record_id} were taken out by takedown {capture.redacted}"


def version_block(stored: StoredVersion, catalog: Catalog) -> str | None:
    """Why a version may not be shown; None if it may."""
    blocks = catalog.blocks()
    if one := blocks.words(stored.record_id):
        return str(one)
    if not blocks and not stored.redacted:
        return None
    capture = catalog.capture(stored.record_id)
    if capture and (capture.redacted or blocks.capture(capture)):
        return why_not(capture, catalog)
    return f"451: the text of v{stored.seq} was taken out by takedown {stored.redacted}" if stored.redacted else None


def without_words(stored: StoredVersion, blocks: Blocks) -> StoredVersion:
    """A version in a list: that it was there stays, what it said does not if it was taken down."""
    one = blocks.words(stored.record_id)
    return replace(stored, version=blanked(stored.version), redacted=one.id) if one else stored


def open_ones(changes: Iterable[StoredChange], blocks: Blocks) -> Iterator[StoredChange]:
    """Changes of which no side was taken down."""
    for stored in changes:
        if not blocks or not (blocks.page(stored.urlkey) or _taken(stored.change, blocks)):
            yield stored


def open_words(changes: Iterable[Change], blocks: Blocks) -> list[Change]:
    """Changes without the words of the sides that were taken down."""
    return [without_sides(change, _taken(change, blocks)) if blocks else change for change in changes]


def _taken(change: Change, blocks: Blocks) -> set[str]:
    """The records that showed a side of it, or what is back, and may not be shown."""
    proofs = (change.old_proof, change.new_proof, change.earlier_proof)
    return {proof.record_id for proof in proofs if proof and blocks.words(proof.record_id)}


def masked(pages: list[PageSummary], catalog: Catalog) -> list[PageSummary]:
    """The list of pages without the headlines of those that were taken down, or whose newest version was."""
    blocks = catalog.blocks()
    return [replace(page, headline=None) if _hides(page, blocks, catalog) else page for page in pages]


def _hides(page: PageSummary, blocks: Blocks, catalog: Catalog) -> bool:
    if not blocks or page.headline is None:
        return False
    if blocks.page(page.urlkey):
        return True
    if not blocks.single():
        return False
    newest = catalog.latest_version(page.urlkey)  # a page that redirects has its captures under another key
    return newest is not None and version_block(newest, catalog) is not None
