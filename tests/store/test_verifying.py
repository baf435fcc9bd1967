"""``stoppress verify``: whatever is wrong with a stored file is found and named; what is right is left in peace."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines import warc
from pipelines.config import load_config
from pipelines.errors import StoreUnavailable
from pipelines.model import Capture, Exchange, Visit
from pipelines.opened import opened
from pipelines.store.catalog import Catalog, WarcFile
from pipelines.store.fixity import Checked
from pipelines.store.objects import ObjectStore
from pipelines.store.recorder import Limits, Recorder
from pipelines.store.uploader import store_file
from pipelines.store.verifying import Slice, Verifier
from pipelines.store.warcs import index_key, warc_key
from pipelines.urlkey import urlkey
from tests.running import ROOT, Ran, environment, stoppress, write_config

URL = "http://news.test/live"
NOON = datetime(2026, 1, 3, 12, 0, 0, 123456, tzinfo=UTC)
PAGE = b"<p>" + b"the same words again " * 40
CHUNKED = b"5\r\nabcde\r\n3;x=y\r\nfgh\r\n0\r\n\r\n"


@dataclass
class Place:
    """An archive with one stored file, and hands to spoil it."""

    config: Path
    catalog: Catalog
    store: ObjectStore
    bucket: Any = None

    @property
    def folder(self) -> Path:
        return self.config.parent

    @property
    def file(self) -> WarcFile:
        (file,) = self.catalog.files("stored")
        return file

    @property
    def key(self) -> str:
        return self.file.key or ""

    def overwrite(self, key: str, data: bytes) -> None:
        if self.bucket is None:
            path = self.folder / "archive" / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            return
        with self.bucket.server.client() as client:
            was = client.head_object(Bucket=self.bucket.bucket, Key=key)["Metadata"] if self._has(key) else {}
            client.put_object(Bucket=self.bucket.bucket, Key=key, Body=data, Metadata=was)

    def _has(self, key: str) -> bool:
        return any(stat.key == key for stat in self.store.list(key.rpartition("/")[0] + "/"))

    def remove(self, key: str) -> None:
        if self.bucket is None:
            (self.folder / "archive" / key).unlink()
            return
        with self.bucket.server.client() as client:
            client.delete_object(Bucket=self.bucket.bucket, Key=key)

    def verify(self, *, deep: bool = False, share: Slice = Slice(), worker: str = "w1") -> list[Checked]:  # noqa: B008
        verifier = Verifier(
            self.catalog, self.store, self.folder / "spool",
            worker=worker, deep=deep, share=share, clock=lambda: datetime.now(UTC),
        )  # fmt: skip
        return list(verifier.run())

    def problems(self, *, deep: bool = False) -> list[tuple[str, str]]:
        return [(checked.object, problem.kind) for checked in self.verify(deep=deep) for problem in checked.problems]


def answers() -> list[Exchange]:
    """A page of every kind that is stored in a way of its own."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    made = [
        (head + b'ETag: "a"\r\n\r\n' + PAGE, {}),
        (b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', {"status": 304}),
        (head + b"X-Cache: other\r\n\r\n" + PAGE, {}),
        (head + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(PAGE + b"more", mtime=0), {}),
        (head + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED, {"interim": b"HTTP/1.1 103 Early Hints\r\n\r\n"}),
        (head + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED[:9], {"truncated": "disconnect"}),
        (b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n<p>bare line feeds", {}),
        (b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", {"status": 204}),
        (b"HTTP/1.1 500 Oh\r\nContent-Type: text/html\r\n", {"status": 500, "truncated": "disconnect"}),
        (head + b"\r\n" + random.Random(3).randbytes(300_000), {}),
    ]
    return [
        Exchange(
            url=URL, started=NOON + timedelta(minutes=n), request=b"GET /live HTTP/1.1\r\nHost: news.test\r\n\r\n",
            response=response, fidelity="wire", **{"status": 200, **more},
        )
        for n, (response, more) in enumerate(made)
    ]  # fmt: skip


def write(folder: Path, catalog: Catalog, exchanges: list[Exchange]) -> Path:
    """One sealed spool file of these exchanges."""
    sealed: list[Path] = []
    folder.mkdir(exist_ok=True)
    recorder = Recorder(
        folder, catalog, worker="w1", sealed=sealed.append, limits=Limits(roll_age=timedelta(days=36500)),
        warcinfo=lambda name: warc.warcinfo(name, {"software": "test"}, NOON),
    )  # fmt: skip
    for number, made in enumerate(exchanges):
        name = f"{made.url}-{number}"
        recorder.exchange(made, visit_id=name, role="page")
        visit = Visit(id=name, url=made.url, urlkey=urlkey(made.url), started=made.started, exchange=made)
        recorder.visit(visit).result(30)
    recorder.close()
    return sealed[0]


@pytest.fixture(params=["directory", pytest.param("swift_s3", marks=pytest.mark.swift), "moto_s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    bucket = None if request.param == "directory" else request.getfixturevalue(request.param)
    yield from made(tmp_path, bucket)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    """The same in a directory alone, for what does not depend on the store."""
    yield from made(tmp_path, None)


def made(folder: Path, bucket: Any) -> Iterator[Place]:
    if bucket:
        config = write_config(folder, store=bucket.url, endpoint_url=bucket.endpoint_url)
    else:
        config = write_config(folder)
    with Catalog.open(f"sqlite:///{folder / 'archive/catalog.db'}"), opened(load_config(config)) as (catalog, store):
        path = write(folder / "spool", catalog, answers())
        store_file(path, store, catalog)
        yield Place(config, catalog, store, bucket)


def placed(data: bytes) -> list[warc.Placed]:
    import io

    return list(warc.scan(io.BytesIO(data)))


def captures_of(place: Place) -> list[Capture]:
    return place.catalog.captures_between(place.key, 0, 2**62)


# what is right --------------------------------------------------------------------------------------------------


def test_an_archive_that_is_whole_has_no_findings(place: Place) -> None:
    for deep in (False, True):
        (checked,) = place.verify(deep=deep)

        assert (checked.object, checked.result, checked.problems) == (place.key, "ok", ())
    assert checked.sha256 == place.file.sha256
    assert {"size", "checksum", "index", "captures", "sha256", "members", "records", "digests"} == {*checked.checked}


# what is damaged ------------------------------------------------------------------------------------------------

# From the start of a member: magic, method, flags, time, extra flags, system, the first bits of what is deflated.
HEADS = [0, 1, 2, 3, 4, 7, 8, 9, 10]
TAILS = [-1, -4, -5, -8, -9]  # ISIZE, CRC, the end of what is deflated


def test_one_changed_byte_anywhere_is_found_and_named(here: Place) -> None:
    data = here.store.get(here.key)
    captures = {capture.record_id: capture for capture in captures_of(here)}
    for item in placed(data):
        middles = [item.length // 3, item.length // 2, 2 * item.length // 3]
        for at in [*HEADS, *middles, *(item.length + tail for tail in TAILS)]:
            spoiled = bytearray(data)
            spoiled[item.offset + at] ^= 0xFF
            here.overwrite(here.key, bytes(spoiled))
            (checked,) = here.verify(deep=True)
            named = [p for p in checked.problems if p.kind == "damaged"]

            assert [p.offset for p in named] == [item.offset], (item, at)
            assert checked.object == here.key
            if item.record.id in captures:
                assert named[0].captures == (captures[item.record.id],)
                assert f"{URL} at {captures[item.record.id].timestamp:%Y-%m-%dT%H:%M}" in str(named[0])
            elif item.record.type != "warcinfo":
                assert len(named[0].captures) == 1, (item, at)


def test_one_changed_bit_anywhere_is_found(here: Place) -> None:
    data, chance = here.store.get(here.key), random.Random(7)
    for _ in range(300):
        at = chance.randrange(len(data))
        if at > 3000 and chance.random() < 0.8:  # the last page is large and has been met often enough
            at = chance.randrange(3000)
        spoiled = bytearray(data)
        spoiled[at] ^= 1 << chance.randrange(8)
        here.overwrite(here.key, bytes(spoiled))
        (checked,) = here.verify(deep=True)
        within = next(item for item in placed(data) if item.offset <= at < item.offset + item.length)

        assert within.offset in [problem.offset for problem in checked.problems], at


def test_two_damages_in_one_file_are_two_findings(place: Place) -> None:
    data = bytearray(place.store.get(place.key))
    items = placed(bytes(data))
    for item in (items[1], items[5]):
        data[item.offset + item.length // 2] ^= 0xFF
    place.overwrite(place.key, bytes(data))
    (checked,) = place.verify(deep=True)

    assert [p.offset for p in checked.problems if p.kind == "damaged"] == [items[1].offset, items[5].offset]


@pytest.mark.parametrize("between", [b"\0", b"\x1f\x8b\x08", b"\x1f\x8b\x08\0" * 5000, b"x" * 900_000])
def test_bytes_between_records_are_found(here: Place, between: bytes) -> None:
    data = here.store.get(here.key)
    cut = placed(data)[4].offset
    here.overwrite(here.key, data[:cut] + between + data[cut:])
    (checked,) = here.verify(deep=True)

    assert checked.problems[0].kind == "size"
    assert (cut, "damaged") in [(p.offset, p.kind) for p in checked.problems]
    assert not [p for p in checked.problems if "no whole gzip member" in p.detail and p.offset != cut]


def test_a_record_with_a_wrong_digest_is_found_though_its_file_is_as_it_was_stored(here: Place, tmp_path: Path) -> None:
    path = write(tmp_path / "other", here.catalog, [replace(answers()[0], url="http://news.test/other")])
    items = placed(path.read_bytes())
    record = items[1].record
    said = {"WARC-Block-Digest": "block", "WARC-Payload-Digest": "payload"}
    for field, what in said.items():
        fields = tuple((n, "sha256:" + "0" * 64 if n == field else v) for n, v in record.fields)
        wrong = warc.member(replace(record, fields=fields))
        from pipelines.store.every_byte import read_through

        file = tmp_path / what
        file.write_bytes(warc.member(items[0].record) + wrong)
        with file.open("rb") as stream:
            found = read_through(stream, {})

        at = file.stat().st_size - len(wrong)
        assert [(d.offset, f"the {what} of" in d.why) for d in found.damages] == [(at, True)]


def test_a_record_that_was_replaced_by_another_is_found(here: Place) -> None:
    data = here.store.get(here.key)
    items = placed(data)
    first, second = items[1], items[-3]
    swapped = data[: first.offset] + warc.member(second.record) + data[first.offset + first.length :]
    here.overwrite(here.key, swapped)
    (checked,) = here.verify(deep=True)

    assert first.record.id in [c.record_id for p in checked.problems if p.offset == first.offset for c in p.captures]


# what is not there ----------------------------------------------------------------------------------------------


def test_a_file_cut_short_is_found_with_the_captures_that_are_gone(place: Place) -> None:
    data = place.store.get(place.key)
    lost = captures_of(place)[-2:]
    place.overwrite(place.key, data[: lost[0].offset + 5])
    (fast,) = place.verify()
    (deep,) = place.verify(deep=True)

    assert ("size", tuple(lost)) in [(p.kind, p.captures) for p in fast.problems]
    assert (lost[0].offset, "damaged") in [(p.offset, p.kind) for p in deep.problems]
    assert any(lost[1].record_id in p.detail for p in deep.problems)


def test_a_file_that_is_gone_names_all_its_captures(place: Place) -> None:
    place.remove(place.key)
    for deep in (False, True):
        (checked,) = place.verify(deep=deep)
        problem = checked.problems[0]

        assert (problem.kind, problem.affected, len(problem.captures)) == ("missing", 10, 10)


def test_a_file_of_another_size_is_found_without_reading_it(place: Place) -> None:
    place.overwrite(place.key, place.store.get(place.key) + b"\0")

    assert (place.key, "size") in place.problems()


def test_an_index_that_is_missing_damaged_or_another_is_found(place: Place) -> None:
    key = index_key(place.file.name)
    good = place.store.get(key)
    lines = gzip.decompress(good).splitlines(keepends=True)
    moved = lines[0].replace(b'"offset": "', b'"offset": "9')
    for wrong in [good[:-9], b"no gzip", gzip.compress(b"".join(lines[1:])), gzip.compress(moved + b"".join(lines[1:])),
                  gzip.compress(b"not json\n")]:  # fmt: skip
        place.overwrite(key, wrong)

        assert place.problems() == [(place.key, "index")]
    place.remove(key)

    assert place.problems() == [(place.key, "index")]


def test_a_capture_that_points_beyond_its_file_or_to_none_is_found(here: Place) -> None:
    own = captures_of(here)[0]
    here.catalog.captures_added([replace(own, record_id="urn:uuid:a", offset=here.file.size - 1)])
    here.catalog.captures_added([replace(own, record_id="urn:uuid:b", filename="warc/2026/01/03/none.warc.gz")])

    assert here.problems() == [
        (here.key, "captures"), (here.key, "index"), ("warc/2026/01/03/none.warc.gz", "missing"),
    ]  # fmt: skip


# what is no failure ---------------------------------------------------------------------------------------------


def test_objects_that_the_catalog_does_not_know_are_noted(place: Place) -> None:
    name = "stoppress-20260103100000000-00001-w9.warc.gz"
    place.store.put_if_absent(warc_key(name), b"x")
    place.store.put_if_absent(index_key(name), b"x")
    checked = place.verify()

    assert [(c.object, c.result) for c in checked] == [
        (place.key, "ok"), (warc_key(name), "noted"), (index_key(name), "noted"),
    ]  # fmt: skip


def test_a_file_that_waits_in_the_spool_is_noted_and_read(here: Place) -> None:
    path = write(here.folder / "spool", here.catalog, [replace(answers()[0], url="http://news.test/other")])
    waits = here.verify(deep=True)[1]

    assert (waits.object, waits.result) == (path.name, "noted")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))

    assert here.verify(deep=True)[1].result == "damaged"
    path.unlink()

    assert (path.name, "missing") in here.problems()
    assert [c.result for c in here.verify(worker="another")] == ["ok", "noted"]


def test_a_file_that_moves_to_the_store_meanwhile_is_no_failure(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(here.folder / "spool", here.catalog, [replace(answers()[0], url="http://news.test/other")])
    before, pointed = here.catalog.files(), here.catalog.captures_by_file()
    store_file(path, here.store, here.catalog)
    rows = iter([before])
    known = here.catalog.files
    monkeypatch.setattr(here.catalog, "captures_by_file", lambda: pointed)
    monkeypatch.setattr(here.catalog, "files", lambda state=None: next(rows, None) or known(state))

    assert [(c.object, c.result) for c in here.verify(deep=True)] == [(file.key, "ok") for file in here.catalog.files()]


def test_what_lies_in_quarantine_is_a_finding_until_it_is_moved_away(here: Place) -> None:
    folder = here.folder / "spool" / "quarantine"
    folder.mkdir()
    (folder / "a.warc.gz.tail").write_bytes(b"torn")

    assert here.problems() == [("quarantine/a.warc.gz.tail", "quarantine")]
    shutil.move(folder / "a.warc.gz.tail", here.folder)

    assert here.problems() == []


# shares ---------------------------------------------------------------------------------------------------------


def test_all_slices_together_hold_every_name_once_and_always_the_same() -> None:
    names = [f"stoppress-20260103{n:09d}-00001-w1.warc.gz" for n in range(2000)]
    for t in (1, 2, 7, 90):
        held = [[name for name in names if Slice(n, t).has(name)] for n in range(1, t + 1)]

        assert sorted(name for share in held for name in share) == names
        assert max(map(len, held)) < 2.2 * len(names) / t
    assert [Slice(n, 7).has("stoppress-a.warc.gz") for n in range(1, 8)].index(True) == 4


def test_slices_share_files_and_orphans(here: Place) -> None:
    for n in range(20):
        here.store.put_if_absent(warc_key(f"stoppress-20260103100000000-{n:05d}-w9.warc.gz"), b"x")
    whole = [c.object for c in here.verify()]
    shares = [[c.object for c in here.verify(share=Slice(n, 4))] for n in range(1, 5)]

    assert sorted(name for share in shares for name in share) == sorted(whole)
    assert len(whole) == 21


def test_a_store_that_does_not_answer_ends_the_run(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(key: str) -> None:
        raise StoreUnavailable(f"{key}: no")

    monkeypatch.setattr(here.store, "open", refuse)

    assert here.problems() == [(here.key, "unreadable")]
    for n in range(2):
        name = f"stoppress-2026010310000000{n}-00001-w1.warc.gz"
        here.store.put_if_absent(warc_key(name), b"x")
        here.catalog.file_stored(name, key=warc_key(name), size=1, sha256="sha256:0", now=NOON)
    with pytest.raises(StoreUnavailable):
        here.verify()


# the command ----------------------------------------------------------------------------------------------------


def fixity(place: Place, ran: Ran) -> list[dict[str, Any]]:
    (key,) = [stat.key for stat in place.store.list("fixity/") if stat.key in ran.err]
    return [json.loads(line) for line in place.store.get(key).splitlines()]


def test_the_command_says_what_it_checked_and_keeps_a_dated_record(place: Place) -> None:
    ran = stoppress("verify", "--deep", "--json", config=place.config)
    lines = fixity(place, ran)

    assert ran.code == 0, ran.err
    assert lines == ran.lines
    assert (lines[0]["object"], lines[0]["result"], lines[0]["sha256"]) == (place.key, "ok", place.file.sha256)
    assert (lines[-1]["run"], lines[-1]["result"], lines[-1]["objects"]) == ("deep", "complete", 1)
    assert lines[-1]["record"].startswith(f"fixity/{datetime.now(UTC):%Y/%m}/")


def test_the_command_names_file_offset_and_captures_of_a_damage(place: Place) -> None:
    capture = captures_of(place)[0]
    data = bytearray(place.store.get(place.key))
    data[capture.offset + 40] ^= 0x01
    place.overwrite(place.key, bytes(data))
    fast, deep = (stoppress("verify", *words, config=place.config) for words in ([], ["--deep"]))
    said = deep.out.decode()

    assert (fast.code, deep.code) == (0, 1), deep.err
    assert f"{place.key}: damaged: at byte {capture.offset}: " in said
    assert f"{URL} at 2026-01-03T12:00:00.123456Z" in said
    assert "1 damaged or missing" in deep.err
    assert fixity(place, deep)[0]["problems"][0]["captures"][0]["record_id"] == capture.record_id


@pytest.mark.parametrize("share", ["0/3", "4/3", "1", "a/b", "1/0", "-1/3"])
def test_a_share_that_is_none_is_wrong_use(tmp_path: Path, share: str) -> None:
    ran = stoppress("verify", f"--slice={share}", config=write_config(tmp_path))

    assert (ran.code, ran.out) == (2, b"")
    assert "--slice" in ran.err


def test_without_an_archive_it_says_so(tmp_path: Path) -> None:
    ran = stoppress("verify", config=write_config(tmp_path))

    assert ran.code == 1
    assert "there is no catalog" in ran.err
    assert not (tmp_path / "spool").exists()


@pytest.mark.parametrize("deep", [[], ["--deep"]])
def test_a_catalog_that_knows_nothing_of_what_is_in_the_store_is_a_finding(here: Place, deep: list[str]) -> None:
    key = here.key
    here.catalog.close()
    for path in here.folder.glob("**/catalog.db*"):
        path.unlink()
    with Catalog.open(load_config(here.config).archive.catalog):
        pass
    ran = stoppress("verify", *deep, config=here.config)

    assert ran.code == 1
    assert f"catalog: catalog: it knows no WARC file, and the store has {key}" in ran.out.decode()
    assert "then: stoppress rebuild --replace" in ran.out.decode()
    assert "of which 1 WARC file(s) of the store not checked" in ran.err


def test_an_archive_in_which_nothing_was_kept_yet_is_none(tmp_path: Path) -> None:
    config = write_config(tmp_path, URL)
    stoppress("apply", str(config))

    assert stoppress("verify", "--deep", config=config).code == 0


def test_quarantine_alone_ends_with_1(here: Place) -> None:
    (here.folder / "spool" / "quarantine").mkdir()
    (here.folder / "spool" / "quarantine" / "a.tail").write_bytes(b"torn")
    ran = stoppress("verify", "--slice", "1/2", config=here.config)

    assert ran.code == 1
    assert b"quarantine/a.tail: quarantine: 4 torn bytes" in ran.out


def test_ctrl_c_ends_it_quietly_and_keeps_what_was_checked(here: Place) -> None:
    fifo = here.folder / "archive" / warc_key("stoppress-20270103100000000-00001-w1.warc.gz")
    fifo.parent.mkdir(parents=True)
    here.catalog.file_stored(fifo.name, key=warc_key(fifo.name), size=1, sha256="sha256:0", now=NOON)
    index = here.folder / "archive" / index_key(fifo.name)
    index.parent.mkdir(parents=True)
    fifo.write_bytes(b"x")
    os.mkfifo(index)  # the second file's index never answers
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "stoppress.py"), "-c", str(here.config), "verify", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    (record,) = here.store.list("fixity/")
    lines = [json.loads(line) for line in here.store.get(record.key).splitlines()]

    assert process.returncode == 130
    assert "Traceback" not in err
    assert lines[0] == first
    assert lines[-1]["result"] == "interrupted"
