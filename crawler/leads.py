"""What is kept of requisites: the capture that an answer may repeat, and what an answer leads to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from urllib.parse import urljoin

from pipelines.entity import parse
from pipelines.errors import StoppressError, WatchlistError
from pipelines.extract.requisites import Rank, Requisite
from pipelines.keeper import Keeper
from pipelines.model import Answer, Capture
from pipelines.takedowns import Blocks
from pipelines.urlkey import normalise

from .had import REDIRECTS, Had

log = logging.getLogger(__name__)


class Leads:
    """``blocks``: what was taken down, and is neither repeated nor looked into."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self.blocks = Blocks(())

    async def original(self, had: Had | None) -> Capture | None:
        """What the answer for a requisite may turn out to repeat."""
        return await self._capture(had.original) if had else None

    async def of(self, had: Had, rank: Rank) -> Sequence[Requisite]:
        """What a requisite that was had leads to; in each process it is read in the archive once, if need be."""
        if had.leads is None:
            answer = await self.kept(await self._capture(had.leads_in))
            had.leads = await self.told_by(answer, rank) if answer else ()
        return had.leads

    async def told_by(self, answer: Answer, rank: Rank) -> Sequence[Requisite]:
        """What an answer leads to: what it redirects to, ``rank`` for rank; what a style sheet imports and shows."""
        message = parse(answer.block)
        if message.status in REDIRECTS:
            target = _target(answer.url, message.header("Location"))
            return [Requisite(rank, target)] if target else []
        kind = (message.header("Content-Type") or "").partition(";")[0].strip().lower()
        return await self._keeper.workers.requisites(answer) if kind == "text/css" else []

    async def kept(self, capture: Capture | None) -> Answer | None:
        """An answer out of the archive; None where it cannot be had."""
        if capture is None:
            return None
        try:
            record = await asyncio.to_thread(self._keeper.reader.record, capture)
        except StoppressError as e:
            log.warning("what %s leads to cannot be told: %s", capture.url, e)
            return None
        return Answer(record.block, capture.url, capture.timestamp)

    async def _capture(self, record_id: str | None) -> Capture | None:
        found = await asyncio.to_thread(self._keeper.catalog.capture, record_id) if record_id else None
        return None if found is None or found.redacted or self.blocks.capture(found) else found


def _target(url: str, location: str | None) -> str | None:
    try:
        return normalise(urljoin(url, location.strip().replace(" ", "%20"))) if location else None
    except (WatchlistError, ValueError):
        return None
