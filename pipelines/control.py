"""Orders of people, written to the store when they are given: the catalog can be rebuilt from them.

STORE/control/YYYY-MM-DD/<timestamp17>-<id>.jsonl      {at, actor, verb, ...}
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from .model import Watch
from .store.objects import ObjectStore
from .store.order_files import control_key, order_name
from .units import duration, spell


def write_orders(store: ObjectStore, orders: Iterable[Mapping[str, Any]], now: datetime,
                 by: str | None = None) -> None:  # fmt: skip
    """One object for the orders of one command, one JSON line each; nothing is written for none."""
    if data := order_lines(orders, now, by):
        store.put_if_absent(control_key(order_name(now)), data)


def order_lines(orders: Iterable[Mapping[str, Any]], now: datetime, by: str | None = None) -> bytes:
    """``by``: who orders it, if it is not the user who typed the command."""
    told = {"at": now.isoformat(), "actor": by or actor()}
    return b"".join(json.dumps({**told, **order}, ensure_ascii=False).encode() + b"\n" for order in orders)


def actor() -> str:
    """The user who typed the command; a service without a name is called so."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unnamed"


def watch_from_json(said: Mapping[str, Any]) -> Watch:
    """The inverse of ``watch_to_json``. ValueError, KeyError or TypeError: it is no watch."""
    known = ("url", "schedule", "until", "timezone", "weight", "verify_tls", "requisites", "render")
    return Watch(
        **{name: said[name] for name in known},
        min=duration(said["min"]),
        max=duration(said["max"]),
        from_=datetime.fromisoformat(said["from"]) if said["from"] else None,
        tags=tuple(said["tags"]),
        probe_url=said.get("probe_url", ""),  # older orders have none of these two
        jitter=said.get("jitter", 0.0),
    )


def watch_to_json(watch: Watch) -> dict[str, Any]:
    """A watch with the keys of the config file."""
    return {
        "url": watch.url,
        "schedule": watch.schedule,
        "min": spell(watch.min),
        "max": spell(watch.max),
        "from": watch.from_.isoformat() if watch.from_ else None,
        "until": watch.until,
        "timezone": watch.timezone,
        "weight": watch.weight,
        "verify_tls": watch.verify_tls,
        "tags": list(watch.tags),
        "requisites": watch.requisites,
        "render": watch.render,
        **({"probe_url": watch.probe_url} if watch.probe_url else {}),
        **({"jitter": watch.jitter} if watch.jitter else {}),
    }
