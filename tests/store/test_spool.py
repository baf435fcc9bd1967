"""From an exchange to the store: what was acknowledged is durable, readable, and there once."""

from __future__ import annotations

import fcntl
import gzip
import io
import json
import os
import subprocess
import sys
import sysconfig
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from pipelines import warc
from pipelines.cdxj import capture_of
from pipelines.errors import (
    CatalogError,
    DamagedRecord,
    ObjectNotFound,
    SpoolLocked,
    StoppressError,
    StoreError,
    StoreUnavailable,
)
from pipelines.model import Capture, Exchange, Visit
from pipelines.promise import Promise
from pipelines.store import recorder as recorder_module
from pipelines.store.adopting import adopt, rows_of
from pipelines.store.catalog import Catalog
from pipelines.store.local import LocalStore
from pipelines.store.recorder import Limits, Recorder
from pipelines.store.recovering import recover
from pipelines.store.spool import SpoolLock, file_name, holder, worker_name
from pipelines.store.uploader import Uploader, store_file
from pipelines.store.warcs import WarcReader, index_key, warc_key
from pipelines.urlkey import urlkey
from tests.full_disk import full_disk

URL = "http://news.test/live"
NOON = datetime(2026, 1, 3, 12, 0, 0, 123456, tzinfo=UTC)
NAME = file_name(NOON, 1, "w1")
FOREVER = timedelta(days=365 * 100)
NEVER_ROLL = Limits(roll_age=FOREVER)


# what a crawler hands over ------------------------------------------------------------------------------------


def exchange(body: bytes = b"<p>one</p>", *, url: str = URL, minute: int = 0, status: int = 200,
             header: bytes = b"", response: bytes | None = None, **more: Any) -> Exchange:  # fmt: skip
    condition = b'If-None-Match: "a"\r\n' if status == 304 else b""
    head = b"HTTP/1.1 %d Said\r\nContent-Type: text/html\r\n%s\r\n" % (status, header)
    return Exchange(
        url=url,
        started=NOON + timedelta(minutes=minute),
        request=b"GET /live HTTP/1.1\r\nHost: news.test\r\n%s\r\n" % condition,
        response=head + body if response is None else response,
        status=status,
        fidelity="wire",
        **more,
    )


def visit_of(made: Exchange | None, name: str = "v1") -> Visit:
    started = made.started if made else NOON
    return Visit(id=name, url=URL, urlkey=urlkey(URL), started=started, exchange=made)


def warcinfo(name: str) -> warc.Record:
    return warc.warcinfo(name, {"software": "test"}, NOON)


@dataclass
class Desk:
    """A recorder with its catalog and folder; nothing rolls by age unless asked to."""

    folder: Path
    catalog: Catalog
    sealed: list[Path] = field(default_factory=list)
    recorders: list[Recorder] = field(default_factory=list)

    def open(self, limits: Limits = NEVER_ROLL) -> Recorder:
        made = Recorder(
            self.folder, self.catalog, worker="w1", warcinfo=warcinfo, sealed=self.sealed.append, limits=limits
        )
        self.recorders.append(made)
        return made

    def keep(self, recorder: Recorder, made: Exchange, name: str) -> Visit:
        recorder.exchange(made, visit_id=name, role="page")
        kept = recorder.visit(visit_of(made, name)).result(30)
        assert kept is not None
        return kept


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(f"sqlite:///{tmp_path / 'catalog.db'}") as catalog:
        yield catalog


@pytest.fixture
def desk(tmp_path: Path, catalog: Catalog) -> Iterator[Desk]:
    folder = tmp_path / "spool"
    folder.mkdir()
    desk = Desk(folder, catalog)
    yield desk
    for recorder in desk.recorders:
        recorder.close()


