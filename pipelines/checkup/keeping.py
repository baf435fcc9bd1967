"""Store, catalog, their clocks, and the last verify run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from pipelines.config import Config
from pipelines.errors import ObjectNotFound
from pipelines.face import iso
from pipelines.opened import open_catalog
from pipelines.store.catalog import Catalog
from pipelines.store.objects import ObjectStore
from pipelines.store.spool import NAME

from .check import Check, Now
from .folders import obstacle

SKEW = timedelta(seconds=30)  # S3 refuses requests whose time is 15 minutes off; records are dated by our clock
VERIFIED_WITHIN = timedelta(days=90)
_ANOTHER = "mend that for the crawler's user, or name another place as [archive] {}"


def store_checks(config: Config, store: ObjectStore, now: Now) -> Iterator[Check]:
    """Read and write, as a crawler does, leaving nothing; and whose clock is right."""
    folder = Path(config.archive.store.removeprefix("file://"))
    if not config.archive.store.startswith("s3://") and not folder.is_dir():
        yield _not_yet(folder)
        return
    store.check()
    yield Check("store", "ok", f"{config.archive.store} can be read and written")
    yield clock("the store's clock", store.now, now)


def _not_yet(folder: Path) -> Check:
    if why := obstacle(folder):
        return Check("store", "failed", f"{folder} cannot be made: {why}", _ANOTHER.format("store"))
    return Check("store", "ok", f"{folder} is made when there is something to keep")


def clock(whose: str, theirs: Callable[[], datetime | None], ours: Now) -> Check:
    """Two clocks beside each other; which of them is wrong, neither says."""
    asked, said, told = ours(), theirs(), ours()
    if said is None:
        return Check("clock", "ok", f"{whose} is this machine's")
    apart = max(asked - said, timedelta()) + min(told - said, timedelta())  # it was said somewhere between the two
    if abs(apart) <= SKEW:
        return Check("clock", "ok", f"{whose} and this machine's agree to {SKEW.total_seconds():g} s")
    word = "ahead of" if apart > timedelta() else "behind"
    detail = f"this machine's clock is {abs(apart).total_seconds():.0f} s {word} {whose}"
    return Check("clock", "failed", detail, "set both by NTP (timedatectl): records are dated by this machine")


def catalog_checks(config: Config, now: Now) -> Iterator[Check]:
    """Reached, of this schema, of one clock with us, and not from the future."""
    if _missing(config):
        yield _none_yet(_file(config))
        return
    with open_catalog(config, read_only=True) as catalog:
        counts = catalog.counts()
        visits, versions = sum(counts["visits"].values()), counts["versions"]
        yield Check("catalog", "ok", f"can be read: {visits} visits, {versions} versions")
        yield clock("the catalog's clock", catalog.now, now)
        yield from _newest(catalog, now)


def stray_checks(config: Config, store: ObjectStore) -> Iterator[Check]:
    """WARC files that the catalog does not know: it was lost, or is an old copy, and its numbers are given again."""
    names = (stat.key.rpartition("/")[2] for stat in store.list("warc/"))
    strays = {name for name in names if NAME.fullmatch(name)} - _known(config)
    if strays:
        detail = f"{len(strays)} WARC file(s) of the store are not in the catalog, among them {min(strays)}"
        step = "if it was lost, or is an old copy, stop the crawlers, then: stoppress rebuild --replace"
        yield Check("catalog", "warning", detail, step)


def _known(config: Config) -> set[str]:
    """Names of WARC files, and of those that they replace."""
    if _missing(config):
        return set()
    with open_catalog(config, read_only=True) as catalog:
        return {name for file in catalog.files() for name in (file.name, *file.replaces)}


def _missing(config: Config) -> bool:
    return config.archive.catalog.startswith("sqlite:///") and not _file(config).exists()


def _file(config: Config) -> Path:
    return Path(config.archive.catalog.removeprefix("sqlite:///"))


def _none_yet(file: Path) -> Check:
    if why := obstacle(Path(os.path.realpath(file)).parent):
        return Check("catalog", "failed", f"{file} cannot be made: {why}", _ANOTHER.format("catalog"))
    return Check("catalog", "warning", "there is none yet", "it is made by: stoppress watch URL")


def _newest(catalog: Catalog, now: Now) -> Iterator[Check]:
    newest = max((row.started for row in catalog.visits(limit=1)), default=None)
    ours = now()
    if newest and newest > ours + SKEW:
        detail = f"the newest visit is dated {iso(newest)}, and it is {iso(ours)} here: the clock has gone back"
        yield Check("clock", "failed", detail, "set it by NTP (timedatectl); visits are ordered by it")


def fixity_check(store: ObjectStore, now: Now) -> Iterator[Check]:
    """When was the archive last verified, and with what result."""
    runs = sorted(stat.key for stat in store.list("fixity/"))
    if not runs:
        if any(True for _ in store.list("warc/")):
            yield Check("fixity", "warning", "nothing was ever verified", "stoppress verify --deep --slice 1/90, daily")
        return
    try:
        last = json.loads(store.get(runs[-1]).splitlines()[-1])
        at, damaged, what = datetime.fromisoformat(last["at"]), int(last["damaged"]), f"verify ({last['run']})"
        passed = now() - at  # TypeError: a time without its zone
    except (ValueError, TypeError, KeyError, IndexError, ObjectNotFound) as e:
        yield Check("fixity", "warning", f"{runs[-1]} is no record of a run ({type(e).__name__})", "stoppress verify")
        return
    told = f"{what} of {iso(at)}, {last['result']}: {damaged} damaged or missing"
    if damaged:
        yield Check("fixity", "failed", told, f"see {runs[-1]}, then: stoppress verify --deep")
    elif passed > VERIFIED_WITHIN:
        yield Check("fixity", "warning", f"{told}; that is {passed.days} days ago", "stoppress verify --deep")
    else:
        yield Check("fixity", "ok", told)
