"""What can go wrong between us and a bucket, on real servers: each cause is named, nothing is overwritten or lost."""

from __future__ import annotations

import hashlib
import logging
import os
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import botocore.auth
import pytest

from pipelines.errors import ObjectExists, StoreError, StoreUnavailable
from pipelines.store.objects import ObjectStore
from pipelines.store.opening import open_store
from pipelines.store.s3_errors import cause
from tests.servers.buckets import Bucket
from tests.servers.fault_proxy import FaultProxy
from tests.servers.processes import free_port
from tests.servers.raw_http import RawServer

SECRET = "hush-hush-not-for-the-log"
REFUSED_PUT = (
    b"HTTP/1.1 501 Not Implemented\r\nContent-Length: 52\r\n\r\n<Error><Code>NotImplemented</Code><Message/></Error>"
)

swift = pytest.mark.swift
servers = pytest.mark.parametrize("bucket", [pytest.param("swift_s3", marks=swift), "moto_s3"], indirect=True)


@pytest.fixture
def bucket(request: pytest.FixtureRequest) -> Bucket:
    return request.getfixturevalue(request.param)


@pytest.fixture
def proxy(raw_server: RawServer, bucket: Bucket) -> FaultProxy:
    return FaultProxy(raw_server, bucket.endpoint_url)


def opened(bucket: Bucket, endpoint_url: str | None = None) -> ObjectStore:
    return open_store(bucket.url, endpoint_url=endpoint_url or bucket.endpoint_url)


def put_by_others(bucket: Bucket, key: str, body: bytes) -> None:
    with bucket.server.client() as client:
        client.put_object(Bucket=bucket.bucket, Key=key, Body=body)


def refusals(store: ObjectStore) -> list[str]:
    """What each method says when the store cannot be used, as a log would show it with all its causes."""
    asked = [
        lambda: store.put_if_absent("a", b"x"),
        lambda: store.get("a"),
        lambda: store.open("a"),
        lambda: store.stat("a"),
        lambda: list(store.list()),
        store.check,
    ]
    said = []
    for ask in asked:
        with pytest.raises(StoreUnavailable) as refused:
            ask()
        assert SECRET not in "".join(traceback.format_exception(refused.value))
        said.append(str(refused.value))
    return said


@servers
def test_a_missing_bucket_is_named(bucket: Bucket) -> None:
    store = open_store("s3://no-such-bucket-here/prefix", endpoint_url=bucket.endpoint_url)

    for message in refusals(store):
        assert "no-such-bucket-here" in message
        assert "the bucket does not exist" in message


@swift
@pytest.mark.parametrize("bucket", ["swift_s3"], indirect=True)
@pytest.mark.parametrize("name", ["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"])
def test_wrong_credentials_are_named_and_not_repeated(
    bucket: Bucket, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, SECRET)

    for message in refusals(opened(bucket)):
        assert "the store refuses the credentials" in message


