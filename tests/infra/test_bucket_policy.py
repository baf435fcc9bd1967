"""The policy allows every request that our own code makes, and none that destroys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import StoppressError
from pipelines.store.s3 import PART_SIZE, S3Store
from tests.servers.buckets import Bucket

from .commands import INFRA
from .policy import allowed

POLICY = json.loads((INFRA / "bucket-policy.json").read_text())
BUCKET, PREFIX = "example-archive", "live"
Call = tuple[str, dict[str, Any]]


@pytest.fixture
def calls(moto_s3: Bucket, tmp_path: Path) -> Iterator[list[Call]]:
    """Every request of a store that does all it can: (operation, parameters)."""
    made: list[Call] = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        made.append((model.name, dict(params)))

    with closing(S3Store.at(f"{moto_s3.url}/{PREFIX}", endpoint_url=moto_s3.endpoint_url)) as store:
        store._client.meta.events.register("before-parameter-build.s3", note)
        use(store, tmp_path)
        yield made


def use(store: S3Store, folder: Path) -> None:
    large = folder / "large.warc.gz"
    large.write_bytes(bytes(PART_SIZE + 1))
    store.check()
    store.put_if_absent("warc/small.warc.gz", b"0123456789")
    store.put_if_absent("warc/large.warc.gz", large)
    store.put_if_absent("warc/small.warc.gz", b"0123456789")
    store.get("warc/small.warc.gz", 2, 3)
    with store.open("warc/small.warc.gz") as file:
        file.read()
    list(store.list())
    list(store.list("warc/"))
    store.give_up_uploads("-w1.warc.gz")
    with pytest.raises(StoppressError):
        store.get("warc/none.warc.gz")


def test_everything_our_store_does_is_allowed(calls: list[Call]) -> None:
    refused = [(name, params.get("Key")) for name, params in calls if not allowed(POLICY, name, BUCKET, params)]

    assert refused == []


def test_the_calls_looked_at_are_all_that_the_policy_is_for(calls: list[Call]) -> None:
    """Nothing is allowed that no call needs."""
    granted = {a for s in POLICY["Statement"] if s["Effect"] == "Allow" for a in _listed(s["Action"])}
    without = {action: _without(action) for action in granted}

    assert [a for a, policy in without.items() if all(allowed(policy, n, BUCKET, p) for n, p in calls)] == []


@pytest.mark.parametrize("operation", ["DeleteObject", "DeleteObjects", "DeleteBucket", "PutObjectAcl"])
def test_nothing_can_be_deleted_or_opened(operation: str) -> None:
    parameters = {} if operation == "DeleteBucket" else {"Key": f"{PREFIX}/warc/small.warc.gz"}
    everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}

    assert not allowed(POLICY, operation, BUCKET, parameters)
    assert not allowed({"Statement": [*POLICY["Statement"], everything]}, operation, BUCKET, parameters)


@pytest.mark.parametrize("key", ["other/warc/small.warc.gz", "livelier/small.warc.gz", "small.warc.gz"])
def test_nothing_outside_the_prefix_can_be_read_or_written(key: str) -> None:
    assert not allowed(POLICY, "GetObject", BUCKET, {"Key": key})
    assert not allowed(POLICY, "PutObject", BUCKET, {"Key": key})
    assert not allowed(POLICY, "PutObject", "another-archive", {"Key": f"{PREFIX}/{key}"})


@pytest.mark.parametrize("prefix", ["", "other/", "liv"])
def test_nothing_outside_the_prefix_can_be_listed(prefix: str) -> None:
    assert not allowed(POLICY, "ListObjectsV2", BUCKET, {"Prefix": prefix})


def test_every_statement_is_about_one_role() -> None:
    roles = {s["Principal"]["AWS"] for s in POLICY["Statement"]}

    assert len(roles) == 1
    assert roles.pop().startswith("arn:aws:iam::")


def _listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions


def _without(action: str) -> dict[str, Any]:
    """The policy, one action poorer."""
    return {
        "Statement": [{**s, "Action": [a for a in _listed(s["Action"]) if a != action]} for s in POLICY["Statement"]]
    }