def sealed_file(desk: Desk) -> Path:
    """One file with a page, a 304, the same payload again, an error page, and a visit without any byte."""
    recorder = desk.open()
    etag = b'ETag: "a"\r\n'
    desk.keep(recorder, exchange(header=etag), "v1")
    desk.keep(recorder, exchange(b"", status=304, minute=1, header=etag), "v2")
    desk.keep(recorder, exchange(minute=2, header=b"X-Cache: other\r\n"), "v3")
    desk.keep(recorder, exchange(b"gone", status=404, minute=3), "v4")
    silent = exchange(minute=4, error="timeout")
    desk.keep(recorder, Exchange(url=URL, started=silent.started, request=silent.request, error="timeout"), "v5")
    recorder.exchange(exchange(b"Allow: /", url="http://news.test/robots.txt"), visit_id=None, role="robots")
    recorder.close()
    (path,) = desk.sealed
    return path


def placed(path: Path) -> list[warc.Placed]:
    with path.open("rb") as file:
        return list(warc.scan(file))


def visits_in(path: Path) -> list[str]:
    blocks = [p.record.block for p in placed(path) if p.record.get("Content-Type") == warc.VISIT_TYPE]
    return [json.loads(block)["visit"] for block in blocks]


def tool(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sysconfig.get_path("scripts")) / arguments[0]
    return subprocess.run([sys.executable, program, *arguments[1:]], capture_output=True, text=True, check=False)


# records --------------------------------------------------------------------------------------------------------


def test_warcio_reads_every_record_as_it_was_written(desk: Desk) -> None:
    path = sealed_file(desk)
    with path.open("rb") as file:
        read = [
            (r.rec_headers.get_header("WARC-Record-ID"), r.raw_stream.read())
            for r in ArchiveIterator(file, no_record_parse=True)
        ]

    assert read == [(f"<{p.record.id}>", p.record.block) for p in placed(path)]
    assert [p.record.type for p in placed(path)].count("revisit") == 2


def test_fastwarc_finds_every_block_and_payload_digest_right(desk: Desk, tmp_path: Path) -> None:
    path = sealed_file(desk)
    tool("fastwarc", "check", "-q", "-p", "-d", "gzip", "-o", str(tmp_path / "report"), str(path))
    found = dict(line.split(": ", 1) for line in (tmp_path / "report").read_text().splitlines())
    # A revisit's payload digest is that of its original (WARC 1.1, 6.7): it has no payload to hold against it.
    right = {
        f"<{p.record.id}>": "OK, PAYLOAD_OK" if p.record.get("WARC-Payload-Digest") else "OK, PAYLOAD_NO_DIGEST"
        for p in placed(path)
        if p.record.type != "revisit"
    }

    assert right.items() <= found.items()
    assert all(found[f"<{p.record.id}>"].startswith("OK,") for p in placed(path))


