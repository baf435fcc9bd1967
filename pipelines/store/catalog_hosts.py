"""What a crawler remembers of the hosts it asks: each worker its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from . import rows
from .database import Database
from .statements import insert_or_update
from .stored import HostState, LastRun
from .tables import hosts

FORGOTTEN = timedelta(days=7)  # a host that was not asked for so long, and asks for nothing, is as good as new
_FACTS = ("last_start", "gap", "not_before", "asked", "refusals", "retry_after", "crawl_delays")
_MICROSECOND = timedelta(microseconds=1)
_ITSELF = ""  # the row of the crawler itself


class HostRows(Database):
    """Hosts, and when their crawler was last known to run."""

    def hosts(self, worker: str) -> list[HostState]:
        """All that this worker remembers."""
        query = select(hosts).where(hosts.c.worker == worker, hosts.c.host != _ITSELF).order_by(hosts.c.host)
        return self.read(lambda connection: [_state(row) for row in connection.execute(query).mappings()])

    def all_hosts(self) -> dict[str, list[HostState]]:
        """What any worker remembers, by host."""
        query = select(hosts).where(hosts.c.host != _ITSELF).order_by(hosts.c.host, hosts.c.worker)
        found: dict[str, list[HostState]] = {}
        for row in self.read(lambda connection: connection.execute(query).mappings().all()):
            found.setdefault(row["host"], []).append(_state(row))
        return found

    def last_run(self, worker: str) -> LastRun | None:
        """The crawler that remembered last; None: there was none."""
        query = select(hosts).where(hosts.c.worker == worker, hosts.c.host == _ITSELF)
        row = self.read(lambda connection: connection.execute(query).mappings().first())
        if row is None:
            return None
        saved = {name: seconds for name, _, seconds in json.loads(row["crawl_delays"])}
        return LastRun(rows.moment(row["last_start"]), not row["asked"], saved)

    def running_beside(self, worker: str) -> dict[str, datetime]:
        """Other crawlers of this catalog that have not ended, with when each was last heard of. Who was killed is among
        them, until that is known (``was_killed``)."""
        others = (hosts.c.worker != worker, hosts.c.host == _ITSELF, hosts.c.asked.is_(True), hosts.c.refusals == 0)
        query = select(hosts.c.worker, hosts.c.last_start).where(*others)
        return {row.worker: rows.moment(row.last_start) for row in self.read(lambda one: one.execute(query).all())}

    def last_heard(self) -> datetime | None:
        """When any crawler of this catalog last told that it runs, or that it ends; None: there was none."""
        query = select(func.max(hosts.c.last_start)).where(hosts.c.host == _ITSELF)
        told = self.read(lambda connection: connection.execute(query).scalar())
        return None if told is None else rows.moment(told)

    def was_killed(self, heard: Mapping[str, datetime]) -> None:
        """These crawlers are not there, unless they have been heard of since. They begin as who was killed."""

        def act(connection: Connection) -> None:
            for worker, at in heard.items():
                itself = (hosts.c.worker == worker, hosts.c.host == _ITSELF, hosts.c.last_start == rows.micros(at))
                connection.execute(update(hosts).where(*itself).values(refusals=1))

        self.write(act)

    def is_alive(self, worker: str, now: datetime) -> bool:
        """This crawler, which has told before that it runs, still does. False: others have found that it does not."""
        itself = (hosts.c.worker == worker, hosts.c.host == _ITSELF, hosts.c.asked.is_(True), hosts.c.refusals == 0)
        told = update(hosts).where(*itself).values(last_start=rows.micros(now))
        return bool(self.write(lambda connection: connection.execute(told).rowcount))

    def remember_hosts(self, states: Iterable[HostState], *, worker: str, now: datetime, ended: bool = False,
                       saved: Mapping[str, float] | None = None, durable: bool = False,
                       begins: bool = False) -> None:  # fmt: skip
        """These hosts as they are, and that the crawler runs ``now``, or ended then, with what its accounts had. That
        others have found it dead stays so, until it begins anew (``begins``)."""
        itself = _row(HostState(host=_ITSELF, last_start=now, asked=not ended), worker)
        itself["crawl_delays"] = rows.document([(name, "", seconds) for name, seconds in (saved or {}).items()])
        told = sorted((_row(state, worker) for state in states), key=lambda row: str(row["host"]))
        of_itself = _FACTS if begins else tuple(name for name in _FACTS if name != "refusals")

        def act(connection: Connection) -> None:
            insert_or_update(connection, hosts, [itself], of_itself)
            insert_or_update(connection, hosts, told, _FACTS)

        self.write(act, durable=durable)

    def forget_hosts(self, *, worker: str, now: datetime) -> None:
        """Those that were not asked for a week, and have asked for nothing that still holds."""
        old = or_(hosts.c.last_start.is_(None), hosts.c.last_start < rows.micros(now - FORGOTTEN))
        free = or_(hosts.c.not_before.is_(None), hosts.c.not_before < rows.micros(now))
        gone = delete(hosts).where(hosts.c.worker == worker, hosts.c.host != _ITSELF, old, free)
        self.write(lambda connection: connection.execute(gone))


def _row(state: HostState, worker: str) -> dict[str, Any]:
    delays = [(name, origin, delay.total_seconds()) for name, origin, delay in state.crawl_delays]
    return {
        "worker": rows.clean(worker),
        "host": rows.clean(state.host),
        "last_start": rows.micros_or_none(state.last_start),
        "gap": state.gap // _MICROSECOND,
        "not_before": rows.micros_or_none(state.not_before),
        "asked": state.asked,
        "refusals": state.refusals,
        "retry_after": rows.clean(state.retry_after),
        "crawl_delays": rows.document(delays),
    }


def _state(row: Any) -> HostState:
    return HostState(
        host=row["host"],
        last_start=rows.moment_or_none(row["last_start"]),
        gap=row["gap"] * _MICROSECOND,
        not_before=rows.moment_or_none(row["not_before"]),
        asked=row["asked"],
        refusals=row["refusals"],
        retry_after=row["retry_after"],
        crawl_delays=tuple((name, origin, timedelta(seconds=s)) for name, origin, s in json.loads(row["crawl_delays"])),
    )
