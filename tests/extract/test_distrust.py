"""What is not believed is named: by ``stoppress extract`` for the page, with ``--explain`` for the update."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.extract import distrust
from pipelines.face import iso
from stoppress import main

from .test_pages import PAGES, visit_of

RULES = {name: value for name, value in vars(distrust).items() if name.isupper()}
# The pages on which each rule must fire, and the places of the updates that it speaks of; all where there is none.
FIRES: dict[str, tuple[str, list[int] | None]] = {
    "CUT_SHORT": ("arabic-bodies-cut-short", [0, 1, 2, 3]),
    "CUT_UNSEEN": ("arabic-bodies-cut-short", [4]),
    "OBJECT_BODY": ("bodies-that-are-objects", [0, 1, 2]),
    "FIRST_WORDS": ("bodies-that-are-objects", [0, 1, 2]),
    "MANGLED": ("invalid-json-and-mangled-microdata", [0, 1, 2, 3]),
    "HOURS_APART": ("shown-hours-after-written", [0, 2]),
    "BEFORE": ("updated-before-it-was-published", [0, 2]),
    "MINUTES": ("clock-prints-month-for-minutes", [0, 1, 2, 3]),
    "ONE_TIME": ("microdata-carries-the-time-of-the-page", None),
    "ONE_HEADLINE": ("json-ld-carries-the-time-of-the-page", None),
    "STRANGERS": ("entries-left-in-a-template", None),
    "NOWHERE": ("samples-that-are-nowhere-in-the-page", None),
    "OTHERS": ("entries-by-script-beside-other-news", None),
    "LOCAL_AS_UTC": ("half-hour-zone-marked-as-utc", None),
    "AHEAD_AS_UTC": ("local-times-ahead-of-the-fetch", None),
    "EPOCH_BESIDE": ("epochs-beside-wall-times", [0, 1, 2, 3]),
    "REPEATED_ID": ("one-id-attribute-for-all", None),
    "END_AHEAD": ("coverage-end-of-tomorrow", None),
    "END_EARLY": ("coverage-ends-before-its-entries", None),
}


def explained(case: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    visit = visit_of(case)
    where = ["--url", visit["url"], "--at", iso(visit["at"])]
    with pytest.raises(SystemExit) as end:
        main(["extract", str(case / "page.html"), *where, *words])
    assert not end.value.code
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_every_rule_has_a_page_on_which_it_fires() -> None:
    assert FIRES.keys() == RULES.keys()


@pytest.mark.parametrize("words", [("--explain",), ("--explain", "--json")], ids=["explain", "json"])
@pytest.mark.parametrize("rule", FIRES)
def test_a_rule_that_fires_is_named(rule: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    case, places = FIRES[rule]
    page = explained(PAGES / case, capsys, *words)
    named = [i for i, u in enumerate(page["updates"]) if RULES[rule] in u["provenance"].get("distrust", "")]

    assert any(w.endswith(RULES[rule]) for w in page["warnings"])
    assert named == (places or [])


@pytest.mark.parametrize("case", ["two-updates-only", "japanese-ages", "headings-beside-json-ld"])
def test_where_nothing_lies_nothing_is_named(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = explained(PAGES / case, capsys, "--explain", "--json")

    assert not any(w.endswith(rule) for w in page["warnings"] for rule in RULES.values())
    assert not any("distrust" in u["provenance"] for u in page["updates"])


def test_the_time_that_was_not_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    first = explained(PAGES / "shown-hours-after-written", capsys, "--explain")["updates"][0]

    assert first["published"] == "2026-01-14T13:10:00Z"
    assert first["provenance"]["published"] == "records: stated"
    assert first["provenance"]["published_lost"] == "json-ld: 2026-01-14T08:02:00Z"


def test_invalid_json_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    page = explained(PAGES / "invalid-json-and-mangled-microdata", capsys)

    assert "json-ld: one block is not valid JSON" in page["warnings"]
