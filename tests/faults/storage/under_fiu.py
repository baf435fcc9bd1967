"""The recorder in a process whose system calls fail, one at a time: started by ``fiu-run -x``, which is real libfiu.

    fiu-run -x python tests/faults/storage/under_fiu.py FOLDER

At its end one line of JSON: which visits were acknowledged, and how many faults of which kind were met.
"""

from __future__ import annotations

import ctypes
import errno
import json
import logging
import os
import sys
from collections import Counter
from pathlib import Path

from pipelines.errors import StoreError
from pipelines.store.catalog import Catalog
from pipelines.store.recorder import Limits, Recorder
from tests.store.spool.desk import FOREVER, exchange, visit_of, warcinfo

FAULTS = (
    (b"posix/io/sync/fsync", errno.EIO),
    (b"posix/io/rw/write", errno.ENOSPC),
    (b"posix/io/rw/write/reduce", 0),  # fewer bytes than were given
    (b"posix/io/oc/open", errno.EMFILE),
    (b"posix/io/dir/rename", errno.EIO),
    (b"posix/io/rw/pwrite", errno.ENOSPC),  # the catalog's
)
ROUNDS = 4
ONCE = 1  # FIU_ONETIME


def run(folder: Path) -> dict[str, object]:
    fiu = ctypes.CDLL("libfiu.so.0")
    fiu.fiu_enable.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint]
    (folder / "spool").mkdir()
    kept: list[str] = []
    met: Counter[str] = Counter()
    with Catalog.open(f"sqlite:///{folder / 'catalog.db'}") as catalog:
        recorder = Recorder(
            folder / "spool", catalog, worker="w1", warcinfo=warcinfo, sealed=lambda _: None,
            limits=Limits(roll_size=3000, roll_age=FOREVER),
        )  # fmt: skip
        for number in range(ROUNDS * len(FAULTS)):
            name, error = FAULTS[number % len(FAULTS)]
            fiu.fiu_enable(name, 1, error, ONCE)
            for more in range(3):
                if keep(recorder, f"v{number}-{more}", 3 * number + more):
                    kept.append(f"v{number}-{more}")
            met[name.decode()] += not fiu.fiu_fail(name)  # one that was met is not in force any more
            fiu.fiu_disable(name)
        recorder.close()
    return {"kept": kept, "met": met}


def keep(recorder: Recorder, name: str, minute: int) -> bool:
    made = exchange(os.urandom(700), minute=minute)
    recorder.exchange(made, visit_id=name, role="page")
    try:
        recorder.visit(visit_of(made, name)).result(60)
    except StoreError:
        return False
    return True


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # stderr is a file too, and must not meet the fault
    print(json.dumps(run(Path(sys.argv[1]))))
