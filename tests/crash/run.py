"""``make crash N=200``: kills in all kinds, on a directory and on Swift behind faults, and a report for people.

Ends with 1 if anything acknowledged was lost, or anything invented.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.crash.checker import Report  # noqa: E402
from tests.crash.harness import (  # noqa: E402
    LONGEST,
    Campaign,
    Kill,
    at_points,
    at_random,
    in_recovery,
    on_directory,
    on_swift,
    run,
    seed,
)
from tests.crash.source import Source  # noqa: E402
from tests.crash.storage import FaultyStore  # noqa: E402
from tests.servers import swift  # noqa: E402
from tests.servers.raw_http import RawServer, serving  # noqa: E402

THIRD = {"after_spool_write": 3, "before_fsync": 3, "after_fsync": 3, "before_catalog": 3, "after_catalog": 3}


def planned(dice: random.Random, count: int, *, uploads: bool) -> list[Kill]:
    """A third at points, each at its first and its third passing, and in recovery; the rest by dice."""
    points = itertools.cycle([*at_points(), *at_points(THIRD), *in_recovery()])
    named = list(itertools.islice(points, count // 3 // 2 * 2))
    mid = [Kill(after="upload")] * (count // 10 if uploads else 0)
    loose = mid + at_random(dice, count - len(named) - len(mid))
    dice.shuffle(loose)
    return [*loose[: len(loose) // 2], *named, *loose[len(loose) // 2 :]]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("kills", nargs="?", type=int, default=200)
    arguments.add_argument("--store", choices=("both", "directory", "swift"), default="both")
    asked = arguments.parse_args()
    print(f"seed {seed()} (STOPPRESS_CRASH_SEED chooses another)", flush=True)
    share = asked.kills // 2 if asked.store == "both" else asked.kills
    good = True
    if asked.store != "swift":
        good &= directory(asked.kills - share if asked.store == "both" else asked.kills)
    if asked.store != "directory":
        good &= faulty_swift(share)
    return 0 if good else 1


def directory(count: int) -> bool:
    with ExitStack() as running:
        home = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="stoppress-crash-")))
        source = running.enter_context(serving(Source(seed=seed())))
        return told("directory", on_directory(home, source), planned(random.Random(seed()), count, uploads=False))


def faulty_swift(count: int) -> bool:
    with ExitStack() as running:
        home = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="stoppress-crash-")))
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="stoppress-swift-")))
        server = swift.start(folder, running)
        running.callback(server.close)
        source = running.enter_context(serving(Source(seed=seed())))
        faults = FaultyStore(running.enter_context(serving(RawServer())), server.endpoint_url, seed=seed(), share=0.2)
        campaign = on_swift(home, source, server, faults)
        good = told("Swift behind faults", campaign, planned(random.Random(seed()), count, uploads=True))
        print("requests to the store by what befell them: " + ", ".join(f"{k} {n}" for k, n in faults.met.items()))
        return good


def told(name: str, campaign: Campaign, kills: list[Kill]) -> bool:
    begun = time.monotonic()
    report = run(campaign, kills, lambda line: print(line, flush=True))
    print(f"\n{name}: {summary(campaign, report)}; {time.monotonic() - begun:.0f} s")
    if campaign.missed:
        print(f"not reached, and killed after all: {', '.join(campaign.missed)}")
    if not report.clean:
        print(f"{report}\n{campaign.log}")
    return report.clean


def summary(campaign: Campaign, report: Report) -> str:
    return (
        f"kills {campaign.kills} (random up to {LONGEST:g} s), visits acknowledged {len(campaign.acknowledged)}, "
        f"lost {len(report.lost)}, invented {len(report.invented)}, twice {len(report.twice)}, "
        f"torn {len(report.torn)}, worst recovery {campaign.recovery:.1f} s, "
        f"read again by rebuild {campaign.read_again}"
    )


if __name__ == "__main__":
    sys.exit(main())
