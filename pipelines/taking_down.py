"""Takedown orders, given: in the store first, then in the catalog, where readers and crawlers see them at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from .control import write_orders
from .crashpoint import crashpoint
from .errors import CatalogError, NotArchived, TakenDown
from .model import Capture
from .moments import Target
from .store.catalog import Catalog
from .store.objects import ObjectStore
from .takedowns import Takedown, order_of
from .urlkey import normalise, urlkey, urlkey_prefix

_SECOND = timedelta(seconds=1)


def standing(asked: Takedown, catalog: Catalog) -> Takedown | None:
    """The takedown in force of exactly this page, prefix or capture."""
    return next((one for one in _of_the_same(asked, catalog) if one.lifted is None), None)


def _of_the_same(asked: Takedown, catalog: Catalog) -> list[Takedown]:
    same = ("scope", "urlkey", "record_id")
    return [one for one in catalog.takedowns() if all(getattr(one, name) == getattr(asked, name) for name in same)]


def _named(asked: Takedown, catalog: Catalog) -> Takedown:
    """An order that was killed on its way to the catalog and is given again is the same one."""
    about = [asked.scope, asked.urlkey, asked.record_id or "", str(len(_of_the_same(asked, catalog)))]
    return replace(asked, id=hashlib.sha256(" ".join(about).encode()).hexdigest()[:16])


def asked_for(target: Target, catalog: Catalog, *, prefix: bool, reason: str, actor: str, now: datetime) -> Takedown:
    """What a person means, as a takedown that is not given yet. NotArchived: nothing is kept of it.

    A page may be taken down before anything is kept of it. A capture that shows what another has is that one.
    """
    said = target.url if "://" in target.url else f"https://{target.url}"
    url = normalise(said)
    made = Takedown(
        id="", scope="prefix" if prefix else "page", url=url, urlkey=urlkey_prefix(said) if prefix else urlkey(url),
        at=now, actor=actor, reason=reason,
    )  # fmt: skip
    if target.moment is None:
        return _named(made, catalog)
    found = _capture(url, target.moment, catalog)
    shown = (catalog.capture(found.refers_to) if found.refers_to else None) or found
    made = replace(
        made, scope="capture", url=shown.url, urlkey=shown.urlkey,
        record_id=shown.record_id, timestamp=shown.timestamp, digest=shown.digest,
    )  # fmt: skip
    return _named(made, catalog)


def _capture(url: str, moment: datetime | int, catalog: Catalog) -> Capture:
    """The one capture that is meant, and no near one."""
    key = urlkey(url)
    if isinstance(moment, int):
        version = catalog.version(key, moment)
        found = catalog.capture(version.record_id) if version else None
        if found is None:
            raise NotArchived(f"{url} has no v{moment}; see: stoppress versions {url}")
        return found
    start = moment.replace(microsecond=0)
    exact = next(catalog.captures(key, since=start, until=start + _SECOND - timedelta.resolution), None)
    if exact is None:
        near = catalog.capture_at(key, moment)
        said = f"; the nearest was made {near.timestamp:%Y-%m-%dT%H:%M:%SZ}" if near else ""
        raise NotArchived(f"{url} has no capture of {start:%Y-%m-%dT%H:%M:%SZ}{said}; see: stoppress log {url}")
    return exact


@contextmanager
def _ordered() -> Iterator[None]:
    """CatalogError says what has become of an order that the store has taken and the catalog has not."""
    try:
        yield
    except CatalogError as e:
        raise CatalogError(
            f"{e}. The order stands in the store already, and the next rebuild obeys it; it is not in force yet, so "
            "run this again"
        ) from e


def take_down(takedown: Takedown, catalog: Catalog, store: ObjectStore) -> None:
    """Written to the store, then in force."""
    write_orders(store, [order_of(takedown)], takedown.at, by=takedown.actor)
    crashpoint("takedown_ordered")
    with _ordered():
        catalog.takedown_added(takedown)


def also_redact(takedown: Takedown, catalog: Catalog, store: ObjectStore, *, reason: str, actor: str,
                now: datetime) -> Takedown:  # fmt: skip
    """A takedown in force whose bytes shall go, too."""
    order = {"verb": "redact", "takedown": takedown.id, "reason": reason}
    write_orders(store, [order], now, by=actor)
    with _ordered():
        catalog.takedown_redacts(takedown.id, now)
    return replace(takedown, redact=now)


def lift(takedown: Takedown, catalog: Catalog, store: ObjectStore, *, reason: str, actor: str, now: datetime) -> None:
    """No longer in force. TakenDown: its bytes have gone, or go."""
    if takedown.redact:
        raise TakenDown(f"{takedown}; what was taken out of the archive cannot be shown again")
    write_orders(store, [{"verb": "lift", "takedown": takedown.id, "reason": reason}], now, by=actor)
    crashpoint("takedown_ordered")
    with _ordered():
        catalog.takedown_lifted(takedown.id, now)
