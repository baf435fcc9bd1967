"""What a thread has promised to do for others: the result, once there is one.

Like ``concurrent.futures.Future``, but for two things: nobody can cancel it, since what was handed over is done
whether or not somebody still waits; and it costs next to nothing where nobody does, which is nearly always.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")
_turn = threading.Lock()  # one for all: it is held for a moment only


class Promise(Generic[T]):
    """Kept with ``set_result`` or ``set_exception``, once; waited for in a thread, or with ``kept`` in a loop."""

    __slots__ = ("_error", "_kept", "_result", "_told")

    def __init__(self) -> None:
        self._kept = False
        self._result: T | None = None
        self._error: BaseException | None = None
        self._told: list[Callable[[Promise[T]], object]] | None = None

    def done(self) -> bool:
        return self._kept

    def set_result(self, result: T) -> None:
        self._keep(result, None)

    def set_exception(self, error: BaseException) -> None:
        self._keep(None, error)

    def add_done_callback(self, told: Callable[[Promise[T]], object]) -> None:
        """``told`` hears of it in the thread that keeps the promise; at once, if it is kept."""
        with _turn:
            if not self._kept:
                self._told = [*(self._told or ()), told]
                return
        told(self)

    def result(self, timeout: float | None = None) -> T:
        """Waits; raises what the keeper of the promise met, or TimeoutError after ``timeout`` seconds."""
        if error := self.exception(timeout):
            raise error
        return cast("T", self._result)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        if not self._kept:
            heard = threading.Event()
            self.add_done_callback(lambda _: heard.set())
            if not heard.wait(timeout):
                raise TimeoutError("what was promised has not been done yet")
        return self._error

    def _keep(self, result: T | None, error: BaseException | None) -> None:
        with _turn:
            if self._kept:
                raise RuntimeError("a promise is kept once")
            self._result, self._error = result, error  # before anybody can see that it is kept
            self._kept, told, self._told = True, self._told, None
        for tell in told or ():
            tell(self)


async def kept(promise: Promise[T]) -> T:
    """The result, for whoever waits in an event loop. To cancel the waiting does not cancel what was promised."""
    loop = asyncio.get_running_loop()
    heard: asyncio.Future[Any] = loop.create_future()

    def wake() -> None:
        if not heard.done():  # nobody waits any more
            heard.set_result(None)

    def hear(_: Promise[T]) -> None:
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(wake)

    promise.add_done_callback(hear)
    await heard
    return promise.result()
