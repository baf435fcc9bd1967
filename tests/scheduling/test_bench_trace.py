"""A trace of one's own archive in the bench: read, played, and refused in words where it is none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.export.trace import HEAD
from tests.bench.scheduling.trace_file import COLUMNS, BadTrace, read_trace
from tests.bench.scheduling.world import NEVER_ENDS

ROOT = Path(__file__).resolve().parents[2]
TOP = b"page,time,kind,entry,rev\n"
A = b"https://a.example/live,1000,entry,1,0\n"


def played(path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    words = ("--budgets", "1", "--only", "fixed,Stoppress", "--trace", str(path), *more)
    bench = [sys.executable, "-m", "tests.bench.scheduling", *words]
    return subprocess.run(bench, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)


def written(folder: Path, content: bytes) -> Path:
    path = folder / "trace.csv"
    path.write_bytes(content)
    return path


def test_a_trace_is_read_as_pages_whose_revisions_live_until_the_next_of_their_entry(tmp_path: Path) -> None:
    more = b"https://a.example/live,1600,edit,1,1\nhttps://b.example/live,2000,entry,1,0\n"

    world, pages = read_trace(written(tmp_path, TOP + A + more))

    assert (world.pages, pages[0].times, pages[0].ends) == (2, [0.0, 600.0], [600.0, NEVER_ENDS])


def test_its_columns_are_those_that_are_exported() -> None:
    assert COLUMNS == HEAD


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1: no page, time, kind, entry, rev among its columns; stoppress export trace writes one"),
        (b"url,time,kind,entry,rev\n", "line 1: no page among"),
        (TOP, "line 2: it has no event"),
        (TOP + A + A.replace(b"1000", b"soon"), "line 3: .*'soon'; mend or delete the line, or export"),
        (TOP + A + A.replace(b"1000", b"nan"), "line 3: .*'nan' is no time"),
        (TOP + A.replace(b"entry", b"birth"), "line 2: .*'birth' is none of entry, edit, deletion, head"),
        (TOP + A.replace(b",1,0", b",one,0"), "line 2: .*'one'"),
        (TOP + b"https://a.example/live,1000\n", "line 2"),
        (TOP + A + b",1000,entry,1,0\n", "line 3: .*'' is no address"),
        (TOP + b"https://[a/,1000,entry,1,0\n", "line 2"),
        (TOP + A + b"\xff\xfe\x00,1,entry,1,0\n", "is not text in UTF-8"),
    ],
)  # fmt: skip
def test_what_is_no_trace_is_refused_with_its_file_its_line_and_what_to_do(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = written(tmp_path, content)

    with pytest.raises(BadTrace, match=f"^{path}.*{said}"):
        read_trace(path)


def test_a_file_that_is_not_there_or_is_a_folder_is_named_with_what_writes_one(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "none.csv", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(BadTrace, match=f"^{path} cannot be read: {why}; stoppress export trace"):
            read_trace(path)


def test_the_command_ends_with_2_and_one_line_that_says_why(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", written(tmp_path, TOP)):
        done = played(path)

        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"bench-schedule: {path}")
        assert done.stderr.count("\n") == 1


def test_a_trace_of_one_event_is_played(tmp_path: Path) -> None:
    done = played(written(tmp_path, TOP + A))

    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines() if line] == ["1", "fixed", "Stoppress"]


def test_who_asks_only_for_what_a_trace_does_not_know_is_told(tmp_path: Path) -> None:
    done = played(written(tmp_path, TOP + A), "--only", "oracle")

    assert (done.returncode, done.stdout) == (2, "")
    assert "oracle" in done.stderr
