"""A WACZ of somebody else: its WARC files as streams, and nothing else of it.

Members are taken by an allow-list of names and never written to any path. What is no part of a WACZ, or could harm
whoever unpacks it, is refused by name.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from pipelines.errors import StoppressError

MOST_MEMBERS = 10_000
MOST_DIRECTORY = 16 * 2**20  # bytes of the ZIP's directory, which is held in memory
MOST_PACKAGE = 16 * 2**20  # bytes of datapackage.json
RATIO = 200  # that a member may inflate by; the standard wants WARC files stored as they are
_ARCHIVE = re.compile(r"archive/[^/\\]+\.warc(\.gz)?", re.ASCII)
_END = re.compile(b"PK\x05\x06", re.DOTALL)
_PIECE = 2**20
# What reading a member may meet; RuntimeError is also that of an encrypted one, or of a JSON nested too deeply.
BROKEN = (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError)


class NotWaczError(StoppressError):
    """The file cannot be read as a ZIP at all."""


@dataclass(frozen=True, slots=True)
class Member:
    """A WARC file within; ``info``: a name alone may stand for two."""

    name: str
    info: zipfile.ZipInfo


@dataclass(frozen=True, slots=True)
class RefusedMember:
    """A member that is not read, and why."""

    name: str
    why: str


class Wacz:
    """Opened for reading; NotWaczError if it is no ZIP, or one with too large a directory."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        try:
            _bound_directory(self._file)
            self._zip = zipfile.ZipFile(self._file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as e:
            self._file.close()
            raise NotWaczError(f"it is no WACZ that can be read: {e}") from e
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Wacz:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self._file.close()

    def members(self) -> Iterator[Member | RefusedMember]:
        """Its WARC files, and what is refused, in the order of its directory."""
        seen: set[str] = set()
        hashes, trouble = self._hashes()
        if trouble:
            yield RefusedMember("datapackage.json", trouble)
        for info in self._zip.infolist():
            why = _unsafe(info) or ("a second member of this name" if info.filename in seen else "")
            seen.add(info.filename)
            if why:
                yield RefusedMember(_shown(info.orig_filename), why)
            elif info.filename.startswith("archive/") and not info.is_dir():
                why = _no_archive(info) or self._wrong(info, hashes.get(info.filename))
                yield RefusedMember(info.filename, why) if why else Member(info.filename, info)

    def open(self, member: Member) -> BinaryIO:
        """Its bytes; zipfile.BadZipFile while they are read if they are not as the directory says."""
        return cast("BinaryIO", self._zip.open(member.info))

    def _hashes(self) -> tuple[dict[str, str], str]:
        """By path what datapackage.json says, and why it cannot be read. A WACZ without one is none, but a ZIP."""
        try:
            info = self._zip.getinfo("datapackage.json")
            if info.file_size > MOST_PACKAGE or _bomb(info):
                return {}, "it is too large to be read"
            said = json.loads(self._zip.read(info))
            return {one["path"]: str(one["hash"]) for one in said["resources"] if "path" in one and "hash" in one}, ""
        except KeyError as e:
            return {}, f"it is missing ({e})"
        except (*BROKEN, TypeError, AttributeError) as e:
            return {}, f"it cannot be understood ({type(e).__name__})"

    def _wrong(self, info: zipfile.ZipInfo, stated: str | None) -> str:
        """A file is compared with datapackage.json before anything of it is taken."""
        algorithm, _, value = (stated or "").partition(":")
        if algorithm not in ("sha256", "md5"):
            return ""
        found = hashlib.new(algorithm, usedforsecurity=False)
        try:
            with self._zip.open(info) as file:
                while piece := file.read(_PIECE):
                    found.update(piece)
        except BROKEN as e:
            return f"it cannot be read: {e}"
        if found.hexdigest() != value.lower():
            return f"it does not have the digest that datapackage.json states, {str(stated)[:90]}"
        return ""


def _bound_directory(file: BinaryIO) -> None:
    """ValueError before a directory of millions is held: what its end says of it, and where a ZIP64 has that."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 2**16 - 22))
    tail = file.read()
    ends = list(_END.finditer(tail))
    if not ends:
        raise ValueError("it has no ZIP directory; was it cut short?")
    end = tail[ends[-1].start() :]
    count, length = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    if count == 0xFFFF or length == 0xFFFFFFFF:
        more = tail.rfind(b"PK\x06\x06")
        if more < 0:
            raise ValueError("its ZIP64 directory is missing")
        count = int.from_bytes(tail[more + 32 : more + 40], "little")
        length = int.from_bytes(tail[more + 40 : more + 48], "little")
    if count > MOST_MEMBERS or length > MOST_DIRECTORY:
        raise ValueError(f"it has {count} members; at most {MOST_MEMBERS} are read")


def _unsafe(info: zipfile.ZipInfo) -> str:
    """The name as it lies there: ``filename`` of Python is cut at a NUL and has the system's separators."""
    name = info.orig_filename
    parts = re.split(r"[/\\]", name)
    if not name or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        return "an absolute name"
    if ".." in parts:
        return "a name that leads out of the archive"
    if "\\" in name or any(ord(letter) < 32 or ord(letter) == 127 for letter in name):
        return "a name with a backslash or a control character"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a symbolic link"
    return ""


def _no_archive(info: zipfile.ZipInfo) -> str:
    if not _ARCHIVE.fullmatch(info.filename):
        nested = info.filename.count("/") > 1
        return "a folder within archive/" if nested else "no WARC file: archive/*.warc.gz is read, no other"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is compressed in a way that a WACZ does not have"
    if info.flag_bits & 1:
        return "it is encrypted"
    if _bomb(info):
        return f"it inflates to more than {RATIO} times its size: a bomb"
    return ""


def _bomb(info: zipfile.ZipInfo) -> bool:
    return info.file_size > RATIO * max(info.compress_size, 1)


def _shown(name: str) -> str:
    return name.encode("unicode_escape").decode()[:200]
