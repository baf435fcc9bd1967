"""What an administrator may ask of a store beyond what a crawler may: take objects away.

Crawlers and readers never import this, and their credentials would not let them (infra/).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from .objects import ObjectStore


@dataclass(frozen=True, slots=True)
class Upload:
    """Parts of an object that never became one: the key they were meant for, and since when they lie there."""

    key: str
    begun: datetime
    name: str  # by which the store knows it


class AdminStore(ObjectStore, Protocol):
    """An ObjectStore with deletion."""

    def may_delete(self) -> None:
        """StoreUnavailable, with the cause in words, if these credentials may not delete; nothing is changed.

        StoreError: there is no store.
        """

    def delete(self, key: str) -> None:
        """The object is gone afterwards, also if it was before. A bucket with versions keeps the bytes aside."""

    def erase(self, key: str) -> None:
        """The same, with every version that the bucket keeps: nobody gets these bytes back."""

    def uploads(self) -> Iterator[Upload]:
        """Uploads of ours that were begun and neither ended nor given up."""

    def give_up(self, upload: Upload) -> None:
        """What came of an upload is cleared away."""
