"""The checker finds what it is for."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Any

import pytest

from .checker import Report, check, dangling

URL = "http://news.test/live"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"
STARTED = "2026-01-03T12:00:00Z"


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def record(kind: str, name: str, uri: str, block: bytes, payload: bytes = b"", date: str = STARTED) -> bytes:
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <{name}>\r\nWARC-Target-URI: {uri}\r\n"
        f"WARC-Date: {date}\r\n"
        f"WARC-Block-Digest: {digest(block)}\r\nWARC-Payload-Digest: {digest(payload)}\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n")


RESPONSE = record("response", "a", URL, ANSWER, b"one")
LINE = record("metadata", "v", "urn:stoppress:visit:v",
              b'{"visit": "v", "url": "http://news.test/live", "started": "2026-01-03T12:00:00+00:00"}')  # fmt: skip
ACKNOWLEDGED: list[dict[str, Any]] = [
    {"url": URL, "started": STARTED, "reason": None,
     "captures": [{"record_id": "a", "url": URL, "digest": digest(b"one")}]}
]  # fmt: skip


def checked(folder: Path, data: bytes, name: str = "a.warc.gz") -> Report:
    (folder / name).write_bytes(data)
    return check([folder], {URL: [ANSWER]}, ACKNOWLEDGED)


def test_a_whole_archive_is_clean(tmp_path: Path) -> None:
    assert checked(tmp_path, RESPONSE + LINE).clean


@pytest.mark.parametrize("data", [LINE, RESPONSE, b"", record("response", "a", URL, ANSWER, b"other") + LINE])
def test_what_is_not_there_is_lost(tmp_path: Path, data: bytes) -> None:
    assert checked(tmp_path, data).lost


@pytest.mark.parametrize("more", [
    record("response", "b", URL, ANSWER.replace(b"one", b"two"), b"two"),
    record("response", "b", URL, ANSWER, b"one"),
    record("response", "b", "http://news.test/other", ANSWER, b"one"),
    record("revisit", "b", URL, b"HTTP/1.1 304 Not Modified\r\n\r\n", b"one"),
])  # fmt: skip
def test_what_was_not_sent_or_not_so_often_is_invented(tmp_path: Path, more: bytes) -> None:
    assert checked(tmp_path, RESPONSE + LINE + more).invented


def test_a_record_or_visit_there_twice_is_found(tmp_path: Path) -> None:
    assert len(checked(tmp_path, RESPONSE + LINE + LINE).twice) == 2


def test_two_captures_of_one_url_and_second_are_found(tmp_path: Path) -> None:
    answers = {f"{URL}/a": [ANSWER], URL: [ANSWER, ANSWER]}
    other = record("response", "b", f"{URL}/a", ANSWER, b"one")
    later, same = (record("response", "c", URL, ANSWER, b"one", f"2026-01-03T12:00:0{s}.9Z") for s in (1, 0))
    (tmp_path / "a.warc.gz").write_bytes(RESPONSE + LINE + other + later)
    apart = check([tmp_path], answers, ACKNOWLEDGED)
    (tmp_path / "a.warc.gz").write_bytes(RESPONSE + LINE + other + same)
    together = check([tmp_path], answers, ACKNOWLEDGED)

    assert apart.clean
    assert together.twice == [f"2 captures of {URL} in 2026-01-03T12:00:00"]


def test_a_torn_member_counts_only_in_a_sealed_file(tmp_path: Path) -> None:
    assert checked(tmp_path, RESPONSE + LINE + LINE[:-9], "a.warc.gz.open").clean
    (tmp_path / "a.warc.gz.open").unlink()

    assert checked(tmp_path, RESPONSE + LINE + LINE[:-9]).torn


def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    data = bytearray(RESPONSE + LINE)
    data[len(RESPONSE) // 2] ^= 1

    assert checked(tmp_path, bytes(data)).torn


def test_a_pointer_to_another_record_or_none_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(RESPONSE + LINE)
    right = {"record_id": "a", "filename": "warc/a.warc.gz", "offset": 0, "length": len(RESPONSE)}
    wrong = [right | {"offset": len(RESPONSE)}, right | {"filename": "warc/b.warc.gz"}, right | {"record_id": "b"}]

    assert dangling(tmp_path, [right]) == []
    assert len(dangling(tmp_path, wrong)) == 3
