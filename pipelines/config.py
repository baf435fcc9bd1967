"""One TOML file -> typed, frozen settings; anything unknown or impossible is refused before anything runs.

A message names the file, the key, the value and, for an unknown key, the nearest known one. Paths in the file
are relative to the file. Credentials have no key here: they come by environment, file or role.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .config_tables import DEFAULT_NAME, PRODUCT, Config
from .config_words import Where, complaint, place, unknown
from .errors import ConfigError
from .urlkey import urlkey

__all__ = ["DEFAULT_NAME", "PRODUCT", "Config", "config_of_tables", "load_config", "parse_config"]


def load_config(path: Path | None = None) -> Config:
    """Read ``path``, or ``stoppress.toml`` here; without a file the defaults hold, relative to this folder."""
    if path is None:
        path = Path(DEFAULT_NAME)
        if not path.exists():
            return _anchored(Config(path=path.absolute()))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as e:
        raise ConfigError(f"{path}: no such file; create it, or name another with -c FILE") from e
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError(f"{path}: cannot be read: {e}") from e
    return parse_config(text, path)


def parse_config(text: str, path: Path, named: Callable[[Where], str] = place) -> Config:
    """The same from text already read; ``path`` and ``named`` say in messages where a value was written.

    Relative paths are relative to the folder of ``path``.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise ConfigError(f"{path}: not valid TOML: {e}") from e
    if "path" in data:
        raise ConfigError(unknown(path, ("path",)))
    return config_of_tables(data, path, named)


def config_of_tables(data: Mapping[str, Any], path: Path, named: Callable[[Where], str] = place) -> Config:
    """The same from tables that came another way: from the settings of a Scrapy project."""
    try:
        config = Config.model_validate({**data, "path": path.absolute()})
    except ValidationError as e:
        raise ConfigError("\n".join(complaint(path, error, named) for error in e.errors())) from e
    _refuse_twins(config, path)
    return _anchored(config)


def _refuse_twins(config: Config, path: Path) -> None:
    places: dict[str, int] = {}
    for number, table in enumerate(config.watch, start=1):
        first = places.setdefault(urlkey(table.url), number)
        if first != number:
            raise ConfigError(
                f"{path}: [[watch]] {number} and [[watch]] {first} are the same page: {table.url}; remove one"
            )


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
