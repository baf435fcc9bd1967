"""When the disk fails or is full: what was acknowledged is there, and nothing else was."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pipelines.store import recorder as recorder_module
from pipelines.store.adopting import adopt
from pipelines.store.recorder import Limits
from tests.store.spool.desk import FOREVER, NAME, URL, BadDisk, Desk, exchange, failing, placed, visit_of, visits_in


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
