"""``stoppress cdx`` and ``stoppress timemap``: the index without a service."""

from __future__ import annotations

import pytest

from .conftest import STORM, Run

ROW = "org,example,news)/live/storm 20260103100000 https://news.example.org/live/storm text/html 200 "


def test_cdx_prints_the_rows_of_the_dialect(run: Run) -> None:
    ran = run("cdx", STORM)

    assert ran.status == 0
    assert ran.text.startswith(ROW)
    assert [line.split(" ")[1] for line in ran.text.splitlines()] == [f"2026010310{n}000" for n in range(5)]


def test_cdx_takes_the_parameters_of_the_service(run: Run) -> None:
    some = run("cdx", "*.example.org", "--filter", "statuscode:200", "--fl", "timestamp,role", "--limit", "2")
    last = run("cdx", "news.example.org/*", "--to", "2026", "--match-type", "host", "--limit", "-1")

    assert [line.split(" ")[1] for line in some.text.splitlines()] == ["page", "page"]
    assert len(last.text.splitlines()) == 1


def test_cdx_as_json_has_a_line_per_capture_with_all_that_is_known(run: Run) -> None:
    lines = run("cdx", STORM, "--json").lines
    few = run("cdx", STORM, "--json", "--fl", "timestamp,orig.length").lines

    assert {"urlkey", "timestamp", "offset", "record_id", "role", "fidelity"} <= set(lines[0])
    assert lines[3]["refers_to"] == lines[2]["record_id"]
    assert few[3] == {"timestamp": "20260103103000", "orig.length": lines[2]["length"]}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["ftp://a.example/"], "http and https"),
        ([STORM, "--filter", "statuscode:("], "is no expression"),
        ([STORM, "--fl", "colour"], "no field 'colour'"),
        ([STORM, "--from", "20261301"], "from: not a time"),
    ],
)
def test_what_cannot_be_obeyed_is_wrong_use(run: Run, words: list[str], why: str) -> None:
    ran = run("cdx", *words)

    assert ran.status == 2
    assert why in ran.err
    assert ran.out == b""


def test_a_timemap_lists_every_memento(run: Run) -> None:
    text, lines = run("timemap", STORM).text, run("timemap", STORM, "--json").lines

    assert text.count('memento"; datetime="Sat, 03 Jan 2026 10:') == 5
    assert f'<http://127.0.0.1:8081/web/{STORM}>; rel="timegate"' in text
    assert lines[0]["memento"] == f"http://127.0.0.1:8081/web/20260103100000/{STORM}"
    assert len(lines) == 5


def test_a_page_that_is_not_there_is_named(run: Run) -> None:
    ran = run("timemap", f"{STORM}/no")

    assert ran.status == 1
    assert "is not in this archive" in ran.err
