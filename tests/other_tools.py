"""What tools that are not ours say of our WARC files and indexes: gzip, warcio, FastWARC, cdxj-indexer."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

BIN = Path(sys.executable).parent
BROTLI = "broke off at a brotli body"
# How `warcio check -v` begins what it says of a record.
_RECORD = re.compile(r"^ +offset \d+ WARC-Record-ID (<[^>]+>) ")


def complaints(files: Sequence[Path], indexes: Mapping[str, bytes]) -> list[str]:
    """All that the tools find wrong with these files, but for what they are known to be wrong about themselves.

    ``indexes``: our index (gzipped CDXJ) by the name of the file it is of; each capture has a line there, as the
    tool sees it, and no other line is there.
    """
    found = []
    for file in files:
        excused = _excused(file)
        found += [f"{file.name}: gzip -t: {line}" for line in _said("gzip", "-t", str(file))]
        found += [f"{file.name}: warcio check: {record}" for record in _warcio(file) - excused["warcio"]]
        found += [f"{file.name}: fastwarc check: {record}" for record in _fastwarc(file) - excused["fastwarc"]]
        if file.name in indexes:
            found += _index_differs(file, indexes[file.name])
    return found


def _excused(file: Path) -> dict[str, set[str]]:
    """Ids of sound records that a tool complains of.

    Both hash the chunks of a chunked answer, where WARC 1.1 means the entity (iipc/warc-specifications#22); FastWARC
    also holds a revisit's payload digest, which is its original's, against the revisit's own block, and finds no end
    of a header with a bare LF in it; warcio 1.8.1 breaks off at a brotli body, and both stop decoding where a
    truncated answer does.
    """
    chunked, revisits, cut, bare, brotli = set(), set(), set(), set(), False
    with file.open("rb") as stream:
        for record in ArchiveIterator(stream, no_record_parse=True):
            name = record.rec_headers["WARC-Record-ID"]
            block = record.raw_stream.read().lower()
            end = re.search(rb"\n\r?\n", block)
            head = block[: end.end()] if end else block
            chunked |= {name} if re.search(rb"\ntransfer-encoding:(?:[^\r\n]|\r?\n[ \t])*chunked", head) else set()
            bare |= {name} if record.rec_type == "response" and re.search(rb"(?<!\r)\n", head) else set()
            brotli |= bool(re.search(rb"\ncontent-encoding: *br", head))
            revisits |= {name} if record.rec_type == "revisit" else set()
            cut |= {name} if record.rec_headers["WARC-Truncated"] else set()
    return {"warcio": chunked | cut | ({BROTLI} if brotli else set()), "fastwarc": chunked | revisits | cut | bare}


def _warcio(file: Path) -> set[str]:
    """Ids of the records of which a digest failed; a crash of the tool counts as a complaint, too."""
    done = subprocess.run([BIN / "warcio", "check", "-v", file], capture_output=True, text=True, check=False)
    wrong, record = set(), ""
    for line in done.stdout.splitlines():
        if found := _RECORD.match(line):
            record = found[1]
        elif "failed" in line:
            wrong.add(record)
    if "'brotli.Decompressor' object has no attribute 'unused_data'" in done.stderr:
        return {BROTLI}  # it ends there, and says nothing of the records after it
    if done.returncode and not wrong:
        wrong.add(f"exit {done.returncode}: {done.stderr[-300:]}")
    return wrong


def _fastwarc(file: Path) -> set[str]:
    done = subprocess.run([BIN / "fastwarc", "check", "-p", file], capture_output=True, text=True, check=False)
    wrong = set(re.findall(r"<urn:[^>]+>", done.stdout + done.stderr)) if done.returncode else set()
    return wrong or ({f"exit {done.returncode}: {done.stderr[-300:]}"} if done.returncode else set())


def _index_differs(file: Path, index: bytes) -> list[str]:
    done = subprocess.run([BIN / "cdxj-indexer", file], capture_output=True, text=True, check=False)
    theirs = [json.loads(line.split(" ", 2)[2]) for line in done.stdout.splitlines() if not line.startswith("urn:")]
    ours = [json.loads(line.split(" ", 2)[2]) for line in gzip.decompress(index).decode().splitlines()]
    if sorted(_place(row) for row in theirs) == sorted(_place(row) for row in ours):
        return []
    return [f"{file.name}: cdxj-indexer sees {len(theirs)} captures, our index {len(ours)}: {theirs} {ours}"]


def _place(row: Mapping[str, str]) -> tuple[int, int]:
    return int(row["offset"]), int(row["length"])


def _said(*words: str) -> list[str]:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return [done.stderr.strip() or f"exit {done.returncode}"] if done.returncode else []
