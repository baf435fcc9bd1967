"""The spool: writable, room enough, who writes there, and what waits or lies in quarantine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pipelines.config import Config
from pipelines.health import WAITS
from pipelines.store.recovering import QUARANTINE
from pipelines.store.spool import holder, left_open, sealed, unwritable, used

from .check import Check, Now
from .folders import obstacle


def spool_checks(config: Config, now: Now) -> Iterator[Check]:
    """Nothing is written to a spool, and a crawler that starts in this very moment is not kept out."""
    folder = config.archive.spool
    if not folder.is_dir():
        if why := obstacle(folder):
            raise unwritable(folder, why)
        yield Check("spool", "ok", f"{folder} is made when a crawler starts")
        yield from _room(config, _nearest(folder), 0)
        return
    _refuse_unwritable(folder)
    busy = holder(folder)
    told = f"{folder}: in use by {busy}" if busy else f"{folder} can be written; no crawler is at work"
    yield Check("spool", "ok", told)
    yield from _room(config, folder, used(folder))
    yield from _waiting(folder, now, at_work=bool(busy))
    yield from _quarantine(folder / QUARANTINE)


def _quarantine(folder: Path) -> Iterator[Check]:
    if os.path.lexists(folder) and not folder.is_dir():
        told = f"{folder} is no folder: a crawl that finds a torn file, as after a power cut, could not start"
        yield Check("spool", "failed", told, f"move it away; the crawler makes {folder} when it needs it")
        return
    kept = sorted(path.name for path in folder.glob("*"))
    if kept:
        names = ", ".join(kept[:3]) + (" ..." if len(kept) > 3 else "")
        told = f"{len(kept)} torn tail(s) or damaged place(s) of spool files lie in quarantine: {names}"
        step = f"look at them (stoppress verify says what each is), then move them out of {folder}"
        yield Check("spool", "warning", told, step)


def _refuse_unwritable(folder: Path) -> None:
    lock = folder / "lock"
    if not os.access(folder, os.W_OK | os.X_OK) or (lock.exists() and not os.access(lock, os.W_OK)):
        raise unwritable(folder, "this user may not, or its disk is read-only")


def _room(config: Config, folder: Path, taken: int) -> Iterator[Check]:
    limit, free = config.archive.spool_limit, shutil.disk_usage(folder).free
    told = f"{_size(taken)} of {_size(limit)} taken, {_size(free)} free on its disk"
    if taken >= config.health.spool_share * limit:
        step = "see why uploads fail (the log, and store above), or raise [archive] spool_limit"
        yield Check("spool", "failed" if taken >= limit else "warning", f"nearly full: {told}", step)
    elif free < limit - taken:
        step = "make room, or lower [archive] spool_limit to what the disk can hold"
        yield Check("spool", "warning", f"the disk is full before the spool is: {told}", step)
    else:
        yield Check("spool", "ok", told)


def _waiting(folder: Path, now: Now, *, at_work: bool) -> Iterator[Check]:
    times = list(_written(sealed(folder)))
    if times:
        oldest = now() - datetime.fromtimestamp(min(times), UTC)
        long = oldest > WAITS
        told = f"{len(times)} file(s) wait for the store, the oldest for {int(oldest.total_seconds() // 60)} min"
        step = "" if not long else "see store above" if at_work else "stoppress crawl --once sends them"
        yield Check("spool", "warning" if long else "ok", told, step)
    if not at_work and (torn := left_open(folder)) and not holder(folder):  # else one has started since
        told = f"{len(torn)} file(s) were left open by a crawler that died"
        yield Check("spool", "warning", told, "the next stoppress crawl takes them in; nothing is lost")


def _written(files: Iterable[Path]) -> Iterator[float]:
    for path in files:
        with suppress(FileNotFoundError):  # sent since it was listed
            yield path.stat().st_mtime


def _nearest(folder: Path) -> Path:
    return next(parent for parent in folder.absolute().parents if parent.is_dir())


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count / 2**20:.1f} MiB"
