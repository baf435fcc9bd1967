"""Is the catalog older than what its crawler has put into the store? Asked at each start, before anything is visited.

A copy of yesterday, put back, would be told of new visits and give numbers of versions a second time. Only a few
folders of days are listed, however old the archive is: those after the newest file that the catalog knows of this
crawler, and the last ones.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipelines.errors import CatalogError, StoreError

from .catalog import Catalog
from .objects import ObjectStore
from .spool import NAME
from .warcs import OPEN, opened_at, worker_of

log = logging.getLogger(__name__)
_DAYS = 3  # a crawler that went on after the copy was made has sealed a file soon after
_PATIENCE = 15.0  # seconds: a store that does not answer must not keep a crawler from its pages


def refuse_if_behind(catalog: Catalog, store: ObjectStore, spool: Path, worker: str, now: datetime) -> None:
    """CatalogError: the store holds files of this worker that the catalog does not know, newer than those it knows.

    A store that cannot be asked, or not soon, is no reason to stand still.
    """
    found: list[str] = []
    trouble: list[BaseException] = []

    def look() -> None:
        try:
            found.extend(_unknown(catalog, store, spool, worker, now))
        except BaseException as e:  # noqa: BLE001 - told below
            trouble.append(e)

    thread = threading.Thread(target=look, name="is the catalog behind", daemon=True)
    thread.start()
    thread.join(_PATIENCE)
    if thread.is_alive() or (trouble and isinstance(trouble[0], StoreError)):
        why = trouble[0] if trouble else f"it does not answer within {_PATIENCE:g} s"
        log.warning("whether the catalog knows all that is in the store cannot be told now: %s", why)
    elif trouble:
        raise trouble[0]
    elif found:
        raise CatalogError(
            f"the catalog is older than the store, or was lost: it does not know {found[0]}, which this crawler "
            f"({worker}) has stored. Nothing was visited: versions would get numbers that others have. Bring back the "
            "newest catalog, or stop all crawlers of this archive, then: stoppress rebuild --replace"
        )


def _unknown(catalog: Catalog, store: ObjectStore, spool: Path, worker: str, now: datetime) -> Iterator[str]:
    """The first of them, if there is one: one is enough."""
    newest = catalog.newest_file(worker)
    named = spool / "worker"
    since = newest.opened if newest else datetime.fromtimestamp(named.stat().st_mtime, UTC) if named.exists() else now
    for day in _days(since.date(), now.date()):
        for stat in store.list(f"warc/{day:%Y/%m/%d}/"):
            name = stat.key.rpartition("/")[2]
            if not NAME.fullmatch(name) or worker_of(name) != worker or (newest and opened_at(name) < newest.opened):
                continue
            if not any((spool / (name + end)).exists() for end in ("", OPEN)) and not _known(catalog, name):
                yield stat.key
                return


def _days(since: date, today: date) -> list[date]:
    """The first ones from ``since`` on, and the last ones."""
    count = max((today - since).days, 0) + 1
    places = sorted({*range(min(_DAYS, count)), *range(max(count - _DAYS, 0), count)})
    return [since + timedelta(days=place) for place in places]


def _known(catalog: Catalog, name: str) -> bool:
    """By its row, by the one that replaces it, or by the other name that it got where a stranger had taken its key."""
    file = catalog.file(name)
    if file is not None:
        return file.state == "stored"
    return catalog.opened_when(opened_at(name), worker_of(name)) or catalog.replacing(name) is not None
