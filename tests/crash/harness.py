"""Kills the production crawler again and again, and asks the checker after each time what is left.

pages (source.py) <-- crawler, a process group of its own --> directory, or faults (storage.py) --> Swift
                          | stdout: what it acknowledges
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.other_tools import complaints
from tests.rebuilt import differences, dump, rebuilt
from tests.running import PATIENCE, ROOT, environment, stoppress, write_config
from tests.servers.buckets import S3Server

from .checker import Report, check, dangling
from .source import Source
from .storage import FaultyStore

PRODUCTION = ROOT / "stoppress.py"
BROKEN = Path(__file__).with_name("broken.py")
SEED = 20261124  # the default; STOPPRESS_CRASH_SEED chooses another
POINTS = (
    "after_spool_write", "before_fsync", "after_fsync", "before_catalog", "after_catalog", "before_seal", "after_seal",
    "mid_put", "after_put", "before_pointed", "after_pointed", "before_unlink", "after_unlink",
)  # fmt: skip
RECOVERING = 4  # places that mid_recovery names in a start that finds one torn file
POINT_WITHIN = 30.0  # seconds: a point that is not passed by then is not on the way any more
SHORTEST, LONGEST = 0.001, 5.0  # seconds


def seed() -> int:
    return int(os.environ.get("STOPPRESS_CRASH_SEED", SEED))


@dataclass(frozen=True, slots=True)
class Kill:
    """When to kill: at a point (``after_fsync:3``), in the middle of an upload, or ``delay`` seconds after something.

    ``tear``: afterwards the open spool file gets a torn member at its end, as a power loss leaves it.
    ``clean``: a run that ends in good order goes before it, so that what is hit is this process's own file.
    """

    point: str = ""
    delay: float = 0.0
    after: str = "start"  # of the process, its first "visit", or an "upload" to the faulty store
    tear: bool = False
    clean: bool = False

    def __str__(self) -> str:
        moment = self.point or f"{self.delay:.3f} s after {self.after}"
        return moment + (", torn" if self.tear else "")


def at_points(hits: Mapping[str, int] | None = None, *, clean: bool = False) -> list[Kill]:
    """Each point once, at its first hit or as ``hits`` says; ``clean`` is about those from sealing on."""
    after = POINTS.index("before_seal")
    return [
        Kill(point=f"{point}:{(hits or {}).get(point, 1)}", clean=clean and place >= after)
        for place, point in enumerate(POINTS)
    ]


def in_recovery() -> list[Kill]:
    """Each place of recovery, and before each a death that leaves something to recover: an open file."""
    death = Kill(after="visit", delay=0.3, tear=True)
    return [kill for n in range(RECOVERING) for kill in (death, Kill(point=f"mid_recovery:{n + 1}"))]


def at_random(dice: random.Random, count: int) -> list[Kill]:
    """Half of them counted from the process's start, half from its first acknowledgement; log-uniform."""
    return [
        Kill(delay=SHORTEST * (LONGEST / SHORTEST) ** dice.random(), after=("start", "visit")[n % 2])
        for n in range(count)
    ]


@dataclass(frozen=True, slots=True)
class Life:
    """One process: how it was killed, what it acknowledged, when (seconds after its start) the first of it."""

    kill: Kill | None
    reached: bool
    acknowledged: int
    first: float | None
    code: int


