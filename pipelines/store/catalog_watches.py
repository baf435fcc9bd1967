"""The catalog's watches, and what the schedule asks of their pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, func, insert, or_, select, update

from pipelines.model import IMPORT, Capture, Watch
from pipelines.urlkey import urlkey

from . import rows
from .database import Database
from .statements import listed
from .stored import PageHistory, Saved, StandingWatch
from .tables import captures, versions, visits, watches


class WatchRows(Database):
    """Watches and page histories."""

    def save_watches(self, given: Iterable[Watch], *, now: datetime) -> Saved:
        """Insert or update by page; a paused watch stays paused, an ended one is taken up again."""
        by_page = {urlkey(watch.url): watch for watch in given}
        return self.write(lambda connection: _save(connection, by_page, now))

    def watches(self, state: str | None = None) -> list[StandingWatch]:
        """All of them, or those in one state, in the order of their keys."""
        query = select(watches).order_by(watches.c.urlkey)
        if state:
            query = query.where(watches.c.state == state)
        return self.read(lambda c: [rows.standing_watch(row) for row in c.execute(query).mappings()])

    def watch(self, page: str) -> StandingWatch | None:
        """The one of a page, by its urlkey."""
        query = select(watches).where(watches.c.urlkey == page)
        row = self.read(lambda c: c.execute(query).mappings().first())
        return rows.standing_watch(row) if row else None

    def active_among(self, urlkeys: Iterable[str]) -> set[str]:
        """Those of these pages that are watched now, however many the watches are. Strangers may have named them:
        what no database takes as a text is no page's key."""
        asked = {key for key in urlkeys if rows.clean(key) == key}

        def act(connection: Connection) -> set[str]:
            mine = watches.c.urlkey.in_(select(listed(connection, asked)))
            return set(connection.scalars(select(watches.c.urlkey).where(mine, watches.c.state == "active")))

        return self.read(act) if asked else set()

    def set_watch_state(self, url: str, state: str, *, reason: str = "", now: datetime | None = None) -> bool:
        """False if there is no such watch. ``now``: of an order to take up again what had ended."""
        mine = watches.c.urlkey == urlkey(url)
        again = update(watches).where(mine, watches.c.state == "ended").values(added=rows.micros_or_none(now))
        change = update(watches).where(mine).values(state=state, reason=rows.clean(reason))

        def act(connection: Connection) -> bool:
            if now and state == "active":
                connection.execute(again)
            return bool(connection.execute(change).rowcount)

        return self.write(act)

    def histories(self, urlkeys: Iterable[str] | None = None) -> dict[str, PageHistory]:
        """By page: of these, or of all that are watched or were visited. Four queries, however many pages."""
        asked = None if urlkeys is None else list(urlkeys)
        return self.read(lambda connection: _histories(connection, asked))


    def refusals(self, urlkeys: Iterable[str] | None = None) -> dict[str, int]:
        """By page that does not let us in: how many visits in a row, the newest among them. Of these pages, or all."""
        asked = None if urlkeys is None else list(urlkeys)

        def act(connection: Connection) -> dict[str, int]:
            page = _asked(connection, asked)
            found = connection.execute(select(page.label("page"), _refusals(page).label("refused")))
            return {row.page: row.refused for row in found if row.refused}

        return self.read(act)


def _save(connection: Connection, by_page: dict[str, Watch], now: datetime) -> Saved:
    known = {row.urlkey: row for row in connection.execute(select(watches))}
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    unchanged = []
    for key, watch in by_page.items():
        row, old = rows.watch_row(watch, key), known.get(key)
        if old is None:
            added.append({**row, "state": "active", "reason": "", "added": rows.micros(now)})
        elif old.state == "ended":
            changed.append({**row, "state": "active", "reason": "", "added": rows.micros(now)})
        elif old.orders != row["orders"]:
            changed.append({**row, "state": old.state, "reason": old.reason, "added": old.added})
        else:
            unchanged.append(watch.url)
    if added:
        connection.execute(insert(watches), added)
    if changed:
        names = ("url", "orders", "state", "reason", "added")
        by_key = update(watches).where(watches.c.urlkey == bindparam("key"))
        connection.execute(
            by_key.values({name: bindparam(f"new_{name}") for name in names}),
            [{"key": row["urlkey"], **{f"new_{name}": row[name] for name in names}} for row in changed],
        )
    return Saved(tuple(row["url"] for row in added), tuple(row["url"] for row in changed), tuple(unchanged))


def _histories(connection: Connection, asked: list[str] | None) -> dict[str, PageHistory]:
    page = _asked(connection, asked)
    looked = {row.page: row for row in connection.execute(_looks(page))}
    said = {row.page: row for row in connection.execute(_newest_versions(page))}
    full = _newest_captures(connection, page, and_(captures.c.kind == "response", captures.c.status == 200, _read))
    latest = _newest_captures(connection, page, captures.c.status.in_((200, 304)))
    return {
        key: PageHistory(
            urlkey=key,
            first_started=rows.moment_or_none(look.first),
            last_started=rows.moment_or_none(look.started),
            last_scheduled=rows.moment_or_none(look.scheduled),
            last_good=rows.moment_or_none(look.good),
            last_changed=rows.moment(said[key].first_seen) if key in said else None,
            coverage_ended=key in said and said[key].state == "ended",
            original=full.get(key),
            latest=latest.get(key),
            unmodified=look.unmodified,
        )
        for key, look in looked.items()
    }


