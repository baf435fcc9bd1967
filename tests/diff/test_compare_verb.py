"""``stoppress compare`` as a person or a script runs it."""

import json
from pathlib import Path

import pytest

import stoppress

KEYS = {"type", "class", "update", "field", "old", "new", "ops", "match_method", "match_score", "confirmed"}
LEAD = "The storm that crossed the coast on Friday night has left towns without power."
URL = "https://news.example.org/live/storm"


def saved(folder: Path, name: str, *told: str) -> str:
    records = "".join(
        f'<article id="post-{1000 + len(told) - n}"><time datetime="2026-01-03T1{len(told) - n}:00:00Z">later</time>'
        f"<p>{text}</p></article>"
        for n, text in enumerate(told)
    )
    file = folder / name
    file.write_text(
        f"<!doctype html><html><head><title>Storm</title></head><body><main><h1>Storm</h1><p>{LEAD}</p>{records}</main>"
    )
    return str(file)


BASE = (
    "Trains between the old town and the airport are running again, with delays of up to an hour.",
    "A school in the northern district has been opened for families who had to leave their homes.",
    "Fire crews reached the harbour shortly after dawn, and 14 people were injured, the police said.",
    "The minister of transport will speak about the closed bridge at a meeting this afternoon.",
)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        stoppress.main(["compare", *words])
    captured = capsys.readouterr()
    return int(end.value.code or 0), captured.out, captured.err


def test_two_saved_pages_give_changes_as_json_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = saved(tmp_path, "old.html", *BASE)
    new = saved(
        tmp_path,
        "new.html",
        "The ferry to the islands has left port for the first time today.",
        *BASE[:2],
        BASE[2].replace("14", "17"),
        BASE[3],
    )

    code, out, _ = run(capsys, old, new, "--url", URL, "--json")

    found = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(c["type"], c["class"]) for c in found] == [("added", "editorial"), ("edited", "editorial")]
    assert set(found[0]) >= KEYS


def test_equal_pages_give_none_and_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = saved(tmp_path, "old.html", *BASE), saved(tmp_path, "new.html", *BASE)

    assert run(capsys, old, new, "--url", URL, "--json") == (0, "", "")
    assert run(capsys, old, new, "--url", URL) == (0, "", "no changes\n")


def test_bad_input_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = saved(tmp_path, "page.html", *BASE)
    empty = tmp_path / "empty.html"
    empty.touch()

    missing = run(capsys, page, str(tmp_path / "nowhere.html"), "--url", URL)
    unreadable = run(capsys, page, str(empty), "--url", URL)
    no_time = run(capsys, page, page, "--url", URL, "--old-at", "yesterday")

    assert (missing[0], unreadable[0], no_time[0]) == (1, 1, 2)
    assert "nowhere.html" in missing[2]
    assert "empty.html: empty" in unreadable[2]
    assert "yesterday" in no_time[2]
