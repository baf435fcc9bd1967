"""The orders that people and crawlers gave, once more: STORE/control -> the catalog, verb by verb.

A verb that is written to the store and shall outlive its catalog gets a line in ``VERBS``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from .control import watch_from_json
from .errors import ObjectNotFound, StoppressError, StoreError
from .store.catalog import Catalog
from .store.objects import ObjectStore
from .takedowns import from_order

Order = Mapping[str, Any]
Given = tuple[datetime, str, str, Order]  # when, in which object, its verb


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many orders were given again, and what could not be: (key, why)."""

    orders: int
    problems: tuple[tuple[str, str], ...]


def _watch(catalog: Catalog, orders: list[Order], at: datetime) -> None:
    catalog.save_watches([watch_from_json(order["watch"]) for order in orders], now=at)
    for order in orders:
        if order.get("reason"):  # found by another page, which says that it goes on there
            catalog.set_watch_state(order["watch"]["url"], "active", reason=order["reason"])


def _state(state: str, verb: str) -> Callable[[Catalog, list[Order], datetime], None]:
    def act(catalog: Catalog, orders: list[Order], at: datetime) -> None:
        for order in orders:
            now = at if state == "active" else None
            catalog.set_watch_state(order["url"], state, reason=order.get("reason", f"{verb} by hand"), now=now)

    return act


def _takedown(catalog: Catalog, orders: list[Order], at: datetime) -> None:
    for order in orders:
        catalog.takedown_added(from_order(order, at))


def _lift(catalog: Catalog, orders: list[Order], at: datetime) -> None:
    for order in orders:
        catalog.takedown_lifted(order["takedown"], at)


def _redact(catalog: Catalog, orders: list[Order], at: datetime) -> None:
    for order in orders:
        catalog.takedown_redacts(order["takedown"], at)


def _redacted(catalog: Catalog, orders: list[Order], at: datetime) -> None:
    for order in orders:
        catalog.takedown_done(order["takedown"], at)


TAKEDOWNS: dict[str, Callable[[Catalog, list[Order], datetime], None]] = {
    "takedown": _takedown,
    "lift": _lift,
    "redact": _redact,
    "redacted": _redacted,
}
_OF_TAKEDOWNS = TAKEDOWNS.keys() - {"takedown"}  # what is said of one that was given
VERBS: dict[str, Callable[[Catalog, list[Order], datetime], None]] = {
    "watch": _watch,
    "apply": _watch,
    "pause": _state("paused", "pause"),
    "resume": _state("active", "resume"),
    "end": _state("ended", "end"),
    **TAKEDOWNS,
}


def replay(store: ObjectStore, catalog: Catalog) -> Replayed:
    """All orders in the order in which they were given, in one transaction; the watches of before are forgotten."""
    problems: list[tuple[str, str]] = []
    given = _in_turn(_orders(store, problems))

    def act() -> tuple[int, list[tuple[str, str]]]:
        catalog.forget_watches()
        refused = []
        for (at, key, verb), group in groupby(given, key=lambda one: one[:3]):
            try:
                VERBS[verb](catalog, [order for *_, order in group], at)
            except (AttributeError, KeyError, TypeError, ValueError, StoppressError) as e:
                refused.append((key, f"an order {verb!r} cannot be given again: {type(e).__name__}: {e}"))
        return len(given), refused

    count, refused = catalog.together(act)
    return Replayed(count, (*problems, *refused))


def replay_takedowns(store: ObjectStore, catalog: Catalog) -> None:
    """Only what was taken down. StoreError where an order cannot be read: it might be one of them."""
    problems: list[tuple[str, str]] = []
    for at, key, verb, order in _in_turn(_orders(store, problems)):
        if verb in TAKEDOWNS:
            try:
                TAKEDOWNS[verb](catalog, [order], at)
            except (AttributeError, KeyError, TypeError, ValueError) as e:
                problems.append((key, f"an order {verb!r} cannot be understood: {type(e).__name__}: {e}"))
    for key, why in problems:
        raise StoreError(f"{key}: {why}; it may take something down: mend it, or read the archive with its catalog")


def _in_turn(orders: Iterable[Given]) -> list[Given]:
    """By their times; a command's lines stay in their order. What is said of a takedown comes after it, also where the
    clock by which it was given was ahead and had been set right by then."""
    found = list(orders)
    begun: dict[str, datetime] = {}
    for at, _, verb, order in found:
        if verb == "takedown" and isinstance(name := order.get("id"), str):
            begun[name] = max(at, begun.get(name, at))

    def turn(one: Given) -> datetime:
        at, _, verb, order = one
        about = order.get("takedown") if verb in _OF_TAKEDOWNS else None
        return max(at, begun.get(about, at)) if isinstance(about, str) else at

    # Of one turn: the takedown first, then what was said of it, by its own times.
    return sorted(found, key=lambda one: (turn(one), one[2] in _OF_TAKEDOWNS, one[0]))


def _orders(store: ObjectStore, problems: list[tuple[str, str]]) -> Iterator[Given]:
    for stat in store.list("control/"):
        try:
            for line in store.get(stat.key).splitlines():
                order = json.loads(line)
                yield datetime.fromisoformat(order["at"]), stat.key, order["verb"], order
        except (ValueError, KeyError, TypeError, ObjectNotFound) as e:
            problems.append((stat.key, f"it holds what is no order: {type(e).__name__}: {e}"))
