"""The catalog: what the archive knows of itself, in SQLite or PostgreSQL. A cache of the store, never the truth.

watches -> visits -> captures -> versions -> changes          files: where the captures lie
                              -> reextracted                  what later extractors read in them
                                 versions -> rediffed         what comparing them again gives
hosts, learnt, prices: what a crawler remembers of those it asks, of its pages, of what looks cost
lifetimes: how soon newsrooms overwrite, learnt from the changes
hints, hint_sources, hint_pages, subscriptions: who says that something happened, and what that was worth
"""

from __future__ import annotations

from .catalog_captures import CaptureRows
from .catalog_exports import ExportRows
from .catalog_hints import HintRows
from .catalog_hosts import HostRows
from .catalog_learnt import LearntRows
from .catalog_lifetimes import LifetimeRows
from .catalog_mementos import MementoRows
from .catalog_overviews import Overviews
from .catalog_rebuild import RebuildRows
from .catalog_redaction import RedactionRows
from .catalog_rediffed import RediffedRows
from .catalog_reextracted import ReextractedRows
from .catalog_scans import Scans
from .catalog_takedowns import TakedownRows
from .catalog_versions import VersionRows
from .catalog_visits import VisitRows
from .catalog_watches import WatchRows
from .stored import (
    Chosen,
    HostState,
    LastRun,
    LaterReading,
    PageHistory,
    PageSummary,
    PastReading,
    Rediffed,
    Saved,
    StandingWatch,
    StoredChange,
    StoredVersion,
    VersionPair,
    WarcFile,
)

__all__ = [
    "Catalog", "Chosen", "HostState", "LastRun", "LaterReading", "PageHistory", "PageSummary", "PastReading",
    "Rediffed", "Saved", "StandingWatch", "StoredChange", "StoredVersion", "VersionPair", "WarcFile",
]  # fmt: skip


class Catalog(
    WatchRows, VisitRows, CaptureRows, VersionRows, Overviews, RebuildRows, ReextractedRows, RediffedRows,
    RedactionRows, TakedownRows, Scans, ExportRows, MementoRows, HostRows, LearntRows,
    LifetimeRows, HintRows,
):  # fmt: skip
    """``Catalog.open(url)``; safe to use from several threads. Every method is one transaction.

    Times are aware datetimes in and out; a page is named by its urlkey (or its URL where the parameter says so).
    Text is kept without NUL, a lone surrogate as U+FFFD. CatalogError: it cannot be read or written.
    """
