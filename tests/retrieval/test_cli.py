import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.face import CHANGE_LINE, CHANGE_MORE, VERSION_LINE, VISIT_LINE

from .conftest import DOWN, MOVED, STORM, WAITING, Run, body

PROOF = ["seen_after", "seen_by", "old_proof", "new_proof"]


def test_pages_lists_what_is_watched_and_what_is_kept(run: Run) -> None:
    lines = {line["url"]: line for line in run("pages", "--json").lines}

    assert set(lines) == {STORM, MOVED, DOWN, WAITING}
    assert (lines[STORM]["visits"], lines[STORM]["versions"], lines[STORM]["changes"]) == (5, 3, 4)
    assert (lines[WAITING]["visits"], lines[WAITING]["last_seen"]) == (0, None)
    assert lines[DOWN]["last_outcome"] == "error"


def test_versions_lists_each_with_its_interval_and_record(run: Run) -> None:
    lines = run("versions", STORM, "--json").lines

    assert [(line["version"], line["updates"], line["changes"]) for line in lines] == [(1, 2, 0), (2, 3, 1), (3, 2, 3)]
    assert lines[2]["first_seen"] == "2026-01-03T10:20:00.250000Z"
    assert lines[2]["last_seen"] == "2026-01-03T10:30:00Z"
    assert all(line["digest"].startswith("sha256:") and line["record_id"] for line in lines)


def test_versions_and_pages_estimate_how_much_was_captured(run: Run) -> None:
    told = run("versions", STORM)
    lines = {line["url"]: line["completeness"] for line in run("pages", "--json").lines}

    assert "completeness: about 82% of revisions since the first look (79% to 86%)" in told.text
    assert (lines[STORM]["estimate"], lines[STORM]["rho"], lines[STORM]["reason"]) == (0.823, 0.48, None)
    assert (lines[WAITING]["estimate"], lines[WAITING]["revisions"]) == (None, 0)
    assert "there was no good look" in lines[WAITING]["reason"]
    assert "the watched pages together: completeness: about 82%" in run("pages").text


def test_show_prints_the_document_of_extract_and_which_version_it_is(run: Run) -> None:
    (line,) = run("show", f"{STORM}@2026-01-03T10:15Z", "--json").lines

    assert list(line)[: len(VERSION_LINE)] == VERSION_LINE
    assert (line["version"], [u["id"] for u in line["updates"]]) == (2, ["c", "a", "b"])


def test_show_is_text_for_people_in_which_nothing_commands_the_terminal(run: Run) -> None:
    shown = run("show", f"{STORM}@v3").text

    assert shown.startswith(f"Storm: bridge <closed> [31m\n{STORM}\nv3, seen 2026-01-03T10:20:00Z to ")
    assert "\n2026-01-03T08:22:00Z\n  The fire service says 14 people were rescued" in shown
    assert "\x1b" not in shown


def test_show_says_when_nothing_is_as_old_as_asked_for(run: Run) -> None:
    ran = run("show", f"{STORM}@2025")

    assert (ran.status, "v1, seen" in ran.text) == (0, True)
    assert "nothing is kept from 2025-01-01T00:00:00Z" in ran.err


@pytest.mark.parametrize("number", [1, 2, 3])
def test_get_writes_exactly_the_bytes_that_were_served(run: Run, number: int) -> None:
    ran = run("get", f"{STORM}@v{number}")

    assert (ran.status, ran.out) == (0, body(number))
    assert f"{len(body(number))} bytes" in ran.err


def test_get_takes_the_fourteen_digits_of_a_cdx_line(run: Run) -> None:
    assert run("get", f"{STORM}@20260103101000").out == body(2)


def test_get_writes_to_a_file_and_tells_the_facts(run: Run, tmp_path: Path) -> None:
    (line,) = run("get", f"{STORM}@2026-01-03T10:30Z", "--json", "-o", str(tmp_path / "page.html")).lines

    assert (tmp_path / "page.html").read_bytes() == body(3)
    assert (line["kind"], line["timestamp"], line["size"]) == ("revisit", "2026-01-03T10:30:00Z", len(body(3)))
    assert ["Content-Type", "text/html"] in line["headers"]
    assert line["filename"].startswith("warc/2")


def test_get_names_a_file_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    ran = run("get", STORM, "-o", str(tmp_path / "none" / "page.html"))

    assert ran.status == 1
    assert "page.html cannot be written: No such file" in ran.err


def test_log_prints_visits_as_crawl_does(run: Run) -> None:
    lines = run("log", STORM, "--json").lines

    assert all(list(line) == VISIT_LINE for line in lines)
    assert [line["outcome"] for line in lines] == ["archived"] * 3 + ["revisit", "error"]
    assert len(run("log", "-n", "2", STORM, "--json").lines) == 2


