"""What is not exported: what was taken down, and what cannot be had; each counted, with why."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.errors import TakenDown
from pipelines.model import Capture
from pipelines.store.catalog_exports import Taken
from pipelines.takedowns import Blocks, Takedown
from retrieval.archive import open_archive
from retrieval.export.records import left_out
from retrieval.export.result import Tally
from tests.main_job.serving import ask
from tests.running import Ran

from .newsroom import Newsroom
from .reading import by_warcio, unresolved

WHY = ("--reason", "court order 12/26", "--actor", "legal")


def of_storm(own: Newsroom) -> list[Capture]:
    with open_archive(own.config) as archive:
        return list(archive.catalog.captures(archive.page(own.storm).urlkey))


def export(own: Newsroom, *words: str, form: str = "warc") -> tuple[Ran, Path]:
    path = own.folder / f"out.{form}"
    return ask(own.config, "export", form, *words, "-o", str(path), "--json"), path


@pytest.mark.parametrize("form", ["warc", "wacz"])
def test_a_page_that_was_taken_down_is_refused_with_date_and_reason(own: Newsroom, form: str) -> None:
    ask(own.config, "takedown", own.storm, *WHY)
    ran, path = export(own, own.storm, form=form)

    assert (ran.code, ran.out, path.exists()) == (1, b"", False)
    assert f"451: {own.storm} was taken down on 2" in ran.err
    assert "by legal: court order 12/26" in ran.err


def test_of_a_tag_it_is_left_out_and_counted(own: Newsroom) -> None:
    before = len(of_storm(own))
    ask(own.config, "takedown", own.storm, *WHY)
    ran, path = export(own, "--tag", "weather")

    assert ran.code == 0
    assert ran.lines[0]["left_out"] == {"taken down": before}
    assert own.storm not in {r.url for r in by_warcio(path)}
    assert f"left out, taken down: {before}; the first: 451: {own.storm} was taken down" in ran.err


def test_where_nothing_else_is_there_nothing_is_written(own: Newsroom) -> None:
    ask(own.config, "takedown", own.storm, *WHY)
    ran, path = export(own, "--tag", "storms")

    assert (ran.code, path.exists()) == (1, False)
    assert "nothing of tag storms can be exported" in ran.err
    assert "court order 12/26" in ran.err


def test_one_capture_is_left_out_with_its_revisits_and_its_version(own: Newsroom) -> None:
    first, second, *_ = of_storm(own)
    ask(own.config, "takedown", f"{own.storm}@v1", *WHY)
    ran, path = export(own, own.storm)
    records = by_warcio(path)
    packed, _ = export(own, own.storm, form="wacz")

    assert second.refers_to == first.record_id
    assert ran.lines[0]["left_out"] == {"taken down": 2}
    assert not {first.record_id, second.record_id} & {r.id.strip("<>") for r in records}
    assert unresolved(records) == []
    assert (packed.lines[0]["versions"], packed.lines[0]["left_out"]) == (2, {"taken down": 2})


def test_what_was_redacted_is_left_out_too(own: Newsroom) -> None:
    first, second, *_ = of_storm(own)
    done = ask(own.config, "takedown", f"{own.storm}@v1", *WHY, "--redact")
    ran, path = export(own, own.storm)

    assert done.code == 0, done.err
    assert (ran.code, ran.lines[0]["left_out"]) == (0, {"taken down": 2})
    assert b"stoppress-tombstone" not in b"".join(r.block for r in by_warcio(path))
    assert not {first.record_id, second.record_id} & {r.id.strip("<>") for r in by_warcio(path)}


def once(act: Callable[[], Ran]) -> Callable[[Tally], None]:
    """Done when the first record was written."""
    left = [act]

    def told(_: Tally) -> None:
        if left:
            done = left.pop()()
            assert done.code == 0, done.err

    return told


@pytest.mark.parametrize("form", ["warc", "wacz"])
def test_what_is_taken_down_while_it_is_exported_is_not_in_the_export(own: Newsroom, form: str) -> None:
    before, path = len(of_storm(own)), own.folder / "out"
    told = once(lambda: ask(own.config, "takedown", own.storm, *WHY))
    with open_archive(own.config) as archive:
        made = (archive.export_warc if form == "warc" else archive.export_wacz)(path, tags=["weather"], told=told)

    assert dict(made.tally.left_out) == {"taken down": before}
    assert made.size == path.stat().st_size
    if form == "warc":
        assert own.storm not in {r.url for r in by_warcio(path)}


def test_nothing_is_written_if_all_of_it_is_taken_down_meanwhile(own: Newsroom) -> None:
    told = once(lambda: ask(own.config, "takedown", own.storm, *WHY))
    with open_archive(own.config) as archive, pytest.raises(TakenDown, match="court order 12/26"):
        archive.export_warc(own.folder / "out", urls=[own.storm], told=told)

    assert not (own.folder / "out").exists()


def test_files_that_are_merged_meanwhile_leave_no_holes(own: Newsroom) -> None:
    told = once(lambda: ask(own.config, "compact", "--yes", "--older-than", "0s"))
    before = {c.filename for c in of_storm(own)}
    with open_archive(own.config) as archive:
        made = archive.export_warc(own.folder / "out", urls=[own.storm], told=told)
    now = of_storm(own)

    assert before.isdisjoint({c.filename for c in now})
    assert {r.fields.get("stoppress-emptied", r.id).strip("<>") for r in by_warcio(made.path)[1:]} == {
        c.record_id for c in now
    }


def damage(own: Newsroom, capture: Capture) -> None:
    with (own.folder / "archive" / capture.filename).open("r+b") as file:
        file.seek(capture.offset + capture.length // 2)
        file.write(b"\0\0\0\0")


def test_a_damaged_record_is_left_out_with_those_that_need_it_and_named(own: Newsroom) -> None:
    first, _, *others = of_storm(own)
    damage(own, first)
    ran, path = export(own, own.storm)
    packed, _ = export(own, own.storm, form="wacz")
    records = by_warcio(path)

    assert ran.code == packed.code == 1
    assert ran.lines[0]["left_out"] == {"damaged": 1, "no original": 1}
    assert first.record_id in ran.err
    assert "stoppress verify --deep" in ran.err
    assert len(records) == 1 + len(others)
    assert unresolved(records) == []
    assert packed.lines[0]["versions"] == 2


def test_a_revisit_that_was_written_before_its_original_was_found_damaged_does_not_stay(own: Newsroom) -> None:
    first, second, *_ = of_storm(own)
    damage(own, first)
    with sqlite3.connect(own.folder / "archive" / "catalog.db") as catalog:
        # The revisit now lies in a file whose name comes first.
        earlier = "warc/2020/01/01/stoppress-20200101000000000-00001-other.warc.gz"
        (own.folder / "archive" / earlier).parent.mkdir(parents=True)
        data = (own.folder / "archive" / second.filename).read_bytes()[second.offset : second.offset + second.length]
        (own.folder / "archive" / earlier).write_bytes(data)
        catalog.execute(
            "UPDATE captures SET filename = ?, offset = 0 WHERE record_id = ?", (earlier, second.record_id)
        )
    catalog.close()
    ran, path = export(own, own.storm)
    packed, _ = export(own, own.storm, form="wacz")

    assert ran.lines[0]["left_out"] == packed.lines[0]["left_out"] == {"damaged": 1, "no original": 1}
    assert unresolved(by_warcio(path)) == []
    assert packed.lines[0]["size"] == (own.folder / "out.wacz").stat().st_size


def test_a_file_that_is_gone_costs_its_own_captures(own: Newsroom) -> None:
    captures = of_storm(own)
    last = captures[-1].filename
    gone = [c for c in captures if c.filename == last]
    (own.folder / "archive" / last).unlink()
    originals = {c.record_id for c in gone}
    missing = [c for c in gone if c.refers_to not in originals]  # of the others it is their original that is missing
    ran, path = export(own, own.storm)

    assert (ran.code, ran.lines[0]["left_out"]["missing"]) == (1, len(missing))
    assert unresolved(by_warcio(path)) == []


T0 = datetime(2026, 1, 3, 10, tzinfo=UTC)


def capture(name: str, **more: object) -> Capture:
    return Capture(
        urlkey="org,example)/", timestamp=T0, url="https://example.org/", record_id=name, digest="d", filename="f",
        offset=0, length=1, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_why_a_capture_is_left_out_is_decided_from_facts_alone() -> None:
    original, revisit = capture("a"), capture("b", kind="revisit", refers_to="a")
    takedown = Takedown(
        id="t", scope="capture", url="https://example.org/", urlkey="org,example)/", at=T0, actor="legal",
        reason="why", record_id="a",
    )  # fmt: skip
    none = Blocks([])

    assert left_out(Taken(original), none, (), ()) is None
    assert left_out(Taken(revisit, original, True), none, (), ()) is None
    assert left_out(Taken(revisit, original), none, (), ["a"]) is None
    for taken, blocks, lost, why in (
        (Taken(original), Blocks([takedown]), (), "taken down"),
        (Taken(revisit, original, True), Blocks([takedown]), (), "taken down"),
        (Taken(capture("a", redacted="t")), none, (), "taken down"),
        (Taken(revisit, capture("a", redacted="t"), True), none, (), "taken down"),
        (Taken(revisit, None), none, (), "no original"),
        (Taken(revisit, capture("a", kind="revisit"), True), none, (), "no original"),
        (Taken(revisit, original, True), none, ["a"], "no original"),
        (Taken(revisit, original), none, (), "no original"),
    ):
        found = left_out(taken, blocks, lost, ())
        assert found is not None
        assert found[0] == why
