"""Learning from the archive what its own estimates, and the schedule, take newsrooms for."""

from __future__ import annotations

from datetime import datetime

from .lifetimes import Lifetimes, by_site
from .store.catalog import Catalog


def learn_lifetimes(catalog: Catalog, now: datetime) -> dict[str, Lifetimes]:
    """How soon each newsroom overwrites, by site; remembered, and returned with what was known before."""
    catalog.remember_lifetimes(by_site(catalog.lives()), now)
    return catalog.lifetimes()
