"""Wrong use, places that cannot be written, and an end in the middle: never half a file, never a traceback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.errors import StoppressError
from pipelines.store.warcs import WarcReader
from retrieval.archive import open_archive
from retrieval.export import draft, sorted_lines
from tests.full_disk import full_disk
from tests.running import PATIENCE, ROOT, environment

from .conftest import Export
from .newsroom import Newsroom
from .reading import by_warcio

pytestmark = pytest.mark.long

FORMS = ["warc", "wacz"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(("words", "said"), [
    ((), "say what is to be exported"),
    (("--tag", "strom"), "no watch has it; the tags are: storms, weather"),
    (("--since", "yesterday-ish"), "yesterday-ish"),
    (("--since", "v3"), "is a version, not a time"),
    (("--since", "2026-02", "--until", "2026-01"), "lies before"),
    (("--since", "2026", "--title", "T"), "--title, --description and --sign are for a WACZ"),
    (("--since", "2026", "--sign", "key.pem"), "--title, --description and --sign are for a WACZ"),
    (("ftp://news.example.org/x",), "ftp"),
])  # fmt: skip
def test_wrong_use_is_told_in_one_line(export: Export, place: Path, words: tuple[str, ...], said: str) -> None:
    ran = export("warc", *words, "-o", place / "x.warc.gz")

    assert (ran.code, ran.out, list(place.iterdir())) == (2, b"", [])
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_a_format_that_is_none_and_a_file_that_is_not_named_are_wrong_use(export: Export, place: Path) -> None:
    assert export("zip", "https://news.example.org/", "-o", place / "x").code == 2
    assert export("warc", "https://news.example.org/").code == 2


@pytest.mark.parametrize("form", FORMS)
def test_nothing_chosen_is_an_error_that_says_so(export: Export, newsroom: Newsroom, place: Path, form: str) -> None:
    unknown = export(form, newsroom.storm + "s", "-o", place / "x")
    never = export(form, newsroom.storm, "--until", "2020-01-01", "-o", place / "x")

    assert (unknown.code, never.code, list(place.iterdir())) == (1, 1, [])
    assert f"did you mean {newsroom.storm}" in unknown.err
    assert f"nothing was captured that is asked for ({newsroom.storm} until 2020-01-01T23:59:59" in never.err


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_is_there_stays_unless_it_may_be_replaced(
    export: Export, newsroom: Newsroom, place: Path, form: str
) -> None:
    target = place / "x"
    target.write_bytes(b"precious")
    refused = export(form, newsroom.storm, "-o", target)

    assert (refused.code, target.read_bytes()) == (1, b"precious")
    assert f"{target} is there already; name another with -o, or replace it with --force" in refused.err
    assert export(form, newsroom.storm, "-o", target, "--force").code == 0
    assert target.read_bytes() != b"precious"
    assert [path.name for path in place.iterdir()] == ["x"]


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_what_is_no_file_is_never_replaced(
    export: Export, newsroom: Newsroom, place: Path, force: tuple[str, ...]
) -> None:
    os.mkfifo(place / "fifo")
    (place / "folder").mkdir()
    (place / "nowhere").symlink_to(place / "gone")
    for name in ("fifo", "folder", "nowhere"):
        ran = export("warc", newsroom.storm, "-o", place / name, *force)

        assert ran.code == 1
        assert f"{place / name} is there and is no file" in ran.err
    assert sorted(path.name for path in place.iterdir()) == ["fifo", "folder", "nowhere"]


def test_a_place_that_cannot_be_written_is_named(export: Export, newsroom: Newsroom, place: Path) -> None:
    (place / "file").write_bytes(b"")
    for target, why in ((place / "gone" / "x", "No such file"), (place / "file" / "x", "Not a directory")):
        ran = export("warc", newsroom.storm, "-o", target)

        assert ran.code == 1
        assert f"{target} cannot be written: {why}" in ran.err
        assert ran.err.count("\n") == 1


@pytest.mark.parametrize("form", FORMS)
def test_a_full_disk_is_named_and_leaves_nothing_behind(newsroom: Newsroom, place: Path, form: str) -> None:
    told = re.escape(f"{place / 'x'} cannot be written: File too large; name another with -o")
    with open_archive(newsroom.config) as archive:
        archive.pages()  # SQLite has its shared memory beside the catalog by now
        act = archive.export_warc if form == "warc" else archive.export_wacz
        with full_disk(), pytest.raises(StoppressError, match=told):
            act(place / "x", urls=[newsroom.storm])

    assert list(place.iterdir()) == []


def test_no_room_for_an_index_names_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorted_lines, "_RUN", 2)
    with sorted_lines.SortedLines() as lines, full_disk():
        lines.add(b"b\n")
        with pytest.raises(StoppressError, match="name another folder in TMPDIR"):
            lines.add(b"a\n")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fails", ["fsync", "link"])
def test_nothing_has_the_name_if_the_last_step_fails(
    export: Export, newsroom: Newsroom, place: Path, form: str, fails: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(draft.os, fails, broken)
    ran = export(form, newsroom.storm, "-o", place / "x")

    assert (ran.code, list(place.iterdir())) == (1, [])
    assert "cannot be written: Input/output error" in ran.err


def test_where_there_are_no_hard_links_it_is_renamed(
    export: Export, newsroom: Newsroom, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(draft.os, "link", none)

    assert export("warc", newsroom.storm, "-o", place / "x").code == 0
    assert [path.name for path in place.iterdir()] == ["x"]


def test_a_file_that_comes_meanwhile_is_not_replaced(newsroom: Newsroom, place: Path) -> None:
    target = place / "x"
    with open_archive(newsroom.config) as archive, pytest.raises(StoppressError, match="made by somebody else"):
        archive.export_warc(target, urls=[newsroom.storm], told=lambda _: target.write_bytes(b"theirs") and None)

    assert target.read_bytes() == b"theirs"
    assert [path.name for path in place.iterdir()] == ["x"]


def command(newsroom: Newsroom, *words: str) -> list[str]:
    return [sys.executable, str(ROOT / "stoppress.py"), "-c", str(newsroom.config), "export", *words]


def test_several_at_once_do_not_harm_each_other(newsroom: Newsroom, place: Path) -> None:
    def run(number: int) -> int:
        target = place / ("same" if number % 2 else f"own-{number}")
        words = command(newsroom, FORMS[number % 4 // 2], newsroom.storm, "-o", str(target))
        return subprocess.run(words, capture_output=True, timeout=PATIENCE, env=environment(), check=False).returncode

    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(run, range(6)))

    assert codes[::2] == [0, 0, 0]
    assert sorted(codes[1::2]) == [0, 1, 1]
    assert sorted(path.name for path in place.iterdir()) == ["own-0", "own-2", "own-4", "same"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_ends_it_in_the_middle_finds_nothing_left_behind(
    newsroom: Newsroom, place: Path, form: str, number: signal.Signals
) -> None:
    code = (
        "import sys, time, stoppress\n"
        "from pipelines.store.warcs import WarcReader\n"
        "taken = WarcReader.taken\n"
        "def slowly(*a):\n    print('reading', flush=True)\n    time.sleep(0.3)\n    return taken(*a)\n"
        "WarcReader.taken = slowly\n"
        "stoppress.main(sys.argv[1:])\n"
    )
    words = [sys.executable, "-c", code, *command(newsroom, form, newsroom.storm, "-o", str(place / "x"))[2:]]
    with subprocess.Popen(
        words, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as ran:
        assert ran.stdout is not None
        assert ran.stdout.readline() == "reading\n"
        begun = [path.name for path in place.iterdir()]
        time.sleep(0.1)
        ran.send_signal(number)
        _, err = ran.communicate(timeout=PATIENCE)

    assert [name.endswith(".part") for name in begun] == [True]
    assert ran.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}[number]
    assert list(place.iterdir()) == []
    assert "Traceback" not in err


def test_an_error_of_the_store_is_the_stores_and_nothing_is_left(
    newsroom: Newsroom, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> bytes:
        raise StoppressError("the store cannot be reached")

    monkeypatch.setattr(WarcReader, "part", gone)
    for form in FORMS:
        with open_archive(newsroom.config) as archive, pytest.raises(StoppressError, match="cannot be reached"):
            (archive.export_warc if form == "warc" else archive.export_wacz)(place / "x", urls=[newsroom.storm])
    assert list(place.iterdir()) == []


def test_a_list_is_asked_for_where_one_is_meant(newsroom: Newsroom, place: Path) -> None:
    with open_archive(newsroom.config) as archive, pytest.raises(StoppressError, match=r"write \[url\]"):
        archive.export_warc(place / "x", urls=newsroom.storm)


def test_a_name_with_any_bytes_is_a_name(newsroom: Newsroom, place: Path) -> None:
    wanted = os.fsencode(place) + b"/caf\xe9.warc.gz"
    words: list[str | bytes] = [*command(newsroom, "warc", newsroom.storm, "-o")]
    ran = subprocess.run([*words, wanted], capture_output=True, timeout=PATIENCE, env=environment(), check=False)

    assert ran.returncode == 0, ran.stderr
    assert by_warcio(Path(os.fsdecode(wanted)))[0].fields["warc-filename"] == "caf%E9.warc.gz"
