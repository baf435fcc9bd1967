"""What one archive exports another one imports, and says the same."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.comparing import compare
from pipelines.config import load_config
from pipelines.keeper import Keeper
from pipelines.model import Answer, Version, Visit
from pipelines.reading import read_whole
from pipelines.urlkey import urlkey
from tests.rebuild.kept import CLOSED, POWER, RIVER, STORM, T0, TRAINS, Crawl, page
from tests.rebuilt import equals_its_catalog
from tests.running import stoppress

from .conftest import MOVED, archive


def said(config: Path, url: str) -> tuple[list[Any], list[Any]]:
    """Versions and changes of a page, without the names of records."""
    versions = stoppress("versions", url, "--json", config=config)
    changes = stoppress("changes", "--json", config=config)
    return _unnamed(versions.lines), _unnamed([line for line in changes.lines if line["url"] == url])


def _unnamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _unnamed(inner) for name, inner in value.items() if name not in ("record_id", "id")}
    return [_unnamed(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", ["day.warc.gz", "day.wacz"])
def test_an_export_says_the_same_in_another_archive(day: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    format_ = "wacz" if name.endswith("wacz") else "warc"
    made = stoppress("export", format_, "-o", str(file), STORM, MOVED, config=day)
    config = archive(tmp_path / "other", STORM, MOVED)
    ran = stoppress("import", str(file), "--json", config=config)

    assert (made.code, ran.code) == (0, 0), made.err + ran.err
    assert ran.lines[-1]["refused"] == 0
    for url in (STORM, MOVED):
        versions, changes = said(config, url)
        assert versions
        assert (versions, changes) == said(day, url)
    equals_its_catalog(config)
    last = stoppress("get", f"{STORM}@20260103102000", config=config)  # a 304, whose block was left out of the export
    assert last.out == stoppress("get", f"{STORM}@20260103102000", config=day).out != b"", last.err
    checked = stoppress("verify", "--deep", config=config)
    assert checked.code == 0, checked.out

    before = stoppress("log", STORM, "--json", config=config).lines
    again = stoppress("import", str(file), "--json", config=config)

    assert (again.code, again.lines[-1]["taken"]) == (0, 0), again.err
    assert stoppress("log", STORM, "--json", config=config).lines == before


def test_a_page_and_its_older_pages_are_one_visit_here_too(tmp_path: Path) -> None:
    source = archive(tmp_path / "source", STORM)
    with Keeper(load_config(source)) as keeper:
        crawl = Crawl(keeper)
        for minute, (newest, older) in enumerate([([POWER], [CLOSED, RIVER]), ([TRAINS, POWER], [CLOSED])]):
            _visit(crawl, minute, page(*newest), page(*older))
    file, config = tmp_path / "parts.warc.gz", archive(tmp_path / "other", STORM)
    assert stoppress("export", "warc", "-o", str(file), STORM, config=source).code == 0
    ran = stoppress("import", str(file), "--json", config=config)
    versions, changes = said(config, STORM)

    assert (ran.code, ran.lines[-1]["taken"]) == (0, 2), ran.err
    assert [one["updates"] for one in versions] == [3, 3]
    assert (versions, changes) == said(source, STORM)
    equals_its_catalog(config)


def _visit(crawl: Crawl, minute: int, newest: bytes, older: bytes) -> None:
    keeper, at = crawl.keeper, T0 + timedelta(minutes=minute)
    visit = Visit(id=str(uuid.uuid4()), url=STORM, urlkey=urlkey(STORM), started=at)
    keeper.recorder.starting([visit]).result()
    first = crawl._exchange(visit, STORM, at, 200, "", newest)
    second = crawl._exchange(visit, f"{STORM}?page=2", at + timedelta(seconds=1), 200, "", older, role="older")
    kept = keeper.recorder.visit(replace(visit, exchange=first)).result()
    read = read_whole([Answer(one.response or b"", one.url, one.started) for one in (first, second)])
    assert kept is not None
    assert isinstance(read, Version)
    compare(replace(kept, reading="version", version=read), keeper.catalog, keeper.keep_reading)