def test_log_says_why_a_visit_was_made_and_when_it_was_due(run: Run) -> None:
    head, *rows = (line.split() for line in run("log", STORM).text.splitlines())

    assert head == ["STARTED", "WHY", "SCHEDULED", "PREVIOUS", "OUTCOME", "STATUS", "READING", "BYTES", "DETAIL"]
    lines = run("log", STORM, "--json").lines
    told = [[line["why"], line["scheduled"] or "-", line["previous"] or "-"] for line in lines]
    assert [row[1:4] for row in rows] == told


def test_log_shows_a_visit_that_brought_nothing(run: Run) -> None:
    assert "error/connect" in run("log", DOWN).text


def test_diff_prints_a_line_per_change_as_compare_does(run: Run) -> None:
    for a, b in (("v2", "v3"), ("v1", "v3")):
        lines = run("diff", STORM, a, b, "--json").lines

        for line in lines:
            more = [name for name in CHANGE_MORE if name in line]
            assert {"age_s", "gap_s"} & set(more)
            assert list(line) == [*CHANGE_LINE, *PROOF, *more, "url", "from", "to"]
        assert [line["from"] for line in lines] == [int(a[1])] * len(lines)


def test_diff_marks_words_that_went_and_came(run: Run) -> None:
    ran = run("diff", STORM, "2026-01-03T10:10:00Z", "now", "--words")

    assert (
        "edited     editorial id:b text  The fire service says [-12-]{+14+} people were rescued from the river."
        in ran.text
    )
    assert "- removed    editorial id:a  [-Two roads are closed.-]" in ran.text


def test_diff_of_updates_leaves_the_page_out(run: Run) -> None:
    types = {line["type"] for line in run("diff", STORM, "v2", "v3", "--updates", "--json").lines}

    assert "edited" in types
    assert "headline" not in types


def test_diff_by_sentences_pairs_what_was_said(run: Run) -> None:
    lines = run("diff", STORM, "v2", "v3", "--sentences", "--json").lines
    actions = {line["action"]: line for line in lines}

    assert set(actions) == {"same", "edit", "delete"}
    assert actions["delete"]["old"] == "Two roads are closed."
    assert "[-12-]{+14+}" in run("diff", STORM, "v2", "v3", "--sentences").text


def test_diff_as_html_keeps_captured_text_inert(run: Run) -> None:
    page = run("diff", STORM, "v2", "v3", "--html").text

    assert "<del>12</del><ins>14</ins>" in page
    assert "&lt;closed&gt;" in page
    assert "<closed>" not in page


def test_diff_with_proof_says_where_both_records_lie(run: Run) -> None:
    line = run("diff", STORM, "v2", "v3", "--proof", "--json").lines[0]
    facts = run("get", f"{STORM}@v3", "--json").lines[0]

    assert line["new_capture"]["record_id"] == line["new_proof"]["record_id"] == facts["record_id"]
    assert [line["new_capture"][name] for name in ("filename", "offset", "length", "digest")] == [
        facts[name] for name in ("filename", "offset", "length", "digest")
    ]
    assert f"{facts['filename']} at {facts['offset']}" in run("diff", STORM, "v2", "v3", "--proof").text


def test_diff_of_a_version_with_itself_says_so(run: Run) -> None:
    ran = run("diff", STORM, "v3", "now")

    assert (ran.status, "no changes: the same version" in ran.err) == (0, True)


def test_changes_are_filtered_and_say_which_versions_they_lie_between(run: Run) -> None:
    (line,) = run("changes", "--type", "removed", "--class", "editorial", "--url", STORM, "--json").lines

    assert list(line)[: len(CHANGE_LINE)] == CHANGE_LINE
    assert (line["url"], line["from"], line["to"], line["old"]) == (STORM, 2, 3, "Two roads are closed.")
    assert len(run("changes", "--since", "2026-01-03T10:15Z", "--json").lines) == 3
    assert f"{STORM} v2 -> v3, seen by 2026-01-03T10:20:00Z" in run("changes").text


def test_no_changes_is_said_aloud_and_is_no_failure(run: Run) -> None:
    ran = run("changes", "--until", "2025", "--json")

    assert (ran.status, ran.out) == (0, b"")
    assert "no such changes" in ran.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["show", f"{STORM}@2026-13-01"], "'2026-13-01' is not a date"),
        (["get", f"{STORM}@v0"], "'v0' is not a version; the first one is v1"),
        (["diff", STORM, "v1", "tomorrow"], "'tomorrow' is not a time"),
        (["diff", STORM, "v1", "v2", "--html", "--json"], "--html without --json"),
        (["diff", STORM, "v1", "v2", "--words", "--proof"], "one of --words"),
        (["changes", "--type", "edted"], "--type 'edted' is unknown; did you mean edited?"),
        (["changes", "--class", "big"], "--class 'big' is unknown; known: editorial"),
        (["changes", "--since", "v2"], "'v2' is a version, not a time"),
        (["show", "https://user:secret@news.example.org/"], "user name or password"),
        (["show"], "Missing argument"),
    ],
)
def test_wrong_use_ends_with_two_and_names_what_is_wrong(run: Run, words: list[str], says: str) -> None:
    ran = run(*words)

    assert (ran.status, ran.out) == (2, b"")
    assert says in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["show", "https://news.example.org/live/strom"], f"did you mean {STORM}"),
        (["versions", WAITING], "next: stoppress crawl --once"),
        (["get", DOWN], "next: stoppress log"),
        (["log", WAITING], "next: stoppress crawl --once"),
        (["show", f"{STORM}@v9"], "it has v1 to v3"),
        (["diff", STORM, "v1", "v9"], "it has v1 to v3"),
    ],
)
def test_what_is_not_kept_ends_with_one_and_the_next_step(run: Run, words: list[str], says: str) -> None:
    ran = run(*words)

    assert (ran.status, ran.out) == (1, b"")
    assert ran.err.startswith("stoppress: ")
    assert says in ran.err


