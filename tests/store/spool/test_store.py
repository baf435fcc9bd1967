"""From the spool to the store: each file arrives, once, and is read alike wherever it is."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines import warc
from pipelines.cdxj import capture_of
from pipelines.errors import DamagedRecord, ObjectNotFound, StoreUnavailable
from pipelines.model import Capture
from pipelines.store.adopting import adopt
from pipelines.store.catalog import Catalog
from pipelines.store.local import LocalStore
from pipelines.store.recorder import Limits
from pipelines.store.uploader import Uploader, store_file
from pipelines.store.warcs import WarcReader, index_key, warc_key
from pipelines.urlkey import urlkey
from tests.store.spool.desk import FOREVER, URL, BadDisk, Desk, exchange, failing, placed, sealed_file, tool, visit_of


class Unreachable(LocalStore):
    def put_if_absent(self, key: str, source: object) -> Any:
        raise StoreUnavailable("nobody answers")


def test_what_the_store_does_not_take_is_sent_at_the_next_start(desk: Desk, tmp_path: Path) -> None:
    path = sealed_file(desk)
    uploader = Uploader(desk.folder, Unreachable(tmp_path / "store"), desk.catalog)
    uploader.close()

    assert (uploader.left, path.exists()) == ([path], True)

    store = LocalStore(tmp_path / "store")
    data = path.read_bytes()
    again = Uploader(desk.folder, store, desk.catalog)
    again.close()

    assert (again.left, path.exists()) == ([], False)
    assert store.get(warc_key(path.name)) == data
    assert [(f.state, f.size, f.key) for f in desk.catalog.files()] == [("stored", len(data), warc_key(path.name))]


def test_a_spool_file_that_nobody_understands_is_named_and_stays(desk: Desk) -> None:
    path = desk.folder / "stoppress-20260103100000000-00001-other.warc.gz.open"
    fields = (("WARC-Type", "response"), ("WARC-Target-URI", URL), ("WARC-Date", "x"), ("Content-Length", "0"))
    path.write_bytes(warc.member(warc.Record(fields, b"")))

    with pytest.raises(DamagedRecord, match=r"holds a record that cannot be understood .*; move it"):
        adopt(desk.folder, desk.catalog)
    assert path.exists()


def test_what_others_have_put_into_the_spool_is_left_alone(desk: Desk) -> None:
    impossible = desk.folder / "stoppress-99999999999999999-00001-other.warc.gz"
    for path in (impossible, desk.folder / f"{impossible.name}.open", desk.folder / "theirs.warc.gz"):
        path.write_bytes(b"junk")
    folder = desk.folder / "stoppress-20260103100000000-00001-other.warc.gz.open"
    folder.mkdir()

    assert adopt(desk.folder, desk.catalog).files == 0
    assert len(list(desk.folder.iterdir())) == 4


def test_a_damaged_file_is_kept_and_holds_up_no_other(desk: Desk, tmp_path: Path) -> None:
    damaged, store = sealed_file(desk), LocalStore(tmp_path / "store")
    data = bytearray(damaged.read_bytes())
    data[-20] ^= 1
    damaged.write_bytes(data)
    recorder = desk.open()
    desk.keep(recorder, exchange(), "v9")
    recorder.close()
    good = desk.sealed[-1]
    uploader = Uploader(desk.folder, store, desk.catalog)
    uploader.close()

    assert uploader.left == [damaged]
    assert (damaged.read_bytes(), good.exists()) == (data, False)
    assert [stat.key for stat in store.list("warc/")] == [warc_key(good.name)]


class Odd(LocalStore):
    def put_if_absent(self, key: str, source: object) -> Any:
        raise RuntimeError("nobody thought of this")


def test_the_thread_outlives_what_nobody_thought_of(desk: Desk, tmp_path: Path) -> None:
    path = sealed_file(desk)
    uploader = Uploader(desk.folder, Odd(tmp_path / "store"), desk.catalog)
    uploader.close()

    assert (uploader.left, path.exists()) == ([path], True)


class Killed(BaseException):
    pass


@pytest.mark.parametrize("step", ["after_put", "before_pointed", "after_pointed"])
def test_sending_again_after_being_killed_ends_in_the_same_state(
    desk: Desk, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, store = sealed_file(desk), LocalStore(tmp_path / "store")

    def die(at: str) -> None:
        if at == step:
            raise Killed

    monkeypatch.setattr("pipelines.store.uploader.crashpoint", die)
    with pytest.raises(Killed):
        store_file(path, store, desk.catalog)
    monkeypatch.undo()
    kept = {stat.key: store.get(stat.key) for stat in store.list()}

    assert path.exists()

    store_file(path, store, desk.catalog)

    assert not path.exists()
    now = {stat.key: store.get(stat.key) for stat in store.list()}
    assert kept.items() <= now.items()
    assert set(now) == {warc_key(path.name), index_key(path.name)}
    assert {c["filename"] for c in desk.catalog.dump()["captures"]} == {warc_key(path.name)}


def test_a_capture_is_read_alike_from_the_open_file_the_sealed_one_and_the_store(desk: Desk, tmp_path: Path) -> None:
    recorder, store = desk.open(), LocalStore(tmp_path / "store")
    reader = WarcReader(store, desk.folder)
    capture = desk.keep(recorder, exchange(), "v1").captures[0]
    bodies = [reader.response(capture).body]
    recorder.close()
    bodies.append(reader.response(capture).body)
    store_file(desk.sealed[0], store, desk.catalog)
    bodies.append(reader.response(capture).body)  # by the name it had in the spool
    moved = desk.catalog.capture(capture.record_id)
    assert moved is not None
    bodies.append(reader.response(moved).body)

    assert bodies == [b"<p>one</p>"] * 4
    with pytest.raises(ObjectNotFound, match="still in a spool"):
        WarcReader(store, None).record(capture)


def test_the_index_has_a_line_for_each_capture_and_no_other(desk: Desk, tmp_path: Path) -> None:
    path, store = sealed_file(desk), LocalStore(tmp_path / "store")
    captures = [c for p in placed(path) if (c := capture_of(p, path.name))]
    others = tool("cdxj-indexer", "-s", str(path))
    store_file(path, store, desk.catalog)
    lines = gzip.decompress(store.get(index_key(path.name))).decode().splitlines()
    told = [json.loads(line.split(" ", 2)[2]) for line in lines]
    theirs = [json.loads(line.split(" ", 2)[2]) for line in others.stdout.splitlines() if not line.startswith("urn:")]

    assert lines == sorted(lines)
    assert {row["record_id"]: (int(row["offset"]), int(row["length"])) for row in told} == places(captures)
    assert {row["record_id"] for row in told} == {row["record_id"] for row in desk.catalog.dump()["captures"]}
    assert sorted((r["offset"], r["length"]) for r in theirs) == sorted((r["offset"], r["length"]) for r in told)


def places(captures: list[Capture]) -> dict[str, tuple[int, int]]:
    return {c.record_id: (c.offset, c.length) for c in captures}


def test_a_file_that_is_sealed_during_a_visit_leaves_no_capture_behind(desk: Desk, catalog: Catalog) -> None:
    """Its visit's own record lies in a later file; nobody looks into a sealed one for rows that are missing."""
    recorder = desk.open(Limits(roll_age=timedelta()))
    recorder.exchange(exchange(), visit_id="v1", role="page").result(30)
    wait_until(lambda: len(desk.sealed) == 1)
    before = list(catalog.captures(urlkey(URL)))
    kept = recorder.visit(visit_of(exchange())).result(30)

    assert kept is not None
    assert [capture.visit_id for capture in before] == ["v1"]
    assert [capture.record_id for capture in before] == [capture.record_id for capture in kept.captures]
    assert list(catalog.captures(urlkey(URL))) == before


