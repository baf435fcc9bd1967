"""How long revisions have lived as far as looks have shown it, and what was learnt of newsrooms from that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select

from pipelines.lifetimes import USUAL, Event, Life, Lifetimes, lives_of

from . import rows
from .catalog_watching import WatchingRows
from .statements import insert_or_update, with_json
from .tables import changes, lifetimes

MOST = 200_000  # changes that are looked at, the newest
_SECOND = 1_000_000  # in microseconds
_BORN = frozenset({"added", "restored", "split", "edited", "retitled", "reverted", "headline", "standfirst"})
_GONE = frozenset({"removed", "merged"})
_LOST = "left_window"


class LifetimeRows(WatchingRows):
    """Of revisions that came while somebody looked again and again."""

    def lives(self, most: int = MOST) -> dict[str, list[Life]]:
        """By page, from its newest changes, so many of all pages together."""
        events = self.read(lambda connection: _events(connection, most))
        last = self.newest_good(events)
        return {
            key: lives_of(mine, last[key].timestamp() if key in last else mine[-1].by) for key, mine in events.items()
        }

    def lifetimes(self) -> dict[str, Lifetimes]:
        """By site (``pipelines.lifetimes.site_of``), those that were learnt."""
        found = self.read(lambda connection: connection.execute(select(lifetimes)).all())
        return {row.site: Lifetimes(shares, row.lives) for row in found if (shares := _shares(row.shares))}

    def lifetimes_learnt(self) -> datetime | None:
        """When that was, last."""
        last = self.read(lambda connection: connection.execute(select(func.max(lifetimes.c.learnt))).scalar())
        return rows.moment_or_none(last)

    def remember_lifetimes(self, found: Mapping[str, Lifetimes], now: datetime) -> None:
        """Sites that are not among them keep what was learnt of them before."""
        values = [
            {"site": rows.clean(site), "shares": json.dumps([float(f"{share:.4g}") for share in one.shares]),
             "lives": one.lives, "learnt": rows.micros(now)}
            for site, one in sorted(found.items())
        ]  # fmt: skip
        if values:
            facts = ("shares", "lives", "learnt")
            self.write(lambda connection: insert_or_update(connection, lifetimes, values, facts))


def _events(connection: Connection, most: int) -> dict[str, list[Event]]:
    told = (
        select(changes.c.urlkey, changes.c.type, changes.c.seen_by)
        .where(changes.c.type.in_([*_BORN, *_GONE, _LOST]), changes.c.confirmed.is_(True))
        .where(or_(changes.c["class"] == "editorial", changes.c.type == _LOST))
        .order_by(changes.c.seen_by.desc(), changes.c.urlkey, changes.c.to_seq.desc(), changes.c.place.desc())
        .limit(most)
    )
    found: dict[str, list[Event]] = {}
    for row in connection.execute(with_json(connection, told, changes.c.document, "update", "gap_s", "age_s")):
        if row.gap_s is not None:  # else it is of no archive
            found.setdefault(row.urlkey, []).append(_event(row))
    return {key: mine[::-1] for key, mine in found.items()}


def _event(row: Any) -> Event:
    by = row.seen_by / _SECOND
    at = by - float(row.age_s) if row.type == "added" and row.age_s is not None else None
    name = row.update or f"the page's {row.type}"
    return Event(name, by - float(row.gap_s), by, born=row.type in _BORN, lost=row.type == _LOST, at=at)


def _shares(text: str) -> tuple[float, ...]:
    """None of what cannot be read: it is learnt anew."""
    try:
        shares = tuple(float(one) for one in json.loads(text))
    except (ValueError, TypeError):
        return ()
    return shares if len(shares) == len(USUAL) and min(shares) >= 0 and sum(shares) <= 1 else ()