def test_fastwarc_would_find_a_wrong_block(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / NAME
    wrong = warc.Record(warcinfo(NAME).fields, b"software: tesT\r\n")
    path.write_bytes(warc.member(wrong))
    checked = tool("fastwarc", "check", "-q", "-p", "-d", "gzip", str(path))

    assert checked.returncode != 0


@pytest.mark.parametrize(
    ("second", "profile"),
    [
        (exchange(b"", status=304, minute=1, header=b"X-Own: 1\r\n"), warc.NOT_MODIFIED),
        (exchange(minute=1, header=b"X-Own: 1\r\n"), warc.IDENTICAL),
    ],
)
def test_a_revisit_keeps_its_own_header(desk: Desk, second: Exchange, profile: str) -> None:
    recorder = desk.open()
    first = desk.keep(recorder, exchange(), "v1").captures[0]
    again = desk.keep(recorder, second, "v2")
    record = WarcReader(LocalStore(desk.folder), desk.folder).record(again.captures[0])

    assert (again.outcome, again.reading, record.type) == ("revisit", "unchanged", "revisit")
    assert record.get("WARC-Profile") == profile
    assert (record.get("WARC-Refers-To"), again.captures[0].digest) == (f"<{first.record_id}>", first.digest)
    assert record.get("WARC-Payload-Digest") == first.digest
    assert record.get("WARC-Refers-To-Target-URI") == first.url
    assert record.get("WARC-Refers-To-Date") == "2026-01-03T12:00:00.123456Z"
    assert record.block == (second.response or b"").removesuffix(b"<p>one</p>")
    assert b"X-Own: 1\r\n" in record.block


def test_a_coded_body_is_stored_and_a_plain_one_deflated() -> None:
    def size_of(made: Exchange) -> tuple[int, int]:
        kept = warc.exchange_records(made, record_id=warc.new_id(), visit_id=None, role="page", original=None)
        data = warc.member(kept.records[0])

        assert warc.read_member(data) == warc.Record(kept.records[0].fields, kept.records[0].block)
        return len(data), len(gzip.decompress(data))

    text = b"the same words again " * 500
    plain, plain_whole = size_of(exchange(text))
    coded, coded_whole = size_of(exchange(text, header=b"Content-Encoding: gzip\r\n"))

    assert plain < plain_whole / 5
    assert len(text) < coded < coded_whole  # its headers got smaller, it did not


@pytest.mark.parametrize("text", ["\x00", "\U0001f600", "\ud800"])
def test_a_visit_with_any_text_is_kept(desk: Desk, text: str) -> None:
    told = Visit(id="v1", url=URL, urlkey=urlkey(URL), started=NOON, outcome="error", reason="dns", detail=text)
    desk.open().visit(told).result(30)
    (line,) = [p.record.block for p in placed(next(desk.folder.glob("*.open"))) if p.record.type == "metadata"]

    assert json.loads(line.decode())["detail"] == text
    assert desk.catalog.visits()[0].outcome == "error"


@pytest.mark.parametrize("where", [12, -3, -7])
def test_a_damaged_member_is_named_damaged(where: int) -> None:
    data = bytearray(warc.member(warcinfo(NAME)))
    data[where] ^= 0xFF
    with pytest.raises(DamagedRecord):
        warc.read_member(bytes(data))


# torn files -----------------------------------------------------------------------------------------------------


def members(count: int) -> list[bytes]:
    made = [warcinfo(NAME)]
    made += [warc.visit_record(f"v{i}", {"visit": f"v{i}"}, NOON, None) for i in range(1, count)]
    return [warc.member(record) for record in made]


@pytest.mark.parametrize("tail", [b"\x00" * 700, b"\x1f\x8b", b"plain words", b"\x1f\x8b\x08\x00" + b"\xff" * 64])
def test_a_scan_stops_in_front_of_a_torn_tail(tail: bytes) -> None:
    whole = b"".join(members(3))
    found = list(warc.scan(io.BytesIO(whole + tail), piece=7))

    assert len(found) == 3
    assert [p.offset for p in found[1:]] == [p.offset + p.length for p in found[:-1]]
    assert found[-1].offset + found[-1].length == len(whole)


@pytest.fixture
def no_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of files: here it matters what is written, not that it is on the disk."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.mark.usefixtures("no_fsync")
def test_recovery_cuts_at_the_last_whole_member_wherever_the_file_was_torn(tmp_path: Path) -> None:
    *before, last = members(4)
    whole = b"".join(before)
    for cut in range(len(last)):
        folder = tmp_path / str(cut)
        folder.mkdir()
        (folder / f"{NAME}.open").write_bytes(whole + last[:cut])
        (left,) = recover(folder)
        tails = [path.read_bytes() for path in folder.glob("quarantine/*")]

        assert (left.path, left.torn, len(left.records)) == (folder / NAME, cut, 3)
        assert left.path.read_bytes() == whole
        assert tails == ([last[:cut]] if cut else [])
        assert recover(folder) == []


@pytest.mark.usefixtures("no_fsync")
def test_a_file_whose_first_member_is_torn_is_quarantined_whole(tmp_path: Path) -> None:
    first = members(1)[0]
    for cut in range(len(first)):
        (tmp_path / f"{NAME}.open").write_bytes(first[:cut])
        (left,) = recover(tmp_path)

        assert (left.records, left.torn) == ((), cut)
        assert not list(tmp_path.glob("*.warc.gz*"))


@pytest.mark.parametrize("suffix", [".open", ""])
def test_what_is_left_is_taken_in_without_holding_its_bodies(desk: Desk, suffix: str) -> None:
    large = b"<p>The harbour is closed to all ships today.</p>" * 20_000
    with (desk.folder / (NAME + suffix)).open("wb") as file:
        file.write(warc.member(warcinfo(NAME)))
        for number in range(60):
            made = exchange(b"%d" % number + large, minute=number)
            kept = warc.exchange_records(made, record_id=warc.new_id(), visit_id=None, role="page", original=None)
            file.writelines(map(warc.member, kept.records))
    tracemalloc.start()
    try:
        adopt(desk.folder, desk.catalog)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(list(desk.catalog.captures(urlkey(URL)))) == 60
    assert peak < 10 * len(large)


def test_a_visit_record_that_nobody_understands_keeps_back_no_other(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    path = sealed_file(desk)
    odd = warc.visit_record("odd", {"visit": "odd", "outcome": 7}, NOON, None)
    path.write_bytes(path.read_bytes() + warc.member(odd))
    captures, visits = rows_of(placed(path), path.name)

    assert [visit.id for visit in visits] == ["v1", "v2", "v3", "v4", "v5"]
    assert len(captures) == 5
    assert "a visit record cannot be understood" in caplog.text


def test_a_file_stays_unsealed_until_the_catalog_was_told(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.open").write_bytes(b"".join(members(2)))

    def refuse(left: object) -> None:
        raise CatalogError("not now")

    with pytest.raises(CatalogError):
        recover(tmp_path, refuse)
    told: list[Any] = []
    recover(tmp_path, told.append)

    assert [len(left.records) for left in told] == [2]
    assert (tmp_path / NAME).exists()


# one writer -----------------------------------------------------------------------------------------------------


def test_the_lock_names_the_process_that_holds_it(tmp_path: Path) -> None:
    with SpoolLock(tmp_path), pytest.raises(SpoolLocked, match=f"process {os.getpid()};"):
        SpoolLock(tmp_path)
    with SpoolLock(tmp_path):  # free again
        pass


def test_who_asks_for_the_holder_keeps_nobody_out(tmp_path: Path) -> None:
    """Many looks while a crawler starts thirty times."""
    with SpoolLock(tmp_path):
        assert holder(tmp_path) == f"process {os.getpid()}"
    ending = threading.Event()

    def look() -> None:
        while not ending.is_set():
            holder(tmp_path)

    lookers = [threading.Thread(target=look) for _ in range(2)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(30):
            with SpoolLock(tmp_path):
                pass
    finally:
        ending.set()
        for looker in lookers:
            looker.join()

    assert holder(tmp_path) == ""


def test_a_lock_that_only_a_look_holds_is_waited_for_and_a_writer_s_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    with SpoolLock(tmp_path), pytest.raises(SpoolLocked):
        SpoolLock(tmp_path)

    assert waits == []

    with (tmp_path / "lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        monkeypatch.setattr("time.sleep", lambda seconds: fcntl.flock(file, fcntl.LOCK_UN))
        with SpoolLock(tmp_path):
            assert waits == []


def test_a_look_writes_nothing(tmp_path: Path) -> None:
    assert holder(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []

    (tmp_path / "lock").write_text("4711")

    assert holder(tmp_path) == ""
    assert (tmp_path / "lock").read_text() == "4711"


def test_a_disk_without_room_for_the_holder_s_name_is_named(tmp_path: Path) -> None:
    with full_disk(), pytest.raises(StoppressError, match=f"{tmp_path} cannot be written: .*; make room there"):
        SpoolLock(tmp_path)


def test_a_name_that_was_cut_off_is_given_anew(tmp_path: Path) -> None:
    (tmp_path / "worker").touch()
    name = worker_name(tmp_path)

    assert name
    assert worker_name(tmp_path) == name


def test_a_spool_keeps_the_name_of_its_writer(tmp_path: Path) -> None:
    name = worker_name(tmp_path)

    assert worker_name(tmp_path) == name
    assert "-" not in name
    assert warc_key(file_name(NOON, 1, name)).startswith("warc/2026/01/03/stoppress-20260103120000123-00001-")


# when the disk fails ----------------------------------------------------------------------------------------------


def failing(future: Promise[Any]) -> str:
    with pytest.raises(StoreError) as raised:
        future.result(30)
    return str(raised.value)


def test_a_full_spool_acknowledges_nothing_and_goes_on_when_there_is_room(desk: Desk) -> None:
    ballast = desk.folder / "stoppress-20260101000000000-00001-w0.warc.gz"
    ballast.write_bytes(b"x" * 100_000)
    recorder = desk.open(Limits(roll_age=FOREVER, spool=50_000))
    made = exchange()
    recorder.exchange(made, visit_id="v1", role="page")

    assert "spool_limit" in failing(recorder.visit(visit_of(made)))

    ballast.unlink()

    assert desk.keep(recorder, made, "v2").outcome == "archived"
    assert [v.id for v in desk.catalog.visits()] == ["v2"]


def test_a_file_that_is_sent_while_the_spool_is_measured_fails_no_visit(desk: Desk) -> None:
    listed = desk.folder / "stoppress-20260101000000000-00001-w0.warc.gz"
    listed.symlink_to("gone-since")  # in the listing of its folder, and no file any more when it is looked at

    assert desk.keep(desk.open(), exchange(), "v1").outcome == "archived"


def test_a_spool_that_fills_up_still_seals_its_open_file(desk: Desk) -> None:
    recorder = desk.open(Limits(roll_age=FOREVER, spool=1))
    desk.keep(recorder, exchange(), "v1")
    failing(recorder.visit(visit_of(exchange(), "v2")))
    recorder.close()

    assert [visits_in(path) for path in desk.sealed] == [["v1"]]


def test_a_file_that_is_freed_while_the_spool_is_measured_fails_no_visit(desk: Desk) -> None:
    """A link to nothing is, like a file that the uploader frees, listed and then not there."""
    (desk.folder / NAME).symlink_to(desk.folder / "freed")

    assert desk.keep(desk.open(), exchange(), "v1").outcome == "archived"


class BadDisk:
    """``os.fsync`` that fails as often as it is told to."""

    def __init__(self, real: Callable[[int], None]) -> None:
        self.real, self.failures = real, 0

    def __call__(self, handle: int) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError(5, "Input/output error")
        self.real(handle)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> BadDisk:
    disk = BadDisk(os.fsync)
    monkeypatch.setattr(os, "fsync", disk)
    return disk


def test_after_a_failed_fsync_the_next_visit_goes_to_a_new_file(desk: Desk, disk: BadDisk) -> None:
    recorder = desk.open()
    before = desk.keep(recorder, exchange(b"before"), "v1").captures[0]
    disk.failures = 1

    assert "Input/output error" in failing(recorder.visit(visit_of(None, "v2")))

    after = desk.keep(recorder, exchange(b"after"), "v3").captures[0]
    desk.keep(recorder, exchange(b"and on"), "v4")  # the group after: what followed the one before is over
    [first], [second] = desk.sealed, list(desk.folder.glob("*.open"))

    assert before.filename != after.filename
    assert (visits_in(first), visits_in(second)) == (["v1"], ["v3", "v4"])
    assert [v.id for v in desk.catalog.visits()] == ["v1", "v3", "v4"]
    assert first.stat().st_size == sum(item.length for item in placed(first))
    assert {file.name: file.state for file in desk.catalog.files()} == {
        before.filename: "sealed", after.filename: "open",
    }  # fmt: skip


def test_files_in_which_nothing_was_acknowledged_do_not_pile_up_on_a_disk_that_fails(desk: Desk, disk: BadDisk) -> None:
    recorder = desk.open()
    for number in range(5):
        disk.failures = 1 + number % 2
        failing(recorder.visit(visit_of(None, f"v{number}")))
        disk.failures = 0
    desk.keep(recorder, exchange(), "v9")
    recorder.close()

    assert [path.name for path in desk.folder.glob("*.warc.gz*")] == [path.name for path in desk.sealed]
    assert [visits_in(path) for path in desk.sealed] == [["v9"]]


def test_a_file_that_cannot_be_begun_fails_its_visits_only(desk: Desk, disk: BadDisk) -> None:
    recorder = desk.open()
    disk.failures = 1
    failing(recorder.visit(visit_of(None, "v1")))

    assert desk.keep(recorder, exchange(), "v2").outcome == "archived"


def test_a_visit_is_not_acknowledged_when_one_of_its_records_was_lost_before(desk: Desk, disk: BadDisk) -> None:
    recorder = desk.open()
    desk.keep(recorder, exchange(b"before"), "v1")
    disk.failures = 1
    made = exchange(b"lost")
    recorder.exchange(made, visit_id="v2", role="page")
    while disk.failures:  # the exchange's group has met the bad disk
        time.sleep(0.001)

    failing(recorder.visit(visit_of(made, "v2")))

    assert [v.id for v in desk.catalog.visits()] == ["v1"]


def test_a_requisite_that_is_lost_takes_nothing_from_its_visit(desk: Desk, disk: BadDisk) -> None:
    recorder = desk.open()
    made = exchange()
    recorder.exchange(made, visit_id="v1", role="page")
    recorder.written().result(30)
    disk.failures = 1
    shown = exchange(b"lost", url="http://news.test/style.css")
    failing(recorder.exchange(shown, visit_id="v1", role="requisite"))

    visit = recorder.visit(visit_of(made)).result(30)

    assert visit is not None
    assert (visit.outcome, [capture.role for capture in visit.captures]) == ("archived", ["page"])


def test_an_answer_may_repeat_an_original_that_it_is_given(desk: Desk) -> None:
    recorder = desk.open()
    url = "http://news.test/style.css"
    recorder.exchange(exchange(b"a", url=url), visit_id="v1", role="requisite")
    original = desk.keep(recorder, exchange(), "v1").captures[1]
    recorder.exchange(exchange(b"a", url=url, minute=1), visit_id="v2", role="requisite", original=original)
    recorder.exchange(exchange(b"b", url=url, minute=2), visit_id="v2", role="requisite", original=original)

    same, other = desk.keep(recorder, exchange(b"more", minute=1), "v2").captures[1:]

    assert (same.kind, same.refers_to, other.kind) == ("revisit", original.record_id, "response")
    assert recorder.originals.get(("", url)) is None


def test_a_page_that_was_asked_once_more_within_its_visit_is_no_original(desk: Desk) -> None:
    recorder = desk.open()
    recorder.exchange(exchange(b"a"), visit_id="v1", role="page")
    recorder.exchange(exchange(b"b", minute=1), visit_id="v1", role="older")
    recorder.visit(visit_of(exchange(b"a"), "v1")).result(30)

    assert desk.keep(recorder, exchange(b"b", minute=2), "v2").captures[0].kind == "response"


def test_no_revisit_refers_to_a_record_that_was_lost(desk: Desk, disk: BadDisk) -> None:
    recorder = desk.open()
    first = desk.keep(recorder, exchange(b"before"), "v1").captures[0]
    disk.failures = 1
    lost = exchange(b"lost", minute=1)
    recorder.exchange(lost, visit_id="v2", role="page")
    failing(recorder.visit(visit_of(lost, "v2")))

    assert recorder.originals.get(("", URL)) == first
    assert desk.keep(recorder, exchange(b"lost", minute=2), "v3").captures[0].kind == "response"


def test_a_job_that_cannot_be_written_does_not_end_the_writing(desk: Desk) -> None:
    recorder = desk.open()
    recorder.exchange(exchange(url="http://news.test/\ud800"), visit_id="v1", role="page")
    failing(recorder.visit(visit_of(exchange(), "v1")))

    assert desk.keep(recorder, exchange(), "v2").outcome == "archived"


def test_what_goes_wrong_after_an_acknowledgement_takes_back_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = desk.open()
    made = exchange()
    with monkeypatch.context() as broken:
        broken.setattr(recorder_module, "overdue", lambda *_, **__: 1 / 0)
        recorder.exchange(made, visit_id="v1", role="page").result(30)
        desk.keep(recorder, exchange(minute=1), "v2")  # the group after: what the first met is over

    assert recorder.visit(visit_of(made, "v1")).result(30).outcome == "archived"
    assert "not acknowledged" not in caplog.text


def test_a_file_that_cannot_be_sealed_is_found_again_at_the_next_start(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = desk.open()
    desk.keep(recorder, exchange(), "v1")
    with monkeypatch.context() as broken:
        broken.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")))
        recorder.close()

    assert desk.sealed == []
    assert adopt(desk.folder, desk.catalog).visits == 1
    assert [visits_in(path) for path in desk.folder.glob("*.warc.gz")] == [["v1"]]


def test_a_sealed_file_whose_name_may_not_be_durable_waits_for_the_next_start(desk: Desk, disk: BadDisk) -> None:
    recorder = desk.open()
    desk.keep(recorder, exchange(), "v1")
    disk.failures = 1
    recorder.close()

    assert desk.sealed == []
    assert [visits_in(path) for path in desk.folder.glob("*.warc.gz")] == [["v1"]]
    assert [state.state for state in desk.catalog.files()] == ["sealed"]


# when the catalog fails ------------------------------------------------------------------------------------------


@pytest.fixture
def refusing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """While this list holds anything, the catalog takes no visits."""
    refusing: list[bool] = []
    take = desk.catalog.visits_recorded

    def visits_recorded(ended: Any, **more: Any) -> None:
        if refusing:
            raise CatalogError("not now")
        take(ended, **more)

    monkeypatch.setattr(desk.catalog, "visits_recorded", visits_recorded)
    return refusing


def test_rows_of_acknowledged_visits_are_written_when_the_catalog_is_back(desk: Desk, refusing: list[bool]) -> None:
    recorder = desk.open()
    refusing.append(True)
    desk.keep(recorder, exchange(), "v1")

    assert desk.catalog.visits() == []

    refusing.clear()
    desk.keep(recorder, exchange(minute=1), "v2")

    assert [(v.id, len(v.captures)) for v in desk.catalog.visits()] == [("v1", 1), ("v2", 1)]


@pytest.mark.parametrize("killed", [False, True])
def test_a_row_that_no_database_can_hold_keeps_back_no_other(desk: Desk, killed: bool) -> None:
    recorder = desk.open()
    odd = Visit(id="v1", url=URL, urlkey="test,news)/live", started=NOON, outcome="error", status=2**70)
    done = [recorder.visit(odd), recorder.visit(replace(odd, id="v2", status=200))]
    assert [future.result(10).id for future in done if future] == ["v1", "v2"]  # type: ignore[union-attr]
    assert [visit.id for visit in desk.catalog.visits()] == ["v2"]
    if killed:
        assert adopt(desk.folder, desk.catalog).visits == 2  # told again, refused again, and sealed
    recorder.close()

    assert [visits_in(path) for path in desk.folder.glob("*.warc.gz")] == [["v1", "v2"]]


def test_rows_come_at_the_end_when_no_visit_follows(desk: Desk, refusing: list[bool]) -> None:
    recorder = desk.open()
    refusing.append(True)
    desk.keep(recorder, exchange(), "v1")
    refusing.clear()
    recorder.close()

    assert [v.outcome for v in desk.catalog.visits()] == ["archived"]


def test_rows_the_catalog_never_took_are_adopted_at_the_next_start(desk: Desk, refusing: list[bool]) -> None:
    recorder = desk.open()
    recorder.starting([visit_of(None, "v1")]).result(30)
    refusing.append(True)
    desk.keep(recorder, exchange(), "v1")
    recorder.close()
    refusing.clear()

    assert desk.sealed == []

    adopted = adopt(desk.folder, desk.catalog)

    assert (adopted.files, adopted.visits, adopted.torn) == (1, 1, 0)
    assert desk.catalog.unfinished_visits("w1") == []
    assert [(v.outcome, len(v.captures)) for v in desk.catalog.visits()] == [("archived", 1)]


def test_adopting_after_a_crash_gives_the_rows_that_were_there(desk: Desk, tmp_path: Path) -> None:
    path = sealed_file(desk)
    path.rename(path.with_name(path.name + ".open"))
    with Catalog.open(f"sqlite:///{tmp_path / 'new.db'}") as new:
        adopt(desk.folder, new)

        assert new.dump()["captures"] == desk.catalog.dump()["captures"]
        assert [v.outcome for v in new.visits()] == [v.outcome for v in desk.catalog.visits()]


# to the store ---------------------------------------------------------------------------------------------------


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
