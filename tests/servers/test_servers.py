"""The servers the other tests lean on do what they say."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request

import psycopg
import pytest

from .buckets import Bucket
from .raw_http import RawServer, page


@pytest.mark.parametrize("server", [pytest.param("swift_s3", marks=pytest.mark.swift), "moto_s3"])
def test_an_s3_server_gives_back_what_was_put(server: str, request: pytest.FixtureRequest) -> None:
    bucket: Bucket = request.getfixturevalue(server)
    with bucket.server.client() as client:
        client.put_object(Bucket=bucket.bucket, Key="a", Body=b"0123")
        with client.get_object(Bucket=bucket.bucket, Key="a")["Body"] as body:
            data = body.read()

    assert data == b"0123"


@pytest.mark.postgres
def test_each_test_has_a_postgres_database_of_its_own(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()

    assert tables == (0,)


def test_the_raw_server_sends_its_bytes_and_keeps_the_request(raw_server: RawServer) -> None:
    url = raw_server.route("/a", page(b"hi", 'ETag: "x"'))
    request = urllib.request.Request(url, headers={"X-Asked": "yes"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        body, etag = answer.read(), answer.headers["ETag"]

    [hit] = raw_server.hits_of("/a")

    assert (hit.header("x-asked"), hit.header("x-other")) == ("yes", None)
    assert (body, etag) == (b"hi", '"x"')


def test_a_handler_of_the_raw_server_may_break_off(raw_server: RawServer) -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    with pytest.raises((ConnectionError, urllib.error.URLError)):
        urllib.request.urlopen(raw_server.route("/a", reset), timeout=5)


def test_what_has_no_route_is_a_404(raw_server: RawServer) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(raw_server.url("/none"), timeout=5)
    refused.value.close()

    assert refused.value.code == 404
