"""Many small jobs, dealt with together."""


import threading

import pytest

from pipelines.grouping import Grouping


def test_what_waits_is_dealt_with_together_and_in_its_order() -> None:
    groups: list[list[int]] = []
    first = threading.Event()

    def act(items: list[int]) -> list[int]:
        first.wait(10)
        groups.append(items)
        return [item * 2 for item in items]

    grouping = Grouping(act, "test")
    promises = [grouping.put(n) for n in range(1000)]
    first.set()
    grouping.close()

    assert [promise.result(0) for promise in promises] == [n * 2 for n in range(1000)]
    assert [n for group in groups for n in group] == list(range(1000))
    assert len(groups) < 20


def test_one_that_fails_fails_alone() -> None:
    def act(items: list[int]) -> list[int]:
        if 3 in items:
            raise ValueError("three")
        return items

    grouping = Grouping(act, "test")
    promises = [grouping.put(n) for n in range(6)]

    assert [promise.result(10) for promise in promises if promise is not promises[3]] == [0, 1, 2, 4, 5]
    with pytest.raises(ValueError, match="three"):
        promises[3].result(10)
    assert grouping.put(7).result(10) == 7
    grouping.close()
