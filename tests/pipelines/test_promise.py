import asyncio
import threading
from typing import Any

import pytest

from pipelines.promise import Promise, kept


def soon(promise: Promise[Any], **what: Any) -> threading.Timer:
    act = promise.set_exception if "error" in what else promise.set_result
    timer = threading.Timer(0.02, act, what.values())
    timer.start()
    return timer


def test_a_thread_waits_until_the_promise_is_kept() -> None:
    promise: Promise[int] = Promise()
    soon(promise, result=7)

    assert promise.result(5) == 7
    assert promise.done()


def test_a_promise_that_is_not_kept_in_time_says_so() -> None:
    with pytest.raises(TimeoutError, match="has not been done yet"):
        Promise[int]().result(0.01)


def test_what_the_keeper_met_is_raised_for_whoever_waits() -> None:
    promise: Promise[int] = Promise()
    soon(promise, error=ValueError("the disk"))

    with pytest.raises(ValueError, match="the disk"):
        promise.result(5)


def test_a_promise_is_kept_once() -> None:
    promise: Promise[int] = Promise()
    promise.set_result(1)

    with pytest.raises(RuntimeError):
        promise.set_result(2)
    assert promise.result() == 1


def test_who_asks_late_hears_at_once_and_who_asks_early_hears_once() -> None:
    promise: Promise[int] = Promise()
    heard: list[Any] = []
    promise.add_done_callback(lambda _: heard.append("early"))
    promise.set_result(1)
    promise.add_done_callback(lambda _: heard.append("late"))

    assert heard == ["early", "late"]


async def waits(promise: Promise[Any]) -> Any:
    return await asyncio.wait_for(kept(promise), 5)


@pytest.mark.parametrize("before", [True, False])
def test_a_loop_waits_for_a_promise_of_another_thread(before: bool) -> None:
    promise: Promise[int] = Promise()
    timer = soon(promise, result=7)
    if before:
        timer.join()

    assert asyncio.run(waits(promise)) == 7


def test_a_loop_hears_what_the_keeper_met() -> None:
    promise: Promise[int] = Promise()
    soon(promise, error=ValueError("the disk"))

    with pytest.raises(ValueError, match="the disk"):
        asyncio.run(waits(promise))


def test_who_stops_waiting_does_not_stop_the_work() -> None:
    promise: Promise[int] = Promise()

    async def gives_up() -> None:
        waiting = asyncio.ensure_future(kept(promise))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        promise.set_result(7)
        await asyncio.sleep(0.01)

    asyncio.run(gives_up())

    assert promise.result() == 7


def test_a_promise_kept_after_its_loop_has_ended_troubles_nobody() -> None:
    promise: Promise[int] = Promise()

    async def leaves() -> None:
        left.append(asyncio.ensure_future(kept(promise)))
        await asyncio.sleep(0)

    left: list[Any] = []
    asyncio.run(leaves())
    promise.set_result(7)

    assert promise.result() == 7
