"""Several writers of one archive on one machine: each has a spool of its own beside those of the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from .config import Config
from .errors import SpoolLocked, StoppressError
from .keeper import Keeper
from .store.spool import left_open, sealed

log = logging.getLogger(__name__)
MOST_AT_ONCE = 64  # writers of one name


def open_beside_others(config: Config, name: str, opened: Callable[[Config], Keeper]) -> Keeper:
    """A keeper with a spool of its own under the config's, called after who writes there (a spider, ``import``).

    What those that died have left in the spools beside it is taken in, too. SpoolLocked: too many crawls at once.
    """
    base = config.archive.spool
    keeper = _in_free_folder(config, _folders(base, name), opened)
    take_in_others(config, base)
    return keeper


def _in_free_folder(config: Config, folders: Iterator[Path], opened: Callable[[Config], Keeper]) -> Keeper:
    locked: SpoolLocked | None = None
    for folder in folders:
        try:
            return opened(_with_spool(config, folder))
        except SpoolLocked as e:
            locked = e
    assert locked is not None
    raise locked


def _folders(base: Path, name: str) -> Iterator[Path]:
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name)
    yield base / safe
    yield from (base / f"{safe}.{number}" for number in range(2, MOST_AT_ONCE + 1))


def _with_spool(config: Config, folder: Path) -> Config:
    return config.model_copy(update={"archive": config.archive.model_copy(update={"spool": folder})})


def take_in_others(config: Config, base: Path) -> None:
    """What those that died have left in the folders below ``base``."""
    for folder in sorted(path for path in base.iterdir() if path.is_dir()):
        if not (left_open(folder) or sealed(folder)):
            continue
        try:
            with Keeper(_with_spool(config, folder)) as left:
                log.warning("%s: %s", folder, left.recovered)
        except SpoolLocked:
            continue  # somebody is at work there
        except StoppressError as e:  # it stays where it is; today's crawl must not wait for it
            log.error("what lies in %s is not taken in now: %s", folder, e)
