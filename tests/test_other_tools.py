"""The judges of our files judge: what is wrong is named, what is right is not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines import warc
from pipelines.cdxj import capture_of, index
from pipelines.model import Exchange
from pipelines.warc import Placed
from tests.other_tools import complaints

NAME = "stoppress-20260103100000000-00001-test.warc.gz"
AT = datetime(2026, 1, 3, 10, tzinfo=UTC)
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
FOLDED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
BARE_LF = b"HTTP/1.1 200 OK\r\nX: y\nContent-Length: 2\r\n\r\nhi"
BROTLI = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 6\r\n\r\n\x0b\x00\x80hi\x03"


def written(folder: Path, *responses: bytes) -> tuple[Path, bytes]:
    """A file with these answers, and its index."""
    path, captures, at = folder / NAME, [], 0
    members = [warc.member(warc.warcinfo(NAME, {"software": "test"}, AT))]
    for response in responses:
        exchange = Exchange(url="http://a.test/", started=AT, request=b"GET / HTTP/1.1\r\n\r\n", response=response)
        kept = warc.exchange_records(exchange, record_id=warc.new_id(), visit_id=None, role="page", original=None)
        for record in kept.records:
            at = sum(map(len, members))
            members.append(warc.member(record))
            if capture := capture_of(Placed(record, at, len(members[-1])), NAME):
                captures.append(capture)
    path.write_bytes(b"".join(members))
    return path, index(captures)


def test_a_sound_file_and_its_index_are_let_pass(tmp_path: Path) -> None:
    path, lines = written(tmp_path, PLAIN, CHUNKED, FOLDED, BARE_LF, BROTLI)

    assert complaints([path], {NAME: lines}) == []


def test_a_file_without_its_end_is_found(tmp_path: Path) -> None:
    path, _ = written(tmp_path, PLAIN)
    path.write_bytes(path.read_bytes()[:-4])

    assert any("gzip -t" in line for line in complaints([path], {}))


@pytest.mark.parametrize("tool", ["warcio", "fastwarc"])
def test_a_wrong_digest_is_found_by_both(tmp_path: Path, tool: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "sha256", lambda data: "sha256:" + "0" * 64)
    path, _ = written(tmp_path, PLAIN)

    assert any(tool in line for line in complaints([path], {}))


def test_a_capture_without_its_line_is_found(tmp_path: Path) -> None:
    path, _ = written(tmp_path, PLAIN)

    assert any("our index 0" in line for line in complaints([path], {NAME: index([])}))
