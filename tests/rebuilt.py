"""A catalog beside the one that is in use, made of the store alone, and how the two differ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.config import load_config
from pipelines.opened import open_catalog
from tests.running import Ran, stoppress

Dump = dict[str, list[dict[str, Any]]]


def beside(config: Path, catalog: str | None = None) -> Path:
    """A config for the same store with an empty catalog and no spool of its own."""
    text = config.read_text()
    folder = config.parent / "rebuilt"
    folder.mkdir(exist_ok=True)
    old = load_config(config).archive
    other = catalog or f"sqlite:///{folder / f'catalog-{len(list(folder.iterdir()))}.db'}"
    text = re.sub(r'(?m)^(store|catalog|spool)\s*= ".*"\n', "", text)
    head = f'[archive]\nstore = "{old.store}"\ncatalog = "{other}"\nspool = "{folder / "no spool"}"\n'
    path = folder / f"{len(list(folder.iterdir()))}.toml"
    path.write_text(text.replace("[archive]\n", head, 1))
    return path


def rebuilt(config: Path, catalog: str | None = None, env: Mapping[str, str] | None = None) -> tuple[Path, Ran]:
    """``stoppress rebuild --json`` into an empty catalog; its config and what was said."""
    fresh = beside(config, catalog)
    return fresh, stoppress("rebuild", "--json", config=fresh, env=env)


def dump(config: Path) -> Dump:
    with open_catalog(load_config(config), read_only=True) as catalog:
        return catalog.dump()


def differences(one: Dump, other: Dump) -> list[str]:
    """Table by table, row by row, field by field; in words."""
    found = [f"{table} is in one of them only" for table in one.keys() ^ other.keys()]
    for table in one.keys() & other.keys():
        mine, theirs = _by_key(one[table]), _by_key(other[table])
        found += [f"{table} {key} is in the first only: {mine[key]}"[:400] for key in mine.keys() - theirs.keys()]
        found += [f"{table} {key} is in the second only: {theirs[key]}"[:400] for key in theirs.keys() - mine.keys()]
        for key in mine.keys() & theirs.keys():
            pairs = [(name, mine[key][name], theirs[key][name]) for name in mine[key]]
            found += [f"{table} {key} {name}: {a!r:.200} != {b!r:.200}" for name, a, b in pairs if a != b]
    return sorted(found)


def _by_key(rows: list[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """By the first column, and the number where a table's key has one: versions and takedowns."""
    keys = [tuple(row[name] for name in (next(iter(row)), "seq") if name in row) for row in rows]
    assert len(set(keys)) == len(rows)
    return dict(zip(keys, rows, strict=True))


def equals_its_catalog(config: Path, catalog: str | None = None) -> list[dict[str, Any]]:
    """Rebuild beside, compare all of it; the lines that the command printed."""
    fresh, ran = rebuilt(config, catalog)
    assert ran.code == 0, ran.err
    assert differences(dump(config), dump(fresh)) == []
    return ran.lines
