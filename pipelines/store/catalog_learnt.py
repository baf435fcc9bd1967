"""What the adaptive schedule remembers: of each page what its looks have taught, of each worker what looks cost."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from . import rows
from .database import Database
from .statements import insert_or_update, listed
from .stored import LearntPage
from .tables import learnt, prices

_FACTS = ("state", "last", "ended")


class LearntRows(Database):
    """Of pages that are watched, or were."""

    def learnt(self, urlkeys: Iterable[str]) -> dict[str, LearntPage]:
        """By page, those of which something is known."""
        asked = list(urlkeys)

        def act(connection: Connection) -> dict[str, LearntPage]:
            query = select(learnt).where(learnt.c.urlkey.in_(select(listed(connection, asked))))
            return {row["urlkey"]: _page(row) for row in connection.execute(query).mappings()}

        return self.read(act) if asked else {}

    def coverage_ended(self, urlkeys: Iterable[str]) -> dict[str, datetime]:
        """By page: when its coverage has ended, where it has."""
        asked = list(urlkeys)

        def act(connection: Connection) -> dict[str, datetime]:
            query = select(learnt.c.urlkey, learnt.c.ended).where(learnt.c.ended.is_not(None))
            query = query.where(learnt.c.urlkey.in_(select(listed(connection, asked))))
            return {row.urlkey: rows.moment(row.ended) for row in connection.execute(query)}

        return self.read(act) if asked else {}

    def prices(self, worker: str | None = None) -> dict[str, float]:
        """By host; "" is the price of all. Without a worker those of whichever has the highest price of all."""
        query = select(prices).order_by(prices.c.worker, prices.c.host)
        found: dict[str, dict[str, float]] = {}
        for row in self.read(lambda connection: connection.execute(query).all()):
            found.setdefault(row.worker, {})[row.host] = row.price
        if worker is not None:
            return found.get(worker, {})
        return max(found.values(), key=lambda of: of.get("", 0.0), default={})

    def remember_learnt(self, pages: Iterable[LearntPage], given: Mapping[str, float], *, worker: str) -> None:
        """These pages as they are now, and all prices of this worker."""
        told = [_row(page) for page in sorted(pages, key=lambda page: page.urlkey)]
        cost = [{"worker": worker, "host": rows.clean(host), "price": price} for host, price in sorted(given.items())]

        def act(connection: Connection) -> None:
            if told:
                insert_or_update(connection, learnt, told, _FACTS)
            connection.execute(delete(prices).where(prices.c.worker == worker))
            if cost:
                connection.execute(prices.insert(), cost)

        self.write(act)


def _row(page: LearntPage) -> dict[str, Any]:
    return {
        "urlkey": page.urlkey, "state": json.dumps(page.state, separators=(",", ":")),
        "last": rows.micros_or_none(page.last), "ended": rows.micros_or_none(page.ended),
    }  # fmt: skip


def _page(row: Any) -> LearntPage:
    return LearntPage(
        urlkey=row["urlkey"], state=_state(row["state"]),
        last=rows.moment_or_none(row["last"]), ended=rows.moment_or_none(row["ended"]),
    )  # fmt: skip


def _state(text: str) -> Mapping[str, Any] | None:
    """What cannot be read is learnt anew."""
    try:
        kept = json.loads(text)
    except ValueError:
        return None
    return kept if isinstance(kept, dict) else None
