"""One TOML file -> typed, frozen settings; anything unknown or impossible is refused before anything runs.

A message names the file, the key, the value and, for an unknown key, the nearest known one. Paths in the file
are relative to the file. Credentials have no key here: they come by environment, file or role.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from . import units
from .config_broken import line_in, taken_apart
from .config_lines import lines_of
from .config_tables import DEFAULT_NAME, LEAST_HINT, PRODUCT, Config, HintTable, is_within
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
    line: int = 0  # where that is known already


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
    placed = sorted(((one.line or lines.get(one.where, 0), one.words) for one in complaints), key=lambda row: row[0])
    return ConfigError("\n".join(f"{path}: {f'line {line}: ' if line else ''}{words}" for line, words in placed))


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
    except OSError as e:
        raise ConfigError(f"{path}: cannot be read: {e.strerror}; name a file that you may read with -c FILE") from e
    except UnicodeDecodeError as e:
        raise ConfigError(f"{path}: cannot be read: no text in UTF-8; save it so, or name another with -c FILE") from e
    return _read_text(text, path)


def parse_config(text: str, path: Path) -> Config:
    """The same from text already read. Relative paths are relative to the folder of ``path``."""
    return _read_text(text, path).taken()


def config_of_tables(data: Mapping[str, Any], path: Path, named: Callable[[Where], str] = place) -> Config:
    """The same from tables that came another way: from a command line, or the settings of a Scrapy project.

    ``path`` and ``named`` say in messages where a value was written.
    """
    return _read(data, path, "", named).taken()


def _read_text(text: str, path: Path) -> Reading:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        return _read_broken(text, path, e)
    if "path" in data:
        raise refused(path, [Complaint(("path",), unknown(("path",)))], text)
    return _read(data, path, text)


def _read_broken(text: str, path: Path, error: tomllib.TOMLDecodeError) -> Reading:
    """Every line that is no TOML, and all that is wrong with the values in the others."""
    apart = taken_apart(text)
    if not apart.faults:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    complaints = [Complaint((), fault.words, fault.line) for fault in apart.faults]
    try:
        data = tomllib.loads(apart.text)
    except tomllib.TOMLDecodeError as e:
        complaints.append(Complaint((), f"not valid TOML: {e}; no value was looked at", line_in(str(e))))
        raise refused(path, complaints) from e
    if data.pop("path", None) is not None:
        complaints.append(Complaint(("path",), unknown(("path",))))
    reading = _read(data, path, apart.text, lost=frozenset(apart.lost))
    return replace(reading, complaints=(*complaints, *reading.complaints))


def _read(data: Mapping[str, Any], path: Path, text: str, named: Callable[[Where], str] = place,
          lost: frozenset[Where] = frozenset()) -> Reading:  # fmt: skip
    """``lost``: tables that say less than what was written in them, so that nothing is missed there."""
    try:
        config = Config.model_validate({**data, "path": path.absolute()})
    except ValidationError as e:
        errors = [error for error in e.errors(include_url=False) if not _is_of_lost(error, lost)]
        wrong = {tuple(error["loc"]) for error in errors}
        complaints = [Complaint(tuple(error["loc"]), complaint(error, named)) for error in errors]
        complaints += [*_twins(_pages(data.get("watch"))), *_bad_hints(*_hints(data, wrong, lost))]
        return Reading(path, text, *_understood(data, wrong, lost), tuple(complaints))
    complaints = [*_twins((number, table.url) for number, table in enumerate(config.watch))]
    complaints += _bad_hints(*_hints(data, set(), lost))
    if lost:
        return Reading(path, text, *_understood(data, set(), lost), tuple(complaints))
    return Reading(path, text, _anchored(config), range(len(config.watch)), tuple(complaints))


def _is_of_lost(error: Any, lost: frozenset[Where]) -> bool:
    """Whether something is missed that may have been written where nobody could read it."""
    where = tuple(error["loc"])
    return bool(lost) and (not where or (error["type"] == "missing" and where[:2] in lost))


def _understood(data: Mapping[str, Any], wrong: set[Where], lost: frozenset[Where]) -> tuple[Config, Sequence[int]]:
    """What schedules can still be judged by. Bounds that cannot be read refuse none."""
    heads = {where[0] for where in wrong | lost if where}
    tables = data.get("watch", [])
    tables = [] if ("watch",) in wrong or not isinstance(tables, list) else tables
    bad = {where[1] for where in wrong | lost if where[:1] == ("watch",) and len(where) > 1}
    if ("defaults",) in lost:  # nor can those be judged that leave their schedule to it
        bad |= {number for number, table in enumerate(tables) if "schedule" not in table}
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


def _hints(data: Mapping[str, Any], wrong: set[Where], lost: frozenset[Where]) -> tuple[
    list[tuple[int, HintTable]], tuple[str, ...] | None
]:  # fmt: skip
    """The ``[[hint]]`` tables that are right by themselves, with their numbers, and [egress] allow, if it is known."""
    bad = wrong | lost
    tables = [] if ("hint",) in bad else data.get("hint", [])
    right = set(range(len(tables))) - {where[1] for where in bad if where[:1] == ("hint",) and len(where) > 1}
    known = not any(where[:1] == ("egress",) for where in bad)
    allow = Config.model_validate({"egress": data.get("egress", {})}).egress.allow if known else None
    return [(number, HintTable.model_validate(tables[number])) for number in sorted(right)], allow


def _bad_hints(hints: Iterable[tuple[int, HintTable]], allow: tuple[str, ...] | None) -> Iterator[Complaint]:
    places: dict[str, int] = {}
    for number, table in hints:
        if table.every < LEAST_HINT and allow is not None and not is_within(table.url, allow):
            where: Where = ("hint", number, "every")
            words = "is less than 1m, the least but for addresses (not names) within [egress] allow"
            yield Complaint(where, f"{place(where)} = {units.spell(table.every)!r} {words}")
        first = places.setdefault(table.url, number)
        if first != number:
            words = f"[[hint]] {number + 1} and [[hint]] {first + 1}: {without_secret(table.url)} is there twice"
            yield Complaint(("hint", number, "url"), f"{words}; remove one")


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
