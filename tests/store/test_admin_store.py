"""One suite of promises for every store that an administrator may delete from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from pipelines.errors import ObjectNotFound, StoreError, StoreUnavailable
from pipelines.store.admin import AdminStore
from pipelines.store.admin_opening import open_admin_store
from pipelines.store.objects import ObjectStore
from pipelines.store.opening import open_store
from pipelines.store.s3_admin import S3AdminStore
from tests.servers.buckets import Bucket

KEY = "warc/2026/01/03/stoppress-20260103100000000-00001-w1.warc.gz"


@pytest.fixture(params=["directory", pytest.param("swift_s3", marks=pytest.mark.swift), "moto_s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AdminStore]:
    if request.param == "directory":
        store = open_admin_store(str(tmp_path / "archive"))
        (tmp_path / "archive").mkdir()
    else:
        bucket = request.getfixturevalue(request.param)
        store = open_admin_store(f"{bucket.url}/some/prefix", endpoint_url=bucket.endpoint_url)
    yield store
    store.close()


def test_what_is_deleted_is_gone_and_nothing_else(store: AdminStore) -> None:
    for key in (KEY, KEY.replace("00001", "00002"), KEY + ".x"):
        store.put_if_absent(key, b"0123")
    store.delete(KEY)
    store.erase(KEY.replace("00001", "00002"))

    assert [stat.key for stat in store.list()] == [KEY + ".x"]
    with pytest.raises(ObjectNotFound):
        store.get(KEY)


def test_deleting_what_is_not_there_is_fine(store: AdminStore) -> None:
    store.delete(KEY)
    store.erase(KEY)


def test_a_deleted_key_can_be_used_again(store: AdminStore) -> None:
    store.put_if_absent(KEY, b"0123")
    store.erase(KEY)

    assert store.put_if_absent(KEY, b"other").size == 5


def test_only_keys_can_be_deleted(store: AdminStore) -> None:
    for key in ("", "../x", "/etc/passwd", "a//b"):
        with pytest.raises(StoreError, match="no object key"):
            store.delete(key)


def test_asking_whether_one_may_delete_changes_nothing(store: AdminStore) -> None:
    store.put_if_absent(KEY, b"0123")
    store.may_delete()

    assert [stat.key for stat in store.list()] == [KEY]


def test_the_crawlers_store_has_no_way_to_delete(tmp_path: Path) -> None:
    crawlers: ObjectStore = open_store(str(tmp_path))

    assert not [name for name in (*dir(crawlers), *dir(ObjectStore)) if "delete" in name or "erase" in name]


@pytest.mark.parametrize("server", [pytest.param("swift_s3", marks=pytest.mark.swift), "moto_s3"])
def test_uploads_that_never_ended_are_seen_and_given_up(request: pytest.FixtureRequest, server: str) -> None:
    bucket: Bucket = request.getfixturevalue(server)
    with bucket.server.client() as client:
        client.create_multipart_upload(Bucket=bucket.bucket, Key=f"p/{KEY}")
    with closing(open_admin_store(f"{bucket.url}/p", endpoint_url=bucket.endpoint_url)) as store:
        found = list(store.uploads())
        for upload in found:
            store.give_up(upload)

        assert [upload.key for upload in found] == [KEY]
        assert found[0].begun.tzinfo is not None
        assert list(store.uploads()) == []


def test_erasing_takes_every_version_that_a_bucket_keeps(moto_s3: Bucket) -> None:
    with moto_s3.server.client() as client:
        client.put_bucket_versioning(Bucket=moto_s3.bucket, VersioningConfiguration={"Status": "Enabled"})
        with closing(open_admin_store(moto_s3.url, endpoint_url=moto_s3.endpoint_url)) as store:
            for key in (KEY, KEY + ".x"):
                store.put_if_absent(key, b"0123")
            store.delete(KEY)
            kept = client.list_object_versions(Bucket=moto_s3.bucket)["Versions"]
            store.erase(KEY)
        left = client.list_object_versions(Bucket=moto_s3.bucket)

    assert [one["Key"] for one in kept] == [KEY, KEY + ".x"]
    assert [one["Key"] for one in [*left["Versions"], *left.get("DeleteMarkers", [])]] == [KEY + ".x"]


def test_credentials_that_may_not_delete_are_told_so_and_nothing_is_changed(moto_s3: Bucket) -> None:
    def refuse(request: Any, **_: Any) -> Any:
        if request.method != "DELETE":
            return None
        body = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
        answer = AWSResponse(request.url, 403, {}, None)
        answer._content = body
        return answer

    with closing(S3AdminStore.at(moto_s3.url, endpoint_url=moto_s3.endpoint_url)) as store:
        store.put_if_absent(KEY, b"0123")
        store._client.meta.events.register("before-send.s3", refuse)

        for act in (store.may_delete, lambda: store.delete(KEY), lambda: store.erase(KEY)):
            with pytest.raises(StoreUnavailable, match="no right to do this here"):
                act()
        assert store.get(KEY) == b"0123"