@dataclass
class Campaign:
    """One archive, one crawler after the other."""

    folder: Path
    source: Source
    config: Path
    dice: random.Random
    program: Path = PRODUCTION
    faults: FaultyStore | None = None
    server: S3Server | None = None
    bucket: str = ""
    lives: list[Life] = field(default_factory=list)
    acknowledged: list[dict[str, Any]] = field(default_factory=list)
    read_again: int = 0  # captures whose reading the last rebuild had to make again

    # lives -------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Take over the watches, in a world without faults."""
        share = self.faults.share if self.faults else 0.0
        self._calm()
        self._said("apply", str(self.config))
        if self.faults:
            self.faults.share = share

    def _calm(self) -> None:
        if self.faults:
            self.faults.share = 0.0

    def kill(self, kill: Kill) -> Life:
        """Start a crawler, kill it, keep what it had acknowledged."""
        with self._crawler(kill.point) as (process, heard):
            if self.faults and kill.after == "upload":
                self.faults.at_put = lambda: _kill_group(process)
            reached = self._wait_for(kill, process, heard)
        life = self._over(kill, reached, process, heard)
        if kill.tear:
            self._tear()
        return life

    def live(self, *words: str) -> Life:
        """One crawler that ends by itself."""
        with self._crawler("", *words) as (process, heard):
            process.wait(PATIENCE)
        return self._over(None, True, process, heard)

    def _over(self, kill: Kill | None, reached: bool, process: subprocess.Popen[bytes], heard: _Heard) -> Life:
        self.acknowledged += heard.visits
        life = Life(kill, reached, len(heard.visits), heard.first, process.returncode)
        self.lives.append(life)
        return life

    def _wait_for(self, kill: Kill, process: subprocess.Popen[bytes], heard: _Heard) -> bool:
        if kill.point or kill.after == "upload":
            with suppress(subprocess.TimeoutExpired):
                process.wait(POINT_WITHIN)
            return process.returncode == -signal.SIGKILL
        if kill.after == "visit":
            heard.something.wait(POINT_WITHIN)
        with suppress(subprocess.TimeoutExpired):
            process.wait(kill.delay)
        return process.returncode is None

    @contextmanager
    def _crawler(self, point: str, *words: str) -> Iterator[tuple[subprocess.Popen[bytes], _Heard]]:
        env = environment() | self._store_env() | ({"STOPPRESS_CRASH_AT": point} if point else {})
        command = [sys.executable, str(self.program), "-c", str(self.config), "crawl", "--json", *words]
        with (self.folder / "crawl.log").open("ab") as log:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, env=env, start_new_session=True
            )
        heard = _Heard(process)
        try:
            yield process, heard
        finally:
            _kill_group(process)  # also what a killed crawler's workers still do
            process.wait()
            heard.close()

    def _tear(self) -> None:
        for path in (self.folder / "spool").glob("*.warc.gz.open"):
            with path.open("ab") as file:
                file.write(b"\x1f\x8b\x08\x00" + self.dice.randbytes(self.dice.randint(1, 500)))

    # what is left ------------------------------------------------------------------------------------------

    def look(self, *, fresh: bool = False) -> Report:
        """The checker's word on what lies in spool and store now; ``fresh``: also what was looked at before."""
        return check([self.folder / "spool", self._store(fresh)], self.source.sent, self.acknowledged)

    def finish(self) -> Report:
        """A last, undisturbed run; everything has to be in the store afterwards, and in the catalog."""
        self._calm()
        life = self.live("--once")
        report = self.look(fresh=True)
        if life.code not in (0, 1):  # 1: a page that answered with an error
            report.lost.append(f"the last run ended with {life.code}:\n{self.log}")
        report.lost += [f"{p.name} is still in the spool" for p in (self.folder / "spool").glob("*.warc.gz*")]
        report.lost += self._catalog_lacks()
        report.lost += self._rebuilt_otherwise()
        report.invented += self._others_complain()
        return report

    def _others_complain(self) -> list[str]:
        """What other people's tools find wrong, in all WARC files one behind the other, which is one WARC file too."""
        one = self.folder / "all.warc.gz"
        one.write_bytes(b"".join(path.read_bytes() for path in sorted(self._store(fresh=False).rglob("*.warc.gz"))))
        return complaints([one], {})

    def _rebuilt_otherwise(self) -> list[str]:
        """A catalog made of the store alone must be the one that all these lives have left, field by field."""
        fresh, done = rebuilt(self.config, env=self._store_env())
        if done.code != 0:
            return [f"rebuild ended with {done.code}: {done.err}"]
        self.read_again = done.lines[-1]["read_again"]
        return [f"rebuilt: {line}" for line in differences(dump(self.config), dump(fresh))]

    @property
    def log(self) -> str:
        return (self.folder / "crawl.log").read_text()[-4000:]

    def _catalog_lacks(self) -> list[str]:
        kept = {url: self._visits_in_catalog(url) for url in self.source.urls}
        wrong = [f"{v['url']} at {v['started']} has no outcome" for vs in kept.values() for v in vs if not v["outcome"]]
        known = {(url, v["started"], v["outcome"]): v for url, visits in kept.items() for v in visits}
        for visit in self.acknowledged:
            row = known.get((visit["url"], visit["started"], visit["outcome"]))
            ids = {capture["record_id"] for capture in visit["captures"]}
            if row is None or ids != {capture["record_id"] for capture in row["captures"]}:
                wrong.append(f"the catalog does not have {visit['url']} at {visit['started']} with its captures")
        pointers = [capture for visits in kept.values() for visit in visits for capture in visit["captures"]]
        return wrong + dangling(self._store(fresh=False), pointers)

    def _visits_in_catalog(self, url: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._said("log", url, "--json").splitlines()]

    def _said(self, *words: str) -> bytes:
        """What one more command prints."""
        done = stoppress(*words, config=self.config, env=self._store_env())
        assert done.code == 0, done.err
        return done.out

    def _store_env(self) -> dict[str, str]:
        if self.server is None:
            return {}
        nowhere = {n: str(self.folder / "none") for n in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")}
        return {**self.server.env, **nowhere, "AWS_EC2_METADATA_DISABLED": "true"}

    def _store(self, fresh: bool) -> Path:
        """The store as a directory; of a bucket a copy, made without the project's own client."""
        if self.server is None:
            return self.folder / "archive"
        copy = self.folder / "copy"
        copy.mkdir(exist_ok=True)
        with self.server.client() as client:
            for page in client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
                for item in page.get("Contents", ()):
                    path = copy / item["Key"].rpartition("/")[2]
                    if fresh or not path.exists():
                        path.write_bytes(client.get_object(Bucket=self.bucket, Key=item["Key"])["Body"].read())
        return copy

    # figures -----------------------------------------------------------------------------------------------

    @property
    def kills(self) -> int:
        return sum(life.kill is not None and life.reached for life in self.lives)

    @property
    def recovery(self) -> float:
        """Seconds from the start of a process, after a kill, to its first acknowledged visit; the worst."""
        firsts = [life.first for before, life in zip(self.lives, self.lives[1:], strict=False) if before.kill]
        return max((first for first in firsts if first is not None), default=0.0)

    @property
    def missed(self) -> list[str]:
        """Points that no process came to: they tested nothing."""
        return [str(life.kill) for life in self.lives if life.kill and not life.reached]


def on_directory(folder: Path, source: Source, *, program: Path = PRODUCTION, roll_age: str = "1s") -> Campaign:
    config = _quick(write_config(folder, *source.urls), roll_age)
    return Campaign(folder, source, config, random.Random(seed()), program)


def on_swift(folder: Path, source: Source, server: S3Server, faults: FaultyStore) -> Campaign:
    bucket = f"crash-{uuid.uuid4().hex[:12]}"
    with server.client() as client:
        client.create_bucket(Bucket=bucket)
    config = _quick(write_config(folder, *source.urls, store=f"s3://{bucket}", endpoint_url=faults.url))
    return Campaign(folder, source, config, random.Random(seed()), faults=faults, server=server, bucket=bucket)


def _quick(config: Path, roll_age: str = "1s") -> Path:
    """Files that are full in a second: seal and upload must be as likely to be hit as the rest."""
    text = config.read_text()
    config.write_text(text.replace("[archive]\n", f'[archive]\nspool = "spool"\nroll_age = "{roll_age}"\n', 1))
    return config


def run(campaign: Campaign, kills: list[Kill], told: Callable[[str], None] = lambda line: None) -> Report:
    """All kills; the report of the first look that finds something, else of the end."""
    campaign.begin()
    for kill in kills:
        if kill.clean:
            campaign.live("--once")
        life = campaign.kill(kill)
        report = campaign.look()
        told(f"{len(campaign.lives):4} {kill}: {life.acknowledged} visits acknowledged, "
             f"{len(report.lost)} lost, {len(report.invented)} invented")  # fmt: skip
        if not report.clean:
            return report
    return campaign.finish()


class _Heard:
    """What a process says on stdout, as it comes; half a line that death cut off is no acknowledgement."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._pipe, self._start = process.stdout, time.monotonic()
        self.visits: list[dict[str, Any]] = []
        self.first: float | None = None
        self.something = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        for line in self._pipe:
            if line.endswith(b"\n"):
                self.visits.append(json.loads(line))
                self.first = self.first or time.monotonic() - self._start
                self.something.set()

    def close(self) -> None:
        self._thread.join(PATIENCE)
        self._pipe.close()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
