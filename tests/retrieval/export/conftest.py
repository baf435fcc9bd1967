"""One archive made by the crawler, which the tests read and do not change, and copies for those that do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.main_job.serving import ask
from tests.running import Ran
from tests.servers.raw_http import RawServer, serving

from .newsroom import Newsroom, kept

Export = Callable[..., Ran]


@pytest.fixture(scope="session")
def server() -> Iterator[RawServer]:
    with serving(RawServer()) as server:
        yield server


@pytest.fixture(scope="session")
def newsroom(server: RawServer, tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    return kept(server, tmp_path_factory.mktemp("exported"))


@pytest.fixture
def own(newsroom: Newsroom, tmp_path: Path) -> Newsroom:
    """A copy that may be spoilt."""
    shutil.copytree(newsroom.folder, tmp_path / "own")
    return replace(newsroom, config=tmp_path / "own" / newsroom.config.name)


@pytest.fixture
def export(newsroom: Newsroom) -> Export:
    """``stoppress export WORDS...`` of the archive that is not changed."""
    return lambda *words: ask(newsroom.config, "export", *map(str, words))
