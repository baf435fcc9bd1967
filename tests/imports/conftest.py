"""An archive to export from, and an empty one that watches the same pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.config import load_config
from pipelines.keeper import Keeper
from tests.rebuild.kept import RIVER, STORM, Crawl, a_day, page
from tests.running import stoppress

MOVED = "https://news.example.org/live/moved"


def archive(folder: Path, *watched: str) -> Path:
    """The config of an empty archive in this folder."""
    folder.mkdir(exist_ok=True)
    path = folder / "stoppress.toml"
    watches = "".join(f'[[watch]]\nurl = "{url}"\n' for url in watched)
    path.write_text(
        '[archive]\nstore = "archive"\ncatalog = "sqlite:///catalog.db"\nspool = "spool"\n'
        f'[egress]\nallow = ["127.0.0.0/8"]\n[extract]\nworkers = 1\n{watches}'
    )
    if watched:
        assert stoppress("apply", str(path)).code == 0
    return path


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The config of an archive that nobody writes to any more: a day of two pages."""
    config = archive(tmp_path_factory.mktemp("day"), STORM, MOVED)
    with Keeper(load_config(config)) as keeper:
        crawl = Crawl(keeper)
        a_day(crawl)
        crawl.visit(page(RIVER, headline="Flood: over"), head='ETag: "1"\r\n')
        crawl.visit(b"", status=304)
    return config
