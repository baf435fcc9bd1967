"""Files stay far below what stores take: sealed by size, and by age, whichever comes first."""

from __future__ import annotations

import os
import time
from datetime import timedelta

from pipelines.store.recorder import Limits
from tests.store.spool import conftest as shared
from tests.store.spool.desk import FOREVER, Desk, exchange

catalog, desk = shared.catalog, shared.desk


def test_a_file_is_sealed_by_its_size_and_by_its_age(desk: Desk) -> None:
    by_size = desk.open(Limits(roll_size=10_000, roll_age=FOREVER))
    for number in range(12):
        desk.keep(by_size, exchange(os.urandom(3000), minute=number), f"v{number}")
    by_size.close()
    sizes = [path.stat().st_size for path in desk.sealed]

    assert len(sizes) >= 3
    assert max(sizes) < 10_000 + 3000 + 3000  # the last record, and what is said of its visit

    sealed = len(desk.sealed)
    by_age = desk.open(Limits(roll_age=timedelta(seconds=0.2)))
    desk.keep(by_age, exchange(minute=20), "v20")
    end = time.monotonic() + 20
    while len(desk.sealed) == sealed and time.monotonic() < end:
        time.sleep(0.05)

    assert len(desk.sealed) == sealed + 1  # nobody closed it, and nothing more came
