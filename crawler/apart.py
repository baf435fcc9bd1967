"""One call in a process of its own: what hangs or dies there costs its answer alone, and it does not outlive us."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from pipelines.errors import StoppressError
from pipelines.forking import deaf_to_ctrl_c, follow_parent

_SPAWNING = multiprocessing.get_context("spawn")  # a reactor is installed once in a process, and that not in ours
Told = TypeVar("Told")


class NoAnswerError(StoppressError):
    """The call did not come to one, and why."""


@contextmanager
def apart(act: Callable[..., Told], *given: Any) -> Iterator[Callable[[float], Told]]:
    """``act(*given)``, begun at once and ended with the block.

    What is given waits so many seconds for its answer. NoAnswerError: there is none.
    """
    with ExitStack() as ends:
        try:
            coming: Connection | OSError = _begun(ends, act, *given)
        except OSError as e:  # no descriptors, processes or memory: who asks for the answer is told
            coming = e
        yield lambda patience: _answer(coming, patience)


def _begun(ends: ExitStack, act: Callable[..., Any], *given: Any) -> Connection:
    ours, theirs = _SPAWNING.Pipe(duplex=False)
    ends.enter_context(ours)
    with theirs:
        process = _SPAWNING.Process(target=_report, args=(theirs, act, *given), daemon=True)
        with deaf_to_ctrl_c():
            process.start()
    ends.callback(process.join)
    ends.callback(process.kill)  # first: it may hang
    return ours


def _answer(coming: Connection | OSError, patience: float) -> Any:
    if isinstance(coming, OSError):
        raise NoAnswerError(f"its process cannot be started: {coming}")
    if not coming.poll(patience):
        raise NoAnswerError(f"not in {patience:g} s")
    try:
        answer, trouble = coming.recv()
    except (EOFError, OSError) as e:
        raise NoAnswerError("its process died") from e
    if trouble:
        raise NoAnswerError(trouble)
    return answer


def _report(to: Connection, act: Callable[..., Any], *given: Any) -> None:
    """In the other process."""
    follow_parent()
    with to:
        try:
            answer, trouble = act(*given), ""
        except Exception as e:  # noqa: BLE001 - whatever it is, it is told on the other side
            answer, trouble = None, f"{type(e).__name__}: {e}"
        to.send((answer, trouble))
