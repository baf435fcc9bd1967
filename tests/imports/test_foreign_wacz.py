"""WACZ files that are not what they say, or would do harm to whoever unpacks them."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import struct
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.importing.foreign_wacz import Member, NotWaczError, RefusedMember, Wacz
from tests.rebuild.kept import RIVER, page

from .making import Made, written

WARC = written([Made(page(RIVER), datetime(2025, 5, 1, 12, tzinfo=UTC))])
NAME = "archive/data.warc.gz"


def wacz(path: Path, files: Mapping[str | zipfile.ZipInfo, bytes], stated: Mapping[str, bytes] | None = None,
         how: int = zipfile.ZIP_STORED) -> Path:  # fmt: skip
    """``stated``: what datapackage.json says the files hold."""
    said = {NAME: WARC} if stated is None else stated
    resources = [{"path": n, "hash": "sha256:" + hashlib.sha256(d).hexdigest()} for n, d in said.items()]
    with zipfile.ZipFile(path, "w", how) as file:
        file.writestr("datapackage.json", json.dumps({"resources": resources}))
        for name, data in files.items():
            file.writestr(name, data)
    return path


def told(path: Path) -> tuple[list[str], dict[str, str]]:
    with Wacz(path) as one:
        found = list(one.members())
    refused = {member.name: member.why for member in found if isinstance(member, RefusedMember)}
    return [member.name for member in found if isinstance(member, Member)], refused


def test_its_warc_files_are_read_and_nothing_else(tmp_path: Path) -> None:
    path = wacz(tmp_path / "a.wacz", {NAME: WARC, "pages/pages.jsonl": b"{}", "indexes/index.cdx": b"x", "more/x": b""})

    with Wacz(path) as one:
        [member] = one.members()
        assert isinstance(member, Member)
        assert one.open(member).read() == WARC


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../../etc/passwd.warc.gz", "leads out"),
        ("archive/../../x.warc.gz", "leads out"),
        ("/etc/x.warc.gz", "absolute"),
        ("C:/x.warc.gz", "absolute"),
        ("archive\\..\\x.warc.gz", "leads out"),
        ("archive\\x.warc.gz", "backslash"),
        ("archive/deep/x.warc.gz", "folder within"),
        ("archive/x.warc.zst", "no WARC file"),
        ("archive/x.exe", "no WARC file"),
        ("archive/a\nb.warc.gz", "control character"),
    ],
)
def test_names_that_could_do_harm_are_refused_and_the_rest_is_read(tmp_path: Path, name: str, why: str) -> None:
    taken, refused = told(wacz(tmp_path / "a.wacz", {name: WARC, NAME: WARC}))

    assert taken == [NAME]
    assert [why in one for one in refused.values()] == [True]


def test_links_and_second_members_of_a_name_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("archive/link.warc.gz")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = wacz(tmp_path / "a.wacz", {NAME: WARC, link: b"/etc/passwd"})
    with zipfile.ZipFile(path, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr(NAME, b"another one")
    taken, refused = told(path)

    assert taken == [NAME]
    assert refused == {"archive/link.warc.gz": "a symbolic link", NAME: "a second member of this name"}
    with Wacz(path) as one:
        first = next(member for member in one.members() if isinstance(member, Member))
        assert one.open(first).read() == WARC


def test_a_bomb_is_refused_unread(tmp_path: Path) -> None:
    taken, refused = told(wacz(tmp_path / "a.wacz", {NAME: bytes(50 * 2**20)}, {}, zipfile.ZIP_DEFLATED))

    assert (taken, "a bomb" in refused[NAME]) == ([], True)


def test_a_file_without_its_digest_is_refused_before_anything_of_it_is_taken(tmp_path: Path) -> None:
    taken, refused = told(wacz(tmp_path / "a.wacz", {NAME: WARC + b"\0"}))

    assert (taken, "does not have the digest" in refused[NAME]) == ([], True)


@pytest.mark.parametrize("package", [b"{", b"[]", b'{"resources": 1}', b'{"resources": [1]}', b"[" * 100_000])
def test_a_package_that_is_none_is_named(tmp_path: Path, package: bytes) -> None:
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as file:
        file.writestr("datapackage.json", package)
        file.writestr(NAME, WARC)
    taken, refused = told(tmp_path / "a.wacz")

    assert (taken, list(refused)) == ([NAME], ["datapackage.json"])


@pytest.mark.parametrize("data", [b"", b"no zip", WARC])
def test_no_zip_at_all(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.wacz").write_bytes(data)

    with pytest.raises(NotWaczError, match="no WACZ"):
        Wacz(tmp_path / "a.wacz")


def test_one_that_was_cut_short(tmp_path: Path) -> None:
    path = wacz(tmp_path / "a.wacz", {NAME: WARC})
    path.write_bytes(path.read_bytes()[:-50])

    with pytest.raises(NotWaczError):
        Wacz(path)


def test_a_directory_of_millions_is_refused_before_it_is_read(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for number in range(20_000):
            file.writestr(f"pages/{number}", b"")
    (tmp_path / "a.wacz").write_bytes(made.getvalue())
    lying = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 60_000, 60_000, 2**31, 0, 0)
    (tmp_path / "b.wacz").write_bytes(lying)

    for name, count in (("a.wacz", "20000"), ("b.wacz", "60000")):
        with pytest.raises(NotWaczError, match=f"{count} members"):
            Wacz(tmp_path / name)
