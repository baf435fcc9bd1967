"""An archive for a Scrapy project without a stoppress.toml: its settings say where; several crawls may run at once."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from scrapy.settings import BaseSettings

from pipelines.config import Config, config_of_tables
from pipelines.errors import SpoolLocked, StoppressError
from pipelines.keeper import Keeper
from pipelines.store.spool import left_open, sealed

log = logging.getLogger(__name__)
STORE = "STOPPRESS_STORE"
# Scrapy setting -> table and key of the config file, where its meaning and default are those of the file
KEYS = {
    STORE: ("archive", "store"),
    "STOPPRESS_CATALOG": ("archive", "catalog"),
    "STOPPRESS_SPOOL": ("archive", "spool"),
    "STOPPRESS_SPOOL_LIMIT": ("archive", "spool_limit"),
    "STOPPRESS_S3_ENDPOINT_URL": ("s3", "endpoint_url"),
    "STOPPRESS_S3_REGION": ("s3", "region"),
}
MOST_AT_ONCE = 64  # crawls of one spider


def config_of_settings(settings: BaseSettings) -> Config:
    """What the config file would say; relative paths are relative to where the crawl was started, as FEEDS are.

    ConfigError names the setting and its value.
    """
    tables: dict[str, dict[str, Any]] = {"crawl": {"user_agent": settings.get("USER_AGENT") or ""}}
    for name, (table, key) in KEYS.items():
        if (value := settings.get(name)) is not None:
            tables.setdefault(table, {})[key] = os.fspath(value) if isinstance(value, os.PathLike) else value
    names = {place: name for name, place in KEYS.items()}
    return config_of_tables(tables, Path.cwd() / "settings.py", lambda where: names.get(where[:2], ".".join(where)))


def open_beside_others(config: Config, spider: str, opened: Callable[[Config], Keeper]) -> Keeper:
    """A keeper with a spool of its own under the config's: two crawls, of one project or one spider, do not meet.

    What crawls that died have left in the spools beside it is taken in, too. SpoolLocked: too many crawls at once.
    """
    base = config.archive.spool
    keeper = _in_free_folder(config, _folders(base, spider), opened)
    _take_in_others(config, base)
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


def _take_in_others(config: Config, base: Path) -> None:
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
