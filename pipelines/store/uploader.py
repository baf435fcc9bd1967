"""Sealed spool files -> the store -> the catalog -> spool freed; in a thread, with patience.

A file is handed over under a key that follows from its name, so sending it again is harmless. Where other bytes
have that key, which nobody but a stranger can bring about, the file gets another name: nothing is overwritten.
"""

from __future__ import annotations

import hashlib
import itertools
import logging
import queue
import random
import threading
from collections import Counter
from pathlib import Path

from pipelines.cdxj import capture_of, index
from pipelines.crashpoint import crashpoint
from pipelines.errors import CatalogError, DamagedRecord, ObjectExists, StoreError, StoreUnavailable
from pipelines.warc import scan

from .catalog import Catalog
from .disk import sync_folder
from .objects import ObjectStore
from .order_files import control_key
from .spool import sealed
from .warcs import index_key, opened_at, other_name, warc_key, worker_of

log = logging.getLogger(__name__)
# Seconds between tries while the store does not answer; by dice a fifth more or less, for many crawlers of one
# store lose it, and find it again, in the same moment.
WAITS = (1.0, 5.0, 15.0, 60.0, 300.0)
SPREAD = 0.2


class Uploader:
    """Takes sealed files one after the other. ``close`` tries each waiting file once more, then ends.

    ``worker``: the name of this spool's writer; what its dead processes left half done in the store is cleared away.
    """

    def __init__(self, folder: Path, store: ObjectStore, catalog: Catalog, *, worker: str = "") -> None:
        self._folder, self._store, self._catalog, self._worker = folder, store, catalog, worker
        self._files: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
        self._ending = threading.Event()
        self._tried: Counter[Path] = Counter()  # files that the disk would not give, or not take
        self._away = False  # at the end: the store does not answer, and there is no time to ask again
        self.left: list[Path] = []
        for path in [*sealed(folder), *sorted((folder / "control").glob("*.jsonl"))]:
            self._files.put(path)
        self._thread = threading.Thread(target=self._run, name="uploader", daemon=True)
        self._thread.start()

    def take(self, path: Path) -> None:
        """A sealed file; it is sent when its turn comes."""
        self._files.put(path)

    def close(self) -> None:
        """Send what waits; what the store does not take now stays in the spool for the next start."""
        self._files.put(None)
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        if self._worker:
            self._clear_away()
        while (path := self._files.get()) is not None:
            if self._away:
                self.left.append(path)
            else:
                self._send_with_patience(path)
        while not self._files.empty():  # put back when the end had just been said
            if path := self._files.get():
                self.left.append(path)

    def _clear_away(self) -> None:
        """Parts of an upload cost money until somebody gives it up. Nobody else sends under this worker's names."""
        try:
            if count := self._store.give_up_uploads(f"-{self._worker}.warc.gz"):
                log.warning("%d upload(s) that an earlier process had left half done were given up", count)
        except Exception as e:  # noqa: BLE001 - no reason to keep the files back
            log.warning("uploads that were left half done cannot be looked for now: %s", e)

    def _send(self, path: Path) -> None:
        if path.suffix == ".jsonl":
            store_orders(path, self._store)
        else:
            store_file(path, self._store, self._catalog)

    def _send_with_patience(self, path: Path) -> None:
        for wait in itertools.chain(WAITS, itertools.repeat(WAITS[-1])):
            try:
                try:
                    self._send(path)
                except ObjectExists as e:
                    if path.suffix == ".jsonl":  # named by dice: tried again under the same name it would never end
                        raise DamagedRecord(str(e)) from e
                    log.error("%s; somebody else writes there, find out who", e)
                    path = rename(path, self._catalog)
                    self._send(path)
            except OSError as e:  # the store may have room for others, and the disk a bad place in this one alone
                self._later(path, e)
                return
            except (StoreError, CatalogError) as e:
                wait *= random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311  no secret
                log.error("%s stays in the spool, next try in %.1f s: %s", path.name, wait, e)
                self._away = isinstance(e, StoreUnavailable) and self._ending.is_set()
            except Exception as e:  # trying again mends nothing, and others wait behind it
                log.error("%s stays in the spool: %s", path.name, e, exc_info=not isinstance(e, DamagedRecord))
                self.left.append(path)
                return
            else:
                return
            if self._ending.wait(wait):
                self.left.append(path)
                return

    def _later(self, path: Path, error: OSError) -> None:
        """Others first; this one again when its turn comes."""
        self._tried[path] += 1
        wait = WAITS[0] if not self._files.empty() else WAITS[min(self._tried[path], len(WAITS)) - 1]
        log.error("%s stays in the spool, next try in %.1f s or after others: %s", path.name, wait, error)
        if self._ending.wait(wait):
            self.left.append(path)
        else:
            self._files.put(path)


def store_orders(path: Path, store: ObjectStore) -> None:
    """Orders that a crawler gave: the catalog has them already."""
    store.put_if_absent(control_key(path.name), path)
    path.unlink()


def rename(path: Path, catalog: Catalog) -> Path:
    """Give a sealed file another name, the same one each time: first in the catalog, which can be told it again."""
    with path.open("rb") as file:
        new = path.with_name(other_name(path.name, hashlib.file_digest(file, "sha256").hexdigest()))
    catalog.file_renamed(path.name, new.name)
    path.rename(new)
    sync_folder(new.parent)
    log.warning("%s is %s from now on", path.name, new.name)
    return new


def store_file(path: Path, store: ObjectStore, catalog: Catalog) -> None:
    """Upload one sealed file and its index, check them, point the catalog at them, free the spool.

    One that was stored, and merged or redacted since, before the crash that kept its copy here, must not come back.
    """
    if made := catalog.replacing(path.name):
        log.warning("%s is in the store as a part of %s: its copy in the spool goes", path.name, made.name)
        path.unlink()
        return
    key = warc_key(path.name)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        captures, whole = [], 0
        for placed in scan(file):
            whole = placed.offset + placed.length
            captures += [capture] if (capture := capture_of(placed, path.name)) else []
    size = path.stat().st_size
    if whole != size:
        raise DamagedRecord(f"{path} is damaged at byte {whole} of {size}: it stays where it is; keep a copy of it")
    stat = store.put_if_absent(key, path)
    if (stat.size, stat.sha256) != (size, sha256):
        raise StoreError(f"{key}: the store holds other bytes than the {size} that were sent; the spool keeps the file")
    crashpoint("after_put")
    _store_index(index_key(path.name), index(captures), store)
    crashpoint("before_pointed")
    catalog.file_opened(path.name, worker=worker_of(path.name), now=opened_at(path.name))  # if it was not told then
    # By the store's own clock: whoever has only the store can tell the same.
    catalog.file_stored(path.name, key=key, size=size, sha256=f"sha256:{sha256}", now=stat.modified)
    crashpoint("after_pointed")
    crashpoint("before_unlink")
    path.unlink()
    crashpoint("after_unlink")


def _store_index(key: str, lines: bytes, store: ObjectStore) -> None:
    """An earlier try may have left it, by another version of this program, or of the compressor: it stays."""
    try:
        store.put_if_absent(key, lines)
    except ObjectExists:
        log.warning("%s is there, written otherwise than today; it stays, and stoppress verify compares it", key)