def test_no_token_is_logged_where_everything_else_is(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "s3cret", "SESSION_TOKEN": "t0ken"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setattr(logging.getLogger("botocore"), "level", logging.NOTSET)
    caplog.set_level(logging.DEBUG)  # as a Scrapy project has it unless it says otherwise

    store = open_store("s3://bucket/prefix", endpoint_url=f"http://127.0.0.1:{free_port()}")
    with closing(store), pytest.raises(StoreUnavailable):
        store.stat("warc/a.warc.gz")

    assert "t0ken" not in caplog.text


@pytest.mark.parametrize("bucket", ["moto_s3"], indirect=True)
def test_missing_credentials_are_named(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    for message in refusals(opened(bucket)):
        assert "there are no credentials" in message


@swift
@pytest.mark.parametrize("bucket", ["swift_s3"], indirect=True)
def test_a_wrong_clock_is_named(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    now = botocore.auth.get_current_datetime

    def an_hour_ahead(remove_tzinfo: bool = True) -> datetime:
        return now(remove_tzinfo) + timedelta(hours=1)

    monkeypatch.setattr(botocore.auth, "get_current_datetime", an_hour_ahead)

    with pytest.raises(StoreUnavailable, match="clock differs"):
        opened(bucket).put_if_absent("a", b"x")


@pytest.mark.parametrize("bucket", ["moto_s3"], indirect=True)
def test_a_closed_port_is_named(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    store = opened(bucket, f"http://127.0.0.1:{free_port()}")

    with pytest.raises(StoreUnavailable, match="nothing answers at the store's address") as refused:
        store.put_if_absent("a", b"x")
    assert SECRET not in "".join(traceback.format_exception(refused.value))


@servers
def test_a_put_whose_answer_was_lost_is_found_done(bucket: Bucket, proxy: FaultProxy, tmp_path: Path) -> None:
    lost: list[bytes] = []

    def lose_the_first(head: bytes, answer: bytes) -> bytes | None:
        if lost or not head.startswith(b"PUT"):
            return answer
        return lost.append(head)

    proxy.on_answer = lose_the_first
    stat = opened(bucket, proxy.url).put_if_absent("a", b"0123")

    assert len(lost) == 1
    assert (stat.sha256, opened(bucket).get("a")) == (hashlib.sha256(b"0123").hexdigest(), b"0123")


@servers
def test_a_large_file_whose_last_answer_was_lost_is_found_done(
    bucket: Bucket, proxy: FaultProxy, tmp_path: Path
) -> None:
    lost: list[bytes] = []

    def lose_the_joining(head: bytes, answer: bytes) -> bytes | None:
        if lost or not (head.startswith(b"POST") and b"uploadId=" in head):
            return answer
        return lost.append(head)

    proxy.on_answer = lose_the_joining
    (tmp_path / "large").write_bytes(os.urandom(1000) * 17_000)
    stat = opened(bucket, proxy.url).put_if_absent("a", tmp_path / "large")

    assert (len(lost), stat.size) == (1, 17_000_000)


@servers
def test_a_put_whose_every_answer_was_lost_is_found_done_later(bucket: Bucket, proxy: FaultProxy) -> None:
    proxy.on_answer = lambda head, answer: None if head.startswith(b"PUT") else answer
    with pytest.raises(StoreUnavailable, match="closed the connection without an answer"):
        opened(bucket, proxy.url).put_if_absent("a", b"0123")
    stat = opened(bucket).put_if_absent("a", b"0123")

    assert stat.sha256 == hashlib.sha256(b"0123").hexdigest()


@swift
@pytest.mark.parametrize("bucket", ["swift_s3"], indirect=True)
def test_bytes_damaged_on_their_way_are_refused(bucket: Bucket, proxy: FaultProxy, tmp_path: Path) -> None:
    proxy.on_request = lambda head, body: body[:-1] + bytes([body[-1] ^ 1]) if head.startswith(b"PUT") else body
    (tmp_path / "large").write_bytes(os.urandom(1000) * 17_000)
    store = opened(bucket, proxy.url)

    for source in (b"0123", tmp_path / "large"):
        with pytest.raises(StoreUnavailable, match="damaged on their way"):
            store.put_if_absent("a", source)
        assert list(opened(bucket).list()) == []


@servers
def test_an_upload_that_breaks_off_leaves_no_parts(bucket: Bucket, proxy: FaultProxy, tmp_path: Path) -> None:
    proxy.on_answer = lambda head, answer: None if b"partNumber=2" in head else answer
    (tmp_path / "large").write_bytes(bytes(17 * 2**20))
    with pytest.raises(StoreUnavailable):
        opened(bucket, proxy.url).put_if_absent("a", tmp_path / "large")
    with bucket.server.client() as client:
        uploads = client.list_multipart_uploads(Bucket=bucket.bucket).get("Uploads", [])

    assert uploads == []
    assert list(opened(bucket).list()) == []


@servers
def test_a_read_that_breaks_off_is_an_error_not_a_short_answer(bucket: Bucket, proxy: FaultProxy) -> None:
    opened(bucket).put_if_absent("a", bytes(100_000))
    proxy.on_answer = lambda head, answer: answer[:-1000]
    store = opened(bucket, proxy.url)

    with pytest.raises(StoreUnavailable, match="broke in the middle"):
        store.get("a")
    with store.open("a") as stream, pytest.raises(StoreUnavailable, match="broke in the middle"):
        stream.read()


@pytest.mark.parametrize("bucket", ["moto_s3"], indirect=True)
def test_a_store_that_ignores_ranges_is_found_out(bucket: Bucket, proxy: FaultProxy) -> None:
    opened(bucket).put_if_absent("a", b"0123456789")
    proxy.on_answer = lambda head, answer: answer.replace(b" 206 ", b" 200 ")

    with pytest.raises(StoreError, match="does not serve ranges"):
        opened(bucket, proxy.url).get("a", 0, 4)


@pytest.mark.parametrize("bucket", ["moto_s3"], indirect=True)
def test_a_store_without_conditional_writes_is_written_all_the_same(bucket: Bucket, proxy: FaultProxy) -> None:
    proxy.on_answer = lambda head, answer: REFUSED_PUT if b"If-None-Match" in head else answer
    opened(bucket, proxy.url).put_if_absent("a", b"0123")
    puts = [hit.header("if-none-match") for hit in proxy.front.hits if hit.head.startswith(b"PUT")]

    assert puts == ["*", None]
    assert opened(bucket).get("a") == b"0123"


@servers
def test_what_others_put_without_a_digest_is_compared_byte_for_byte(bucket: Bucket) -> None:
    put_by_others(bucket, "a", b"0123")
    store = opened(bucket)

    assert store.put_if_absent("a", b"0123").size == 4
    with pytest.raises(ObjectExists):
        store.put_if_absent("a", b"0124")


@pytest.mark.parametrize("bucket", ["moto_s3"], indirect=True)
def test_where_writes_are_conditional_one_of_racing_writers_wins(bucket: Bucket) -> None:
    store = opened(bucket)

    def put(n: int) -> int | None:
        try:
            store.put_if_absent("a", bytes([n]) * 1000)
        except ObjectExists:
            return None
        return n

    with ThreadPoolExecutor(8) as pool:
        winners = [n for n in pool.map(put, range(8)) if n is not None]

    assert store.get("a") == bytes(winners) * 1000


@pytest.mark.parametrize("bucket", ["moto_s3"], indirect=True)
def test_a_listing_goes_on_past_a_thousand(bucket: Bucket) -> None:
    with closing(HTTPConnection(urlsplit(bucket.endpoint_url).netloc)) as moto:  # which asks for no signature
        for n in range(1005):
            moto.request("PUT", f"/{bucket.bucket}/a/{n:04}", body=b"")
            moto.getresponse().read()

    assert [s.key for s in opened(bucket).list("a/")] == [f"a/{n:04}" for n in range(1005)]


@pytest.mark.parametrize("bucket", ["moto_s3"], indirect=True)
def test_archives_in_one_bucket_do_not_see_each_other(bucket: Bucket) -> None:
    here, there = (open_store(f"{bucket.url}/{name}", endpoint_url=bucket.endpoint_url) for name in ("a", "ab"))
    here.put_if_absent("x", b"0")
    there.put_if_absent("y", b"1")

    assert [[s.key for s in store.list()] for store in (here, there)] == [["x"], ["y"]]


@pytest.mark.parametrize("endpoint", ["not a url", "127.0.0.1:1", "http://"])
def test_an_endpoint_that_is_no_address_is_refused_at_once(endpoint: str) -> None:
    with pytest.raises(StoreError, match=r"\[s3\]"):
        open_store("s3://bucket", endpoint_url=endpoint)


def test_trouble_nobody_foresaw_still_says_what_it_was() -> None:
    assert cause(RuntimeError(SECRET)) == "the store cannot be used (RuntimeError)"
