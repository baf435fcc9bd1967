"""One TOML file -> typed, frozen settings; anything unknown or impossible is refused before anything runs.

A message names the file, the key, the value and, for an unknown key, the nearest known one. Paths in the file
are relative to the file. Credentials have no key here: they come by environment, file or role.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .config_lines import lines_of
from .config_tables import DEFAULT_NAME, PRODUCT, Config
from .config_words import Where, complaint, place, unknown
from .errors import ConfigError, WatchlistError
from .urlkey import normalise, urlkey, without_secret

__all__ = [
    "DEFAULT_NAME", "PRODUCT", "Complaint", "Config", "Reading", "config_of_tables", "load_config", "parse_config",
    "read_config",
]  # fmt: skip

NO_BOUND = timedelta(days=3650)  # the longest that can be written


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong, and where it was written."""

    where: Where
    words: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as it was read: what it says as far as that can be understood, and all that is wrong with it."""

    path: Path
    text: str
    config: Config  # where something is wrong only the default schedule and the watches that are right
    numbers: Sequence[int]  # of the config's watches in the file, from 0
    complaints: tuple[Complaint, ...] = ()

    def taken(self, more: Iterable[Complaint] = ()) -> Config:
        """The config; or ConfigError with all complaints, these and those found since, in the order of the file."""
        complaints = [*self.complaints, *more]
        if complaints:
            raise refused(self.path, complaints, self.text)
        return self.config


def refused(path: Path, complaints: Sequence[Complaint], text: str = "") -> ConfigError:
    """One line for each, with its line in the file where there is one."""
    lines = lines_of(text, (one.where for one in complaints)) if text else {}
    ordered = sorted(complaints, key=lambda one: lines.get(one.where, 0))
    return ConfigError("\n".join(
        f"{path}: line {lines[one.where]}: {one.words}" if one.where in lines else f"{path}: {one.words}"
        for one in ordered
    ))  # fmt: skip


def load_config(path: Path | None = None) -> Config:
    """Read ``path``, or ``stoppress.toml`` here; without a file the defaults hold, relative to this folder."""
    return read_config(path).taken()


def read_config(path: Path | None = None) -> Reading:
    """The same for somebody who has more to judge before anything is refused."""
    if path is None:
        path = Path(DEFAULT_NAME)
        if not path.exists():
            return Reading(path, "", _anchored(Config(path=path.absolute())), ())
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as e:
        raise ConfigError(f"{path}: no such file; create it, or name another with -c FILE") from e
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError(f"{path}: cannot be read: {e}") from e
    return _read(_tables(text, path), path, text)


def parse_config(text: str, path: Path, named: Callable[[Where], str] = place) -> Config:
    """The same from text already read; ``path`` and ``named`` say in messages where a value was written.

    Relative paths are relative to the folder of ``path``.
    """
    return _read(_tables(text, path), path, text if named is place else "", named).taken()


def config_of_tables(data: Mapping[str, Any], path: Path, named: Callable[[Where], str] = place) -> Config:
    """The same from tables that came another way: from the settings of a Scrapy project."""
    return _read(data, path, "", named).taken()


def _tables(text: str, path: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise ConfigError(f"{path}: not valid TOML: {e}") from e
    if "path" in data:
        raise refused(path, [Complaint(("path",), unknown(("path",)))], text)
    return data


def _read(data: Mapping[str, Any], path: Path, text: str, named: Callable[[Where], str] = place) -> Reading:
    try:
        config = Config.model_validate({**data, "path": path.absolute()})
    except ValidationError as e:
        errors = e.errors(include_url=False)
        config, numbers = _understood(data, {tuple(error["loc"]) for error in errors})
        complaints = [Complaint(tuple(error["loc"]), complaint(error, named)) for error in errors]
        return Reading(path, text, config, numbers, (*complaints, *_twins(_pages(data.get("watch")))))
    twins = _twins((number, table.url) for number, table in enumerate(config.watch))
    return Reading(path, text, _anchored(config), range(len(config.watch)), tuple(twins))


def _understood(data: Mapping[str, Any], wrong: set[Where]) -> tuple[Config, Sequence[int]]:
    """What schedules can still be judged by. Bounds that cannot be read refuse none."""
    heads = {where[0] for where in wrong if where}
    tables = data.get("watch", [])
    tables = [] if ("watch",) in wrong or not isinstance(tables, list) else tables
    bad = {where[1] for where in wrong if where[:1] == ("watch",) and len(where) > 1}
    numbers = [number for number in range(len(tables)) if number not in bad]
    defaults: Any = {"min": "1s", "max": f"{NO_BOUND.days}d"} if "defaults" in heads else data.get("defaults", {})
    return Config.model_validate({"defaults": defaults, "watch": [tables[number] for number in numbers]}), numbers


def _pages(tables: Any) -> Iterator[tuple[int, str]]:
    """Number and URL of each watch that has one, also where something else is wrong with it."""
    for number, table in enumerate(tables if isinstance(tables, list) else []):
        url = table.get("url") if isinstance(table, dict) else None
        with suppress(WatchlistError):
            if isinstance(url, str):
                yield number, normalise(url)


def _twins(pages: Iterable[tuple[int, str]]) -> Iterator[Complaint]:
    places: dict[str, int] = {}
    for number, url in pages:
        first = places.setdefault(urlkey(url), number)
        if first != number:
            words = f"[[watch]] {number + 1} and [[watch]] {first + 1} are the same page: {without_secret(url)}"
            yield Complaint(("watch", number, "url"), f"{words}; remove one")


def _anchored(config: Config) -> Config:
    """Relative paths made absolute: they are relative to the file, not to where the command is typed."""
    here = config.path.parent
    archive = config.archive
    store = archive.store if "://" in archive.store else str(here / archive.store)
    catalog = archive.catalog
    if catalog.startswith("sqlite:///"):
        catalog = f"sqlite:///{here / catalog.removeprefix('sqlite:///')}"
    anchored = archive.model_copy(update={"store": store, "catalog": catalog, "spool": here / archive.spool})
    browser = config.crawl.browser  # a name is looked for on the PATH
    crawl = config.crawl.model_copy(update={"browser": str(here / browser)}) if "/" in browser else config.crawl
    return config.model_copy(update={"archive": anchored, "crawl": crawl})
