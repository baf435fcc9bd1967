"""``stoppress extract`` and ``stoppress evaluate`` as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.face import UPDATE_LINE, VERSION_LINE
from stoppress import main

PAGE = Path(__file__).resolve().parents[1] / "pages" / "pinned-twice" / "page.html"
URL = "https://www.estuarypost.example/live/storm"


def typed(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    return int(str(end.value.code or 0))


def test_extract_prints_one_line_with_exactly_the_promised_keys(capsys: pytest.CaptureFixture[str]) -> None:
    code = typed("extract", str(PAGE), "--url", URL, "--at", "2026-01-14T12:15:00Z", "--json")
    (line,) = capsys.readouterr().out.splitlines()
    document = json.loads(line)

    assert code == 0
    assert list(document) == VERSION_LINE
    assert [list(u) for u in document["updates"]] == [UPDATE_LINE] * 4


def test_explain_says_where_the_times_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    typed("extract", str(PAGE), "--url", URL, "--at", "2026-01-14T12:15:00Z", "--explain")
    updates = json.loads(capsys.readouterr().out)["updates"]

    assert updates[0]["provenance"]["published"] == "records: stated"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("extract", "missing.html", "--url", URL), 1, "name a saved HTML page"),
        (("extract", str(PAGE), "--url", URL, "--at", "yesterday"), 2, "2026-01-03T10:00:00Z"),
        (("evaluate", "missing"), 1, "holds X.html beside X.truth.json"),
    ],
)
def test_wrong_use_is_told_what_to_do(
    words: tuple[str, ...], code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(*words) == code
    assert says in capsys.readouterr().err


def test_a_page_that_cannot_be_read_exits_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(b"%PDF-1.7")

    assert typed("extract", str(file), "--url", URL) == 1
    assert "not-html" in capsys.readouterr().err


def test_evaluate_counts_what_was_right_and_what_was_invented(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "storm.html").write_bytes(PAGE.read_bytes())
    ferry = "The ferry to Marrow Island is tied up until the wind drops below forty knots"
    entry = {"id": "7001", "published": "2026-01-14T12:10:00Z", "text_start": ferry, "text_end": "office says.",
             "text_chars": 103, "full": f"{ferry}, the harbour office says.", "headline": None}  # fmt: skip
    never = {**entry, "id": "1", "text_start": "Something that the page never said at all"}
    truth = {"url": URL, "page_timezone": "UTC", "entries": [entry, never]}
    (tmp_path / "storm.truth.json").write_text(json.dumps(truth), "utf-8")

    assert typed("evaluate", str(tmp_path), "--json") == 0
    total = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (total["recall"], total["precision"], total["time_utc"], total["ids"]) == (0.5, 0.25, 1.0, 1.0)
    assert total["text"] == 1.0


def test_updates_on_a_page_that_has_none_are_a_finding(tmp_path: Path) -> None:
    folder = tmp_path / "negatives"
    folder.mkdir()
    (folder / "storm.html").write_bytes(PAGE.read_bytes())

    assert typed("evaluate", str(tmp_path)) == 1


def test_folders_of_pages_with_what_they_should_say_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    code = typed("evaluate", str(PAGE.parents[1]), "--json")
    *pages, total = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert code == 0
    assert {p["page"] for p in pages} == {f.parent.name for f in PAGE.parents[1].glob("*/expected.json")}
    for name in ("recall", "precision", "time_utc", "ids", "text", "headlines", "order"):
        assert total[name] == 1.0, name
    assert total["time_invented"] == 0


def test_evaluate_measures_json_that_a_profile_reads_and_leaves_it_out_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = Path(__file__).resolve().parents[1] / "profiles" / "guardian"
    expected = json.loads((case / "document-expected.json").read_text("utf-8"))
    entries = [
        {"id": u["id"], "published": u["published"], "headline": u["headline"], "full": u["text"],
         "text_start": u["text"][:80], "text_end": u["text"][-80:], "text_chars": len(u["text"])}
        for u in expected["updates"]
    ]  # fmt: skip
    truth = {"url": "https://www.theguardian.com/world/live/2026/jan/14/storm", "entries": entries}
    (tmp_path / "feed.truth.json").write_text(json.dumps(truth), "utf-8")
    (tmp_path / "feed.json").write_bytes((case / "document.json").read_bytes())

    assert typed("evaluate", str(tmp_path), "--json") == 0
    line = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (line["page"], line["recall"], line["precision"], line["ids"]) == ("feed", 1.0, 1.0, 1.0)
    assert typed("evaluate", str(tmp_path), "--no-profiles", "--json") == 1  # then there is nothing to measure
    assert "JSON is read by profiles alone" in capsys.readouterr().err
