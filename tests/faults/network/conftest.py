"""The catalogue is crawled once; each of its items looks at its own page."""

from __future__ import annotations

import pytest

from .catalogue import Told, crawled
from .lasting import Lasted, lasted


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Four rounds over all pages."""
    return crawled(tmp_path_factory.mktemp("catalogue"))


@pytest.fixture(scope="session")
def lasted_crawl(tmp_path_factory: pytest.TempPathFactory) -> Lasted:
    """One crawl of some seconds among servers that have no end, and servers that refuse."""
    return lasted(tmp_path_factory.mktemp("lasting"))
