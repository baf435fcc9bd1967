"""Hints on their way to the crawler, what it has learnt of who gives them, and its subscriptions at hubs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, cast, delete, select, update

from . import rows
from .database import Database
from .statements import insert_or_update, listed
from .stored import Hint, HintSource, Subscription
from .tables import hint_pages, hint_sources, hints, subscriptions

_COUNTS = ("events", "told", "looks", "found", "demoted", "failures")
_FACTS = (*_COUNTS, "polled", "again", "detail")
_ASKED = ("topic", "hub", "path", "secret", "state", "asked", "verified", "expires", "detail")


class HintRows(Database):
    """Whoever receives hints writes them, the crawler reads them a few seconds later."""

    def tell_hints(self, told: Iterable[Hint]) -> None:
        """To whichever crawler visits their pages."""
        new = [
            {"source": rows.clean(one.source), "urlkey": rows.clean(one.urlkey), "at": rows.micros(one.at),
             "told": rows.micros(one.told)}
            for one in told
        ]  # fmt: skip
        if new:
            self.write(lambda connection: connection.execute(hints.insert(), new))

    def hints_after(self, number: int, missing: Collection[int] = (), most: int = 10_000) -> list[Hint]:
        """Those with a higher number, or one that was ``missing``, oldest first."""

        def act(connection: Connection) -> Sequence[Any]:
            asked = hints.c.id > number
            if missing:
                asked |= hints.c.id.in_(select(cast(listed(connection, map(str, missing)), Integer)))
            return connection.execute(select(hints).where(asked).order_by(hints.c.id).limit(most)).all()

        found = self.read(act)
        return [Hint(one.source, one.urlkey, rows.moment(one.at), rows.moment(one.told), one.id) for one in found]

    def forget_hints(self, before: datetime) -> None:
        gone = delete(hints).where(hints.c.told < rows.micros(before))
        self.write(lambda connection: connection.execute(gone))

    # what was learnt ----------------------------------------------------------------------------------------

    def hint_sources(self, names: Collection[str] | None = None) -> list[HintSource]:
        """These, or all, by name."""
        query = select(hint_sources).order_by(hint_sources.c.source)
        found = self.read(lambda connection: connection.execute(query).mappings().all())
        return [_source(row) for row in found if names is None or row["source"] in names]

    def hint_pages(self) -> dict[str, set[str]]:
        """By source: the pages that it has told of."""
        told: dict[str, set[str]] = {}
        query = select(hint_pages.c.source, hint_pages.c.urlkey)
        for source, key in self.read(lambda connection: connection.execute(query).all()):
            told.setdefault(source, set()).add(key)
        return told

    def hints_of(self, urlkey: str) -> list[tuple[HintSource, datetime]]:
        """Who has told of a page, and when last."""
        query = select(hint_pages.c.source, hint_pages.c.told).where(hint_pages.c.urlkey == urlkey)
        last = {row.source: row.told for row in self.read(lambda connection: connection.execute(query).all())}
        return [(source, rows.moment(last[source.source])) for source in self.hint_sources(last)]

    def hints_told(self) -> dict[str, list[tuple[str, datetime]]]:
        """By page: the sources that have told of it, and when each did last."""
        told: dict[str, list[tuple[str, datetime]]] = {}
        query = select(hint_pages.c.source, hint_pages.c.urlkey, hint_pages.c.told).order_by(hint_pages.c.source)
        for source, key, at in self.read(lambda connection: connection.execute(query).all()):
            told.setdefault(key, []).append((source, rows.moment(at)))
        return told

    def remember_hints(self, sources: Iterable[HintSource], told: Mapping[tuple[str, str], datetime]) -> None:
        """Sources as they are; ``told``: (source, urlkey) -> when it told of that page last."""
        known = [_source_row(source) for source in sorted(sources, key=lambda one: one.source)]
        pages = [
            {"source": rows.clean(source), "urlkey": rows.clean(key), "told": rows.micros(at)}
            for (source, key), at in sorted(told.items())
        ]

        def act(connection: Any) -> None:
            insert_or_update(connection, hint_sources, known, _FACTS)
            insert_or_update(connection, hint_pages, pages, ("told",))

        if known or pages:
            self.write(act)

    def forget_hint_pages(self, urlkeys: Iterable[str]) -> None:
        """Pages that are watched no longer."""
        gone = list(urlkeys)
        if gone:
            self.write(lambda connection: connection.execute(
                delete(hint_pages).where(hint_pages.c.urlkey.in_(select(listed(connection, gone))))
            ))  # fmt: skip

    # subscriptions ------------------------------------------------------------------------------------------

    def subscriptions(self) -> list[Subscription]:
        query = select(subscriptions).order_by(subscriptions.c.source)
        return [_subscription(row) for row in self.read(lambda connection: connection.execute(query).mappings().all())]

    def subscription(self, path: str) -> Subscription | None:
        """Whose callback this is."""
        query = select(subscriptions).where(subscriptions.c.path == path)
        row = self.read(lambda connection: connection.execute(query).mappings().first())
        return _subscription(row) if row else None

    def subscribe(self, given: Subscription) -> None:
        """It is about to be asked for, for the first time or again."""
        row = _subscription_row(given)
        self.write(lambda connection: insert_or_update(connection, subscriptions, [row], _ASKED))

    def subscription_became(self, known: Subscription) -> None:
        """What the hub has said since; nothing else of it is touched, nor one that has another path by now."""
        row = _subscription_row(known)
        said = {name: row[name] for name in ("state", "verified", "expires", "detail")}
        change = update(subscriptions).where(subscriptions.c.path == row["path"]).values(said)
        self.write(lambda connection: connection.execute(change))

    def unsubscribe(self, sources: Iterable[str]) -> None:
        """What a hub still sends for these is not known any more."""
        gone = list(sources)
        if gone:
            query = delete(subscriptions).where(subscriptions.c.source.in_(gone))
            self.write(lambda connection: connection.execute(query))


def _source_row(source: HintSource) -> dict[str, Any]:
    counts = {name: getattr(source, name) for name in _COUNTS}
    return counts | {
        "source": rows.clean(source.source), "polled": rows.micros_or_none(source.polled),
        "again": rows.micros_or_none(source.again), "detail": rows.clean(source.detail),
    }  # fmt: skip


def _source(row: Any) -> HintSource:
    times = {name: rows.moment_or_none(row[name]) for name in ("polled", "again")}
    return HintSource(**{**dict(row), **times})


def _subscription_row(given: Subscription) -> dict[str, Any]:
    names = ("source", "topic", "hub", "path", "secret", "state", "detail")
    texts = {name: rows.clean(getattr(given, name)) for name in names}
    return texts | {name: rows.micros_or_none(getattr(given, name)) for name in ("asked", "verified", "expires")}


def _subscription(row: Any) -> Subscription:
    times = {name: rows.moment_or_none(row[name]) for name in ("asked", "verified", "expires")}
    return Subscription(**{**dict(row), **times})
