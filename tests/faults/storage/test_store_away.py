"""The store is away, refuses, or is slow: the spool takes what comes, the cause is named, nobody asks in a loop."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import StoreUnavailable
from pipelines.store import s3
from pipelines.store.opening import open_store
from tests.main_job.serving import ask
from tests.running import crawl_until, stoppress, write_config
from tests.servers.buckets import Bucket
from tests.servers.fault_proxy import FaultProxy
from tests.servers.raw_http import RawServer, page, sending, serving

SECRET = "hush-hush-not-for-the-log"
BODY = b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed to all ships today.</p></body></html>"
MOST_TRIES = 3  # of one request, the first included


def refusal(status: str, code: str) -> bytes:
    body = f"<Error><Code>{code}</Code><Message>as it pleases</Message></Error>".encode()
    return page(body, status=status, content_type="application/xml")


@contextmanager
def proxied(bucket: Bucket) -> Iterator[FaultProxy]:
    with serving(RawServer()) as front:
        yield FaultProxy(front, bucket.endpoint_url)


@pytest.mark.swift
def test_while_the_store_refuses_visits_are_kept_and_with_the_store_back_all_are_sent(
    raw_server: RawServer, tmp_path: Path, swift_s3: Bucket
) -> None:
    url = raw_server.route("/page", page(BODY))
    with proxied(swift_s3) as proxy:
        config = write_config(tmp_path, url, store=f"{swift_s3.url}/live", catalog="sqlite:///catalog.db",
                              endpoint_url=proxy.url)  # fmt: skip
        config.write_text(config.read_text().replace("[archive]", '[archive]\nroll_age = "1s"', 1))
        assert stoppress("apply", str(config)).code == 0
        proxy.on_answer = lambda *_: refusal("503 Slow Down", "SlowDown")
        visits = crawl_until(config, lambda seen: len(seen) >= 4)

        waiting = sorted(path.name for path in tmp_path.glob("spool/*.warc.gz"))
        assert {visit["outcome"] for visit in visits} == {"archived", "revisit"}
        assert len(waiting) >= 2
        assert "next try in" in (tmp_path / "crawl.log").read_text()
        assert swift_s3.env["AWS_SECRET_ACCESS_KEY"] not in (tmp_path / "crawl.log").read_text()
        assert ask(config, "get", f"{url}@v1").out == BODY

        proxy.on_answer = lambda _, data: data
        assert stoppress("crawl", "--for", "1s", config=config).code == 0

        assert not list(tmp_path.glob("spool/*.warc.gz*"))
        kept = {visit["captures"][0]["record_id"] for visit in ask(config, "log", url, "--json").lines}
        assert {visit["captures"][0]["record_id"] for visit in visits} <= kept
        assert ask(config, "verify", "--deep").code == 0


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        ("403 Forbidden", "InvalidAccessKeyId", "refuses the credentials"),
        ("403 Forbidden", "SignatureDoesNotMatch", "refuses the credentials"),
        ("400 Bad Request", "ExpiredToken", "credentials have expired"),
        ("403 Forbidden", "AccessDenied", "have no right to do this"),
        ("403 Forbidden", "RequestTimeTooSkewed", "clock differs too much"),
        ("404 Not Found", "NoSuchBucket", "bucket does not exist"),
        ("400 Bad Request", "AuthorizationHeaderMalformed", "another region"),
        ("301 Moved Permanently", "PermanentRedirect", "another region or behind another endpoint"),
        ("503 Slow Down", "SlowDown", "did not do it"),
        ("500 Internal Server Error", "InternalError", "did not do it"),
        ("429 Too Many Requests", "TooManyRequests", "did not do it"),
    ],
)
def test_a_refusal_is_named_without_the_secret_and_asked_for_a_few_times_at_most(
    raw_server: RawServer, moto_s3: Bucket, monkeypatch: pytest.MonkeyPatch, status: str, code: str, said: str
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.01)
    raw_server.fallback = refusal(status, code)
    store = open_store(moto_s3.url, endpoint_url=raw_server.url(""))
    with pytest.raises(StoreUnavailable) as refused:
        store.check()
    store.close()

    assert said in str(refused.value)
    assert SECRET not in "".join(traceback.format_exception(refused.value))
    assert len(raw_server.hits) <= MOST_TRIES


def test_a_store_that_takes_the_request_and_does_not_answer_is_given_up(
    raw_server: RawServer, moto_s3: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "CONFIG", s3.CONFIG.merge(_patience(0.3)))
    raw_server.fallback = sending(then="stay")
    store = open_store(moto_s3.url, endpoint_url=raw_server.url(""))

    with pytest.raises(StoreUnavailable, match="does not answer in time"):
        store.put_if_absent("a", b"x")
    store.close()
    assert len(raw_server.hits) <= MOST_TRIES


def _patience(seconds: float) -> Any:
    return type(s3.CONFIG)(read_timeout=seconds)
