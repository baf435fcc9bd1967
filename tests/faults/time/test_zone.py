"""The zone of the operator's machine, and moments that two captures share."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pipelines.store.catalog import Catalog
from pipelines.store.local import LocalStore
from pipelines.store.warcs import WarcReader
from tests.running import PATIENCE, ROOT, environment
from tests.store.spool import conftest as shared
from tests.store.spool.desk import Desk, exchange

catalog, desk = shared.catalog, shared.desk
# Both nights on which London changes its clocks, by way of the machine's own zone.
TICKS = """
from datetime import UTC, datetime, timedelta
from crawler.schedule import parse_schedule
for text in ("every 10m", "cron */10 * * * *"):
    for night in (datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)):
        policy, last, now, made = parse_schedule(text, key="k"), night, night, []
        while now < night + timedelta(hours=8):
            at = policy.due(last, now)
            if at <= now:
                last = at
                made.append(at.isoformat())
            now += timedelta(minutes=1)
        print(text, len(made), *made, sep="|")
"""


def ticks(zone: str) -> list[str]:
    ran = subprocess.run(
        [sys.executable, "-c", TICKS], capture_output=True, text=True, timeout=PATIENCE, check=True, cwd=ROOT,
        env={**environment(), "TZ": zone},
    )  # fmt: skip
    return ran.stdout.splitlines()


def test_the_machines_zone_changes_no_schedule() -> None:
    here, there = ticks("UTC"), ticks("Europe/London")

    assert here == there
    assert {line.split("|")[1] for line in here} <= {"47", "48", "49"}  # eight hours by tens of minutes


def test_two_captures_of_one_moment_are_two_records_and_two_visits(
    desk: Desk, catalog: Catalog, tmp_path: Path
) -> None:
    recorder = desk.open()
    first, second = exchange(b"<p>one</p>"), exchange(b"<p>two</p>")
    kept = [desk.keep(recorder, made, name) for name, made in (("v1", first), ("v2", second))]
    captures = [visit.captures[0] for visit in kept]
    reader = WarcReader(LocalStore(tmp_path / "store"), desk.folder)

    assert captures[0].timestamp == captures[1].timestamp
    assert captures[0].record_id != captures[1].record_id
    assert [reader.response(capture).body for capture in captures] == [b"<p>one</p>", b"<p>two</p>"]
    assert len(catalog.visits()) == 2
