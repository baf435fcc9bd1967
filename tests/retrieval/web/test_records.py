"""Records as a service reads them: one request for each, however many ask; in memory only so much, and nothing of what
was taken down. The store is a directory that counts, and is told that it is far away."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import DamagedRecord
from pipelines.model import Capture
from pipelines.store.local import LocalStore
from pipelines.store.warcs import StoredResponse, WarcReader
from retrieval.archive import open_archive
from retrieval.web.raw import given
from retrieval.web.records import Records
from tests.bench.captures import make

PAGES, LOOKS = 3, 12


class Counting(LocalStore):
    """How often bytes were asked for, and how many."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.asked: list[tuple[int, int | None]] = []

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        self.asked.append((start, length))
        return super().get(key, start, length)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("captures")
    make(folder, pages=PAGES, looks=LOOKS, body=24_000)
    return folder


@pytest.fixture
def store(archive: Path) -> Counting:
    return Counting(archive / "archive")


@pytest.fixture
def found(archive: Path) -> Iterator[list[Capture]]:
    with open_archive(archive / "stoppress.toml") as opened:
        keys = [f"test,news)/live/{page:05d}" for page in range(PAGES)]
        yield [one for key in keys for one in opened.catalog.captures(key)]


def together(records: Records, asked: list[tuple[Capture, Capture | None]]) -> list[Any]:
    async def run() -> list[Any]:
        return await asyncio.gather(*(records.response(*one) for one in asked), return_exceptions=True)

    return asyncio.run(run())


def far(store: Counting, **more: int) -> Records:
    return Records(WarcReader(store, None), near=False, **more)


def test_twenty_that_ask_at_once_are_one_request_and_the_next_is_none(store: Counting, found: list[Capture]) -> None:
    records, one = far(store), found[0]

    given = together(records, [(one, None)] * 20)
    again = together(records, [(one, None)])

    assert len({response.body for response in given + again}) == 1
    assert store.asked == [(one.offset, one.length)]


def test_a_revisit_and_its_original_are_one_request_where_they_lie_close_together(
    store: Counting, found: list[Capture]
) -> None:
    in_order = sorted(found, key=lambda one: one.offset)
    first, second, last = in_order[0], in_order[1], in_order[-1]
    assert last.offset - first.offset > 2**18  # further than is read for nothing

    close = together(far(store), [(as_revisit(second, first), first)])
    requests = list(store.asked)
    apart = together(far(store), [(as_revisit(last, first), first)])

    assert requests == [(first.offset, second.offset + second.length - first.offset)]
    assert store.asked[1:] == [(last.offset, last.length), (first.offset, first.length)]
    assert close[0].body == apart[0].body != b""


def as_revisit(one: Capture, original: Capture) -> Capture:
    """Its own header and another's body: what the catalog says decides, not the record."""
    return replace(one, kind="revisit", refers_to=original.record_id)


def test_what_is_lost_is_told_to_all_who_wait_and_is_asked_for_again(store: Counting, found: list[Capture]) -> None:
    lost = replace(found[0], offset=found[0].offset + 1)
    records = far(store)

    errors = together(records, [(lost, None)] * 3)
    later = together(records, [(found[0], None)])

    assert {type(error).__name__ for error in errors} == {"DamagedRecord"}
    assert later[0].status == 200


def test_memory_holds_only_so_much_and_what_was_asked_for_last(store: Counting, found: list[Capture]) -> None:
    each = len(together(far(store), [(found[0], None)])[0].body)
    records = far(store, size=9 * each)
    for one in found:
        together(records, [(one, None)])
    store.asked.clear()

    together(records, [(one, None) for one in found[-5:]])
    assert store.asked == []
    together(records, [(found[0], None)])
    assert len(store.asked) == 1


def test_revisits_count_too_though_they_have_no_body(store: Counting, found: list[Capture]) -> None:
    records = far(store, size=100_000)
    for _ in range(300):
        records._keep(str(uuid.uuid4()), StoredResponse(304, "", (("ETag", "x" * 100),), b""))

    assert len(records._kept) < 150


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_body_is_given_without_what_lay_behind_its_head(status: int) -> None:
    """A client would take it for the answer to its next question."""
    kept = StoredResponse(status, "", (("Content-Encoding", "gzip"),), b"HTTP/1.1 200 OK\r\n\r\nanother answer")

    assert given(kept, {"gzip"})[1] == given(kept, ())[1] == b""


def test_nothing_stays_in_memory_when_something_is_taken_down(store: Counting, found: list[Capture]) -> None:
    records = far(store)
    together(records, [(found[0], None)])

    records.forget()
    together(records, [(found[0], None)])

    assert len(store.asked) == 2


def bodies(records: Records, asked: list[Capture]) -> list[Any]:
    async def run() -> list[Any]:
        return [await records.body(one, None) for one in asked]

    return asyncio.run(run())


def test_a_body_that_is_read_again_is_the_same_and_needs_no_memory(store: Counting, found: list[Capture]) -> None:
    records = Records(WarcReader(store, None), near=True, size=1)

    first, second, third = (bodies(records, found) for _ in range(3))

    assert first == second == third == [WarcReader(store, None).answer(one).body for one in found]
    assert not records._kept


@pytest.mark.parametrize("harm", ["a byte", "another record"])
def test_a_body_that_is_read_again_is_never_another_ones(store: Counting, found: list[Capture], harm: str) -> None:
    records, one, other = Records(WarcReader(store, None), near=True, size=1), *found[:2]
    bodies(records, [one])
    true = store.get

    def get(key: str, start: int = 0, length: int | None = None) -> bytes:
        if harm == "another record":
            return true(other.filename, other.offset, other.length)
        member = bytearray(true(key, start, length))
        member[-2000] ^= 1  # within the body
        return bytes(member)

    store.get = get  # type: ignore[method-assign]

    with pytest.raises(DamagedRecord, match=r"CRC|crc|damaged|holds"):
        bodies(records, [one])