def _asked(connection: Connection, keys: list[str] | None) -> Any:
    if keys is not None:
        return listed(connection, keys)
    return select(watches.c.urlkey).union(select(visits.c.urlkey)).subquery().c.urlkey


def _looks(page: Any) -> Any:
    """Per page one step into the index of its visits, not a walk over all of them."""

    def newest(column: Any, *conditions: Any) -> Any:
        query = select(column).where(visits.c.urlkey == page, visits.c.why != IMPORT, *conditions)
        return query.order_by(visits.c.started.desc()).limit(1).scalar_subquery()

    first = select(visits.c.started).where(visits.c.urlkey == page).order_by(visits.c.started).limit(1)
    good = visits.c.outcome.in_(("archived", "revisit"))
    seen = visits.alias("seen")
    whole = select(seen.c.started).where(seen.c.urlkey == page, seen.c.status == 200)
    whole = whole.order_by(seen.c.started.desc()).limit(1).correlate(page.table)
    since = visits.c.started > func.coalesce(whole.scalar_subquery(), 0)
    unmodified = select(func.count()).where(visits.c.urlkey == page, visits.c.status == 304, since)
    return select(
        page.label("page"),
        first.scalar_subquery().label("first"),
        newest(visits.c.started).label("started"),
        newest(visits.c.scheduled, visits.c.scheduled.is_not(None)).label("scheduled"),
        newest(visits.c.started, good).label("good"),
        unmodified.scalar_subquery().label("unmodified"),
    )


def _refusals(page: Any) -> Any:
    """Visits since the last that was let in; those to which nothing came say neither."""
    refused = or_(visits.c.status.in_((401, 403)), func.coalesce(visits.c.reading, "") == "refused")
    mine = and_(visits.c.urlkey == page, visits.c.why != IMPORT, visits.c.status.is_not(None))
    last: Any = select(visits.c.started).where(mine, ~refused).order_by(visits.c.started.desc()).limit(1)
    last = func.coalesce(last.correlate(page.table).scalar_subquery(), 0)
    since_ = visits.alias("since")
    newer = and_(since_.c.urlkey == page, since_.c.why != IMPORT, since_.c.status.is_not(None), since_.c.started > last)
    return select(func.count()).select_from(since_).where(newer).correlate(page.table).scalar_subquery()


_imported = exists().where(visits.c.id == versions.c.visit_id, visits.c.why == IMPORT)


def _newest_versions(page: Any) -> Any:
    """Of the crawler's own: what others saw, perhaps years ago, ends no coverage."""
    mine = select(versions.c.seq).where(versions.c.urlkey == page, ~_imported)
    newest = mine.order_by(versions.c.seq.desc()).limit(1).correlate(page.table).scalar_subquery()
    found = versions.alias("found")
    same = and_(found.c.urlkey == page, found.c.seq == newest)
    return select(page.label("page"), found.c.first_seen, found.c.state).select_from(page.table.join(found, same))


def _newest_captures(connection: Connection, page: Any, kind: Any) -> dict[str, Capture]:
    """Per page the newest capture of its own body that is whole and of this kind."""
    newest = (
        select(captures.c.record_id)
        .where(captures.c.urlkey == func.coalesce(_led_to(page), page), captures.c.role == "page")
        .where(captures.c.truncated.is_(None), captures.c.redacted.is_(None), captures.c.fidelity != "imported", kind)
        .order_by(captures.c.timestamp.desc(), captures.c.record_id.desc())
        .limit(1)
        .correlate(page.table)
        .scalar_subquery()
    )
    found = captures.alias("found")
    query = select(page.label("page"), found).select_from(page.table.join(found, found.c.record_id == newest))
    return {row["page"]: rows.capture(row) for row in connection.execute(query).mappings()}


# What could not be read, or was not (its visit was given up), is no page that a later visit could have found unchanged.
_UNREADABLE = ("empty", "not-html", "decode", "extract-failed", "refused", "none")
_read = ~exists().where(visits.c.id == captures.c.visit_id, visits.c.reading.in_(_UNREADABLE))


def _led_to(page: Any) -> Any:
    """The key of the URL that the page's newest good visit ended at: another one where it redirects."""
    last = captures.alias("last")
    return (
        select(last.c.urlkey)
        .join(visits, last.c.visit_id == visits.c.id)
        .where(visits.c.urlkey == page, visits.c.outcome.in_(("archived", "revisit")), last.c.role == "page")
        .order_by(visits.c.started.desc())
        .limit(1)
        .correlate(page.table)
        .scalar_subquery()
    )
