"""A call in a process of its own answers, or it is said why not; it ends with the block, and with its parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.context import SpawnProcess
from typing import Any

import pytest

from crawler.apart import NoAnswerError, apart
from tests.running import PATIENCE


def test_its_answer_is_that_of_the_call() -> None:
    with apart(divmod, 7, 2) as answer:
        assert answer(PATIENCE) == (3, 1)


@pytest.mark.parametrize(
    ("act", "given", "why"),
    [(int, "x", "ValueError: invalid literal"), (os._exit, 3, "its process died"), (time.sleep, 3600, "not in 0.5 s")],
)
def test_what_fails_dies_or_hangs_is_told_and_ended(act: Callable[..., Any], given: Any, why: str) -> None:
    with apart(act, given) as answer, pytest.raises(NoAnswerError, match=why):
        answer(0.5 if act is time.sleep else PATIENCE)

    assert multiprocessing.active_children() == []


def test_where_no_process_can_be_started_only_who_asks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: SpawnProcess) -> None:
        raise OSError(24, os.strerror(24))

    monkeypatch.setattr(SpawnProcess, "start", start)
    with apart(abs, -1) as answer, pytest.raises(NoAnswerError, match=r"cannot be started: .*Too many open files"):
        answer(PATIENCE)


def test_ctrl_c_is_for_its_parent_alone() -> None:
    with apart(signal.pthread_sigmask, signal.SIG_BLOCK, ()) as answer:
        assert answer(PATIENCE) == {signal.SIGINT}
