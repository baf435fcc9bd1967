"""Sending sealed files: a key that is taken, uploads that broke off, a store that is away at the end."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import StoreError, StoreUnavailable
from pipelines.store import s3, uploader
from pipelines.store.local import LocalStore
from pipelines.store.objects import Source, Stat
from pipelines.store.s3 import S3Store
from pipelines.store.uploader import Uploader, rename
from pipelines.store.warcs import index_key, warc_key
from tests.running import PATIENCE
from tests.servers.buckets import Bucket

from .spool import conftest as shared
from .spool.desk import Desk, sealed_file
from .test_object_store import LARGER_THAN_A_PART

catalog, desk = shared.catalog, shared.desk
STRANGER = b"somebody else's"
servers = pytest.mark.parametrize("server", [pytest.param("swift_s3", marks=pytest.mark.swift), "moto_s3"])


def sent(desk: Desk, store: LocalStore) -> Uploader:
    made = Uploader(desk.folder, store, desk.catalog, worker="w1")
    made.close()
    return made


def holds_all_of(desk: Desk, store: LocalStore, data: bytes) -> str:
    """The one file of the catalog is these bytes, under a name of its own; its captures point there."""
    [file] = desk.catalog.files()
    assert file.key is not None
    assert (file.state, store.get(file.key)) == ("stored", data)
    assert set(desk.catalog.captures_by_file()) == {file.key}
    assert store.stat(index_key(file.name)).size > 0
    assert list(desk.folder.glob("*.warc.gz*")) == []
    return file.key


def test_a_key_that_others_have_taken_holds_up_nothing_and_is_left_alone(
    desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, store = sealed_file(desk), LocalStore(tmp_path / "store")
    data, taken = path.read_bytes(), warc_key(path.name)
    store.put_if_absent(taken, STRANGER)

    assert sent(desk, store).left == []

    assert store.get(taken) == STRANGER
    assert holds_all_of(desk, store, data) != taken
    assert "somebody else writes there" in caplog.text


def test_killed_while_it_gets_another_name_it_ends_under_the_same(desk: Desk, tmp_path: Path) -> None:
    path, store = sealed_file(desk), LocalStore(tmp_path / "store")
    data = path.read_bytes()
    store.put_if_absent(warc_key(path.name), STRANGER)
    new = rename(path, desk.catalog)
    new.rename(path)  # as it is after a kill between the catalog's word and the file's

    sent(desk, store)

    assert holds_all_of(desk, store, data) == warc_key(new.name)


def test_a_copy_of_what_was_merged_or_redacted_since_does_not_come_back(desk: Desk, tmp_path: Path) -> None:
    path, store = sealed_file(desk), LocalStore(tmp_path / "store")
    [before] = desk.catalog.files()
    made = replace(before, name="n", key="warc/n", state="stored", replaces=(path.name,))
    desk.catalog.file_replaced(made, [path.name], [])

    assert sent(desk, store).left == []

    assert list(store.list()) == []
    assert not path.exists()
    assert desk.catalog.files() == [made]


class Away(LocalStore):
    """A store that does not answer; how often it was asked."""

    asked = 0

    def put_if_absent(self, key: str, source: Source) -> Stat:
        self.asked += 1
        raise StoreUnavailable("connection refused")


def test_at_the_end_a_store_that_is_away_is_asked_once_not_once_a_file(desk: Desk, tmp_path: Path) -> None:
    paths = [sealed_file(desk)]
    for number in range(5):
        twin = paths[0].with_name(paths[0].name.replace("-00001-", f"-0000{number + 2}-"))
        twin.write_bytes(paths[0].read_bytes())
        paths.append(twin)
    store = Away(tmp_path / "store")
    made = Uploader(desk.folder, store, desk.catalog)
    made.close()

    assert sorted(made.left) == sorted(paths)
    assert store.asked <= 2  # once at the end, and once before if the uploader was quicker than the end


def test_a_file_that_the_disk_does_not_give_holds_up_no_other_and_has_its_turn_again(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = sealed_file(desk)
    good = bad.with_name(bad.name.replace("-00001-", "-00002-"))
    good.write_bytes(bad.read_bytes())
    store, real, ill = LocalStore(tmp_path / "store"), uploader.store_file, [bad]

    def reading(path: Path, *others: Any) -> None:
        if path in ill:
            raise OSError(errno.EIO, "Input/output error", str(path))
        real(path, *others)

    monkeypatch.setattr(uploader, "store_file", reading)
    monkeypatch.setattr(uploader, "WAITS", (0.05, 0.05))
    made = Uploader(desk.folder, store, desk.catalog)
    eventually(lambda: not good.exists())
    assert bad.exists()
    ill.clear()
    eventually(lambda: not bad.exists())
    made.close()

    assert made.left == []
    assert len(list(store.list("warc/"))) == 2


def test_at_the_end_a_file_that_the_disk_does_not_give_is_named(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = sealed_file(desk)
    monkeypatch.setattr(uploader, "store_file", lambda path, *_: (_ for _ in ()).throw(OSError(errno.EIO, str(path))))
    monkeypatch.setattr(uploader, "WAITS", (0.01,))
    made = Uploader(desk.folder, LocalStore(tmp_path / "store"), desk.catalog)
    time.sleep(0.1)
    made.close()

    assert made.left == [bad]


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_tries_of_many_crawlers_are_spread(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    thrown: list[tuple[float, float]] = []
    monkeypatch.setattr(uploader, "WAITS", (0.01,) * 8)
    monkeypatch.setattr(uploader.random, "uniform", lambda *ends: thrown.append(ends) or 1.0)
    sealed_file(desk)
    made = Uploader(desk.folder, (store := Away(tmp_path / "store")), desk.catalog)
    while store.asked < 3:
        time.sleep(0.01)
    made.close()

    assert len(thrown) >= 3
    assert set(thrown) == {(0.8, 1.2)}


def test_a_store_that_is_away_for_very_long_is_never_given_up(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[object] = []

    def away(*given: object) -> None:
        tries.append(given)
        raise StoreUnavailable("connection refused")

    monkeypatch.setattr(uploader, "WAITS", (0.0,))
    monkeypatch.setattr(uploader, "store_file", away)
    monkeypatch.setattr(uploader.log, "disabled", True)
    path = sealed_file(desk)
    made = Uploader(desk.folder, LocalStore(tmp_path / "store"), desk.catalog)
    end = time.monotonic() + 30
    while len(tries) < 20_000 and time.monotonic() < end:
        time.sleep(0.01)
    made.close()

    assert len(tries) >= 20_000  # at five minutes each: after more than two months
    assert made.left == [path]


def test_drafts_of_a_dead_process_are_cleared_away_and_no_others(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "store")
    store.put_if_absent("a", b"1")
    drafts = tmp_path / "store" / ".incoming"
    for name in ("0-stoppress-x-w1.warc.gz", "1-stoppress-x-w2.warc.gz"):
        (drafts / name).write_bytes(b"half")

    assert store.give_up_uploads("-w1.warc.gz") == 1
    assert [path.name for path in drafts.iterdir()] == ["1-stoppress-x-w2.warc.gz"]


@servers
def test_parts_of_a_dead_process_are_given_up_and_no_others(request: pytest.FixtureRequest, server: str) -> None:
    bucket: Bucket = request.getfixturevalue(server)
    keys = ["p/warc/1-w1.warc.gz", "p/warc/1-w2.warc.gz", "other/1-w1.warc.gz"]
    store = S3Store.at(f"{bucket.url}/p", endpoint_url=bucket.endpoint_url)
    with bucket.server.client() as client:
        for key in keys:
            client.create_multipart_upload(Bucket=bucket.bucket, Key=key)

        assert store.give_up_uploads("-w1.warc.gz") == 1
        left = client.list_multipart_uploads(Bucket=bucket.bucket).get("Uploads", [])
    store.close()

    assert sorted(upload["Key"] for upload in left) == sorted(keys[1:])


@servers
@pytest.mark.parametrize("size", [1000, LARGER_THAN_A_PART])
def test_a_file_that_reads_differently_the_second_time_is_not_stored(
    request: pytest.FixtureRequest, server: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket: Bucket = request.getfixturevalue(server)
    (tmp_path / "file").write_bytes(bytes(size))
    store = S3Store.at(f"{bucket.url}/p", endpoint_url=bucket.endpoint_url)
    monkeypatch.setattr(s3, "sha256_of", lambda _: "0" * 64)  # what it read as the first time

    with pytest.raises(StoreError, match="read differently the second time"):
        store.put_if_absent("warc/a", tmp_path / "file")

    assert list(store.list()) == []
    store.close()
