"""Fixtures every test may ask for: real servers, and where the real pages are."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# No test is timed: how long an example takes is the machine's business.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

pytest_plugins = [
    "tests.servers.requirements",
    "tests.servers.swift",
    "tests.servers.moto",
    "tests.servers.postgres",
    "tests.servers.raw_http",
]


# Whoever starts the tests in the background of a script has Ctrl-C ignored, and their children would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def corpus_dir() -> Path:
    """The folder of real pages; the one thing that may be missing on a machine that has everything else."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "corpus"
    folder = Path(os.environ.get("STOPPRESS_CORPUS") or beside)
    if not folder.is_dir():
        pytest.skip("the corpus of real pages is not here (STOPPRESS_CORPUS, or ../shared/corpus)")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first: side by side, a long file that begins last is waited for by all."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
