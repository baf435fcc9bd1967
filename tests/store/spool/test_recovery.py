"""What is left of a spool whose process died: what was whole is taken in, what is torn is kept apart."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from pipelines import warc
from pipelines.errors import CatalogError
from pipelines.store.adopting import adopt, rows_of
from pipelines.store.recovering import recover
from pipelines.urlkey import urlkey
from tests.store.spool.desk import NAME, NOON, URL, Desk, exchange, members, placed, sealed_file, warcinfo


@pytest.mark.parametrize("tail", [b"\x00" * 700, b"\x1f\x8b", b"plain words", b"\x1f\x8b\x08\x00" + b"\xff" * 64])
def test_a_scan_stops_in_front_of_a_torn_tail(tail: bytes) -> None:
    whole = b"".join(members(3))
    found = list(warc.scan(io.BytesIO(whole + tail), piece=7))

    assert len(found) == 3
    assert [p.offset for p in found[1:]] == [p.offset + p.length for p in found[:-1]]
    assert found[-1].offset + found[-1].length == len(whole)


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