def test_before_anything_was_watched_every_verb_says_what_to_do(run: Run, tmp_path: Path) -> None:
    (tmp_path / "stoppress.toml").write_text("[archive]\n")
    for words in (["pages"], ["show", STORM], ["changes"]):
        ran = run(*words, config=tmp_path / "stoppress.toml")

        assert (ran.status, ran.out) == (1, b"")
        assert "there is no catalog" in ran.err


@pytest.mark.parametrize("verb", ["pages", "versions", "show", "get", "log", "diff", "changes"])
def test_help_shows_examples(run: Run, verb: str) -> None:
    ran = run(verb, "--help")

    assert ran.status == 0
    assert f"stoppress {verb}" in ran.text.split("Examples:")[1]


def test_tables_are_plain_and_aligned_outside_a_terminal(run: Run) -> None:
    head, first, *_ = run("versions", STORM).text.splitlines()

    assert head.split() == ["VERSION", "FIRST", "SEEN", "LAST", "SEEN", "STATE", "UPDATES", "CHANGES", "HEADLINE"]
    assert first.index("Storm: roads closed") == head.index("HEADLINE")


def command(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "stoppress", "-c", str(folder / "stoppress.toml"), *words]


def test_a_reader_that_goes_away_is_no_reason_to_complain(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    for words in (["changes"], ["get", f"{STORM}@v3"]):
        ran = subprocess.run(command(folder, *words), stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False)

        assert b"Traceback" not in ran.stderr
        assert b"rror" not in ran.stderr
    os.close(writer)


def test_a_terminal_gets_colours_but_no_bytes_that_command_it(folder: Path) -> None:
    shown = on_a_terminal(command(folder, "diff", STORM, "v2", "v3"))

    assert "\x1b[31m\x1b[9m12\x1b[0m\x1b[32m\x1b[4m14\x1b[0m people" in shown
    assert "{+" not in shown


def test_a_table_on_a_terminal_keeps_times_whole_and_page_text_inert(folder: Path) -> None:
    shown = on_a_terminal(command(folder, "versions", STORM))

    assert "2026-01-03T10:20:00Z" in shown
    assert "<closed> [31m" in " ".join(shown.split())


def on_a_terminal(words: list[str]) -> str:
    """What the command writes when its stdout is a terminal."""
    main, other = pty.openpty()
    with subprocess.Popen(words, stdout=other, stderr=subprocess.DEVNULL, env={**os.environ, "TERM": "xterm"}) as ran:
        os.close(other)
        shown = b""
        try:
            while more := os.read(main, 4096):
                shown += more
        except OSError:  # how Linux says that the other end is closed
            pass
        ran.wait(timeout=60)
    os.close(main)
    return shown.decode()


def test_changes_stand_beside_how_often_the_page_was_looked_at(run: Run) -> None:
    ran = run("changes", "--url", STORM)

    assert "4 changes of 1 page(s), 3 of 3 editorial ones in stealth; 4 looks, gaps: median 10 min" in ran.err
    assert "(within 10 min, at age 118 min, no notice)" in ran.text


def test_stealth_edits_can_be_asked_for_and_say_why(run: Run) -> None:
    lines = run("changes", "--stealth", "--url", STORM, "--json").lines

    assert {line["type"] for line in lines} == {"edited", "headline", "removed"}
    assert all((line["notice"], line["stealth"]) == ("none", True) and line["reasons"] for line in lines)


def test_every_change_is_dated_by_its_gap_and_the_age_of_its_update(run: Run) -> None:
    [line] = run("changes", "--type", "edited", "--json").lines

    assert (line["gap_s"], line["age_s"]) == (600.0, (98 + 20) * 60 + 0.25)


def test_unified_text_is_for_those_used_to_it(run: Run) -> None:
    text = run("diff", STORM, "v2", "v3", "--unified").text

    assert "-The fire service says 12 people were rescued from the river.\n" in text
    assert "\x1b" not in text


def test_no_colour_where_it_is_not_wanted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    shown = on_a_terminal(command(folder, "diff", STORM, "v2", "v3"))

    assert "\x1b" not in shown
    assert "[-12-]{+14+}" in shown
