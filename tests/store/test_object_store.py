"""One suite of promises for every object store: a directory, a real S3 server (Swift), and moto."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.errors import ObjectExists, ObjectNotFound, StoreError
from pipelines.store.objects import ObjectStore
from pipelines.store.opening import open_store

KEY = "warc/2026/01/03/stoppress-20260103100000000-00001-w1.warc.gz"
LARGER_THAN_A_PART = 17 * 2**20  # bytes: two parts on S3


@pytest.fixture(params=["directory", pytest.param("swift_s3", marks=pytest.mark.swift), "moto_s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    if request.param == "directory":
        store = open_store(str(tmp_path / "archive"))
    else:
        bucket = request.getfixturevalue(request.param)
        store = open_store(f"{bucket.url}/some/prefix", endpoint_url=bucket.endpoint_url)
    yield store
    store.close()


def test_what_was_put_comes_back(store: ObjectStore) -> None:
    store.put_if_absent(KEY, b"0123456789")

    assert store.get(KEY) == b"0123456789"


def test_a_put_says_what_is_there_now(store: ObjectStore) -> None:
    stat = store.put_if_absent(KEY, b"0123")

    assert (stat.key, stat.size, stat.sha256) == (KEY, 4, hashlib.sha256(b"0123").hexdigest())
    assert abs(stat.modified - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_stat_agrees_with_the_put(store: ObjectStore) -> None:
    put = store.put_if_absent(KEY, b"0123")
    stat = store.stat(KEY)

    assert (stat.key, stat.size, stat.modified, stat.sha256 or put.sha256) == (KEY, 4, put.modified, put.sha256)


def test_an_empty_object_is_an_object(store: ObjectStore) -> None:
    store.put_if_absent(KEY, b"")

    assert (store.get(KEY), store.stat(KEY).size) == (b"", 0)


def test_a_range_is_exact(store: ObjectStore) -> None:
    store.put_if_absent(KEY, b"0123456789")
    ranges = [(0, 4), (3, 4), (9, 1), (4, None), (0, 10), (4, 0), (10, 0)]

    assert [store.get(KEY, *r) for r in ranges] == [b"0123", b"3456", b"9", b"456789", b"0123456789", b"", b""]


def test_a_range_past_the_end_is_an_error(store: ObjectStore) -> None:
    store.put_if_absent(KEY, b"0123456789")

    for start, length in [(10, 1), (8, 3), (0, 11), (10, None), (11, 0), (99, None)]:
        with pytest.raises(ObjectNotFound, match="00001-w1"):
            store.get(KEY, start, length)


def test_a_range_counts_from_the_start(store: ObjectStore) -> None:
    store.put_if_absent(KEY, b"0123456789")

    for start, length in [(-1, 1), (0, -1)]:
        with pytest.raises(StoreError, match="count from 0"):
            store.get(KEY, start, length)


def test_what_was_never_put_is_not_found(store: ObjectStore) -> None:
    for asked in (store.get, store.open, store.stat):
        with pytest.raises(ObjectNotFound, match="00001-w1"):
            asked(KEY)
    with pytest.raises(ObjectNotFound):
        store.get(KEY, 0, 0)


def test_a_folder_is_not_an_object(store: ObjectStore) -> None:
    store.put_if_absent("a/b/c", b"x")

    for asked in (store.get, store.open, store.stat):
        with pytest.raises(ObjectNotFound):
            asked("a/b")


def test_the_same_bytes_again_are_fine(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123")
    first = store.put_if_absent(KEY, b"0123")
    second = store.put_if_absent(KEY, tmp_path / "file")

    assert first == second


def test_other_bytes_never_replace_what_is_there(store: ObjectStore) -> None:
    store.put_if_absent(KEY, b"0123")

    for other in (b"0124", b"01234", b""):
        with pytest.raises(ObjectExists, match="never overwritten"):
            store.put_if_absent(KEY, other)
    assert store.get(KEY) == b"0123"


def test_a_large_file_arrives_whole(store: ObjectStore, tmp_path: Path) -> None:
    data = os.urandom(1000) * (LARGER_THAN_A_PART // 1000 + 1)
    (tmp_path / "file").write_bytes(data)
    stat = store.put_if_absent(KEY, tmp_path / "file")
    with store.open(KEY) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()

    assert (stat.size, stat.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert digest == stat.sha256
    assert store.get(KEY, LARGER_THAN_A_PART - 5, 10) == data[LARGER_THAN_A_PART - 5 :][:10]
    assert store.put_if_absent(KEY, tmp_path / "file").modified == stat.modified


def test_a_stream_is_a_file_to_its_readers(store: ObjectStore) -> None:
    text = b"line\n" * 100_000
    store.put_if_absent(KEY, gzip.compress(text))
    with store.open(KEY) as stream, gzip.open(stream) as plain:
        lines = list(plain)

    assert b"".join(lines) == text
    assert stream.closed


def test_a_stream_may_be_left_half_read(store: ObjectStore) -> None:
    store.put_if_absent(KEY, os.urandom(3 * 2**20))
    with store.open(KEY) as stream:
        start = stream.read(10)

    assert start == store.get(KEY, 0, 10)


def test_a_listing_is_sorted_and_keeps_to_its_prefix(store: ObjectStore) -> None:
    keys = ["warc/b", "warc/a/2", "warc/a-b", "warc/a/1", "warc/B", "warcs/x", "index/a/1"]
    for key in keys:
        store.put_if_absent(key, key.encode())

    assert [(s.key, s.size) for s in store.list("warc/")] == [
        (key, len(key)) for key in ["warc/B", "warc/a-b", "warc/a/1", "warc/a/2", "warc/b"]
    ]
    assert [s.key for s in store.list("warc/a")] == ["warc/a-b", "warc/a/1", "warc/a/2"]
    assert [s.key for s in store.list()] == sorted(keys)
    assert list(store.list("none/")) == []


def test_a_listing_stays_inside_the_store(store: ObjectStore) -> None:
    for prefix in ("../", "/", "..", "a//", "a/../../b"):
        with pytest.raises(StoreError, match="no object key"):
            list(store.list(prefix))


def test_many_writers_of_the_same_bytes_all_succeed(store: ObjectStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        stats = list(pool.map(lambda _: store.put_if_absent(KEY, b"0123"), range(8)))

    assert {(stat.size, stat.sha256) for stat in stats} == {(4, hashlib.sha256(b"0123").hexdigest())}
    assert [s.key for s in store.list()] == [KEY]


NO_KEYS = ["", "/a", "a/", "a//b", "..", "../a", "a/../b", "a/./b", "a/.hidden", "a\0b", "a\nb", "a\n", "a b", "a\\b"]


def test_a_key_is_a_plain_relative_path(store: ObjectStore) -> None:
    for key in (*NO_KEYS, "ä", "a?b", "a" * 256, "a/" * 450 + "a"):
        for refused in (store.get, store.open, store.stat, lambda key: store.put_if_absent(key, b"x")):
            with pytest.raises(StoreError, match="no object key"):
                refused(key)


def test_a_check_passes_and_leaves_nothing(store: ObjectStore) -> None:
    store.check()

    assert list(store.list()) == []


@pytest.mark.parametrize("url", ["", "gs://bucket", "file://host/a", "s3://", "s3:///prefix", "s3://b/../c"])
def test_a_store_has_a_name_we_know(url: str) -> None:
    with pytest.raises(StoreError):
        open_store(url)


def test_credentials_in_the_name_are_refused_and_not_repeated() -> None:
    with pytest.raises(StoreError, match="credentials go elsewhere") as refused:
        open_store("s3://key:hush-hush@bucket/prefix")

    assert "hush" not in str(refused.value)
