"""The administrator's policy allows what compact, gc and redaction do to a bucket, and nothing beyond."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipelines.store.s3_admin import S3AdminStore
from tests.servers.buckets import Bucket

from .commands import INFRA
from .policy import allowed
from .test_bucket_policy import BUCKET, PREFIX, Call, use

POLICY = json.loads((INFRA / "administrator-policy.json").read_text())
CRAWLER = json.loads((INFRA / "bucket-policy.json").read_text())


@pytest.fixture
def calls(moto_s3: Bucket, tmp_path: Path) -> Iterator[list[Call]]:
    """Every request of an administrator's store that does all it can: (operation, parameters)."""
    made: list[Call] = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        made.append((model.name, dict(params)))

    with closing(S3AdminStore.at(f"{moto_s3.url}/{PREFIX}", endpoint_url=moto_s3.endpoint_url)) as store:
        store._client.put_bucket_versioning(Bucket=moto_s3.bucket, VersioningConfiguration={"Status": "Enabled"})
        store._client.create_multipart_upload(Bucket=moto_s3.bucket, Key=f"{PREFIX}/warc/begun.warc.gz")
        store._client.meta.events.register("before-parameter-build.s3", note)
        use_all(store, tmp_path)
        yield made


def use_all(store: S3AdminStore, folder: Path) -> None:
    store.may_delete()
    for upload in list(store.uploads()):
        store.give_up(upload)
    use(store, folder)
    store.delete("warc/small.warc.gz")
    store.erase("warc/large.warc.gz")


def test_everything_an_administrator_does_is_allowed_and_the_crawler_may_not(calls: list[Call]) -> None:
    refused = [(name, params.get("Key")) for name, params in calls if not allowed(POLICY, name, BUCKET, params)]
    deletions = [(name, params) for name, params in calls if name.startswith("Delete")]

    assert refused == []
    assert any("VersionId" in params for _, params in deletions)
    assert [name for name, params in deletions if allowed(CRAWLER, name, BUCKET, params)] == []


def test_nothing_is_allowed_that_no_call_needs(calls: list[Call]) -> None:
    granted = {action for s in POLICY["Statement"] if s["Effect"] == "Allow" for action in s["Action"]}
    spare = []
    for action in granted:
        poorer = {"Statement": [{**s, "Action": [a for a in s["Action"] if a != action]} for s in POLICY["Statement"]]}
        if all(allowed(poorer, name, BUCKET, params) for name, params in calls):
            spare.append(action)

    assert spare == []


@pytest.mark.parametrize("operation", ["DeleteBucket", "PutObjectAcl"])
def test_the_bucket_can_neither_be_deleted_nor_opened(operation: str) -> None:
    parameters = {} if operation == "DeleteBucket" else {"Key": f"{PREFIX}/warc/small.warc.gz"}
    everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}

    assert not allowed({"Statement": [*POLICY["Statement"], everything]}, operation, BUCKET, parameters)


@pytest.mark.parametrize("key", ["other/warc/small.warc.gz", "livelier/small.warc.gz", "small.warc.gz"])
def test_nothing_outside_the_prefix_can_be_deleted(key: str) -> None:
    assert not allowed(POLICY, "DeleteObject", BUCKET, {"Key": key})
    assert not allowed(POLICY, "DeleteObject", "another-archive", {"Key": f"{PREFIX}/{key}"})
