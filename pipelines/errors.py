"""One small family of errors. Every message names the thing and the next step."""

from __future__ import annotations


class StoppressError(Exception):
    """Anything Stoppress refuses or cannot do; ``str(e)`` is meant for people."""


class ConfigError(StoppressError):
    """The configuration names something unknown or impossible."""


class WatchlistError(ConfigError):
    """A watch cannot be taken as it is written."""


class StoreError(StoppressError):
    """The store did not do what was asked."""


class ObjectNotFound(StoreError):
    """There is no such object, or no such bytes in it."""


class ObjectExists(StoreError):
    """The key is taken by other bytes; stored objects are never overwritten."""


class StoreUnavailable(StoreError):
    """The store cannot be reached or refuses us; what is in the spool is safe and will be sent later."""


class CatalogError(StoppressError):
    """The catalog cannot be opened or written."""


class CatalogDamaged(CatalogError):
    """Its file holds something else than what was written; ``str(e)`` says how to make it again."""


class RowRefused(CatalogError):
    """A value that this database cannot hold; the same row will be refused again, others will not."""


class SpoolLocked(StoppressError):
    """Another process writes to this spool."""


class CrawlerRunning(StoppressError):
    """Another crawler visits the pages of this catalog."""


class SpoolFull(StoppressError):
    """The spool has reached its limit: nothing is acknowledged until it drains."""


class DamagedRecord(StoppressError):
    """A record does not hold what its headers say."""


class TakenDown(StoppressError):
    """451: it was here, and may not be shown; ``str(e)`` says since when and why."""


class NotArchived(StoppressError):
    """Nothing is kept of this page (at this time)."""