def test_an_answer_that_was_kept_is_in_the_catalog_though_its_visit_was_refused(desk: Desk, catalog: Catalog) -> None:
    recorder = desk.open(Limits(roll_age=FOREVER, spool=50_000))
    made = exchange()
    recorder.exchange(made, visit_id="v1", role="page").result(30)
    ballast = desk.folder / "stoppress-20260101000000000-00001-w0.warc.gz"
    ballast.write_bytes(b"x" * 100_000)
    failing(recorder.visit(visit_of(made, "v1")))
    ballast.unlink()
    recorder.close()

    [file] = desk.sealed
    assert [item.record.id for item in placed(file) if item.record.type == "response"] == [
        capture.record_id for capture in catalog.captures(urlkey(URL))
    ]


@pytest.mark.parametrize("failures", [1, 2, 3])
def test_an_answer_that_was_kept_is_in_the_catalog_though_the_disk_failed_at_its_visit(
    desk: Desk, catalog: Catalog, disk: BadDisk, failures: int
) -> None:
    recorder = desk.open()
    made, more = exchange(), exchange(b"lost", url="http://news.test/style.css")
    recorder.exchange(made, visit_id="v1", role="page").result(30)
    disk.failures = failures
    if failures > 1:  # the file is given up, and no other can be begun
        failing(recorder.exchange(more, visit_id="v1", role="requisite"))
    failing(recorder.visit(visit_of(made, "v1")))
    disk.failures = 0
    desk.keep(recorder, exchange(b"after", minute=1), "v2")
    desk.keep(recorder, exchange(b"and on", minute=2), "v3")
    recorder.close()

    told = {item.record.id for file in desk.sealed for item in placed(file) if item.record.type == "response"}
    assert told == {capture.record_id for capture in catalog.captures(urlkey(URL))}
    assert len(told) == 3
    assert list(catalog.captures(urlkey("http://news.test/style.css"), role=None)) == []


def wait_until(what: Callable[[], bool], within: float = 10) -> None:
    end = time.monotonic() + within
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)
