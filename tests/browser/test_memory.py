"""A process that takes too much is found by what it holds."""

from __future__ import annotations

import os

from crawler.browser.memory import MOST, greedy, resident
from tests.browser.processes import PROC
from tests.servers.requirements import missing


def test_a_process_is_measured_and_the_greedy_are_named() -> None:
    if not PROC.exists():
        missing("/proc is not here")
    own, gone = os.getpid(), 2**22 + 1  # above the highest id there is

    assert 2**20 < resident(own) < MOST
    assert resident(gone) == 0
    assert greedy([own, gone], most=2**20) == [own]
    assert greedy([own, gone]) == []
