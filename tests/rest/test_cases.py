"""Each folder in ``cases`` is a page with its parts, as ``visit.toml`` lists them, and what has to come out."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from pipelines.extract import extract
from pipelines.face import version_to_json
from pipelines.model import Version
from tests.extract.test_pages import only

CASES = sorted(f.parent for f in (Path(__file__).parent / "cases").glob("*/visit.toml"))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_a_page_and_its_parts_say_what_is_expected(case: Path) -> None:
    visit = tomllib.loads((case / "visit.toml").read_text("utf-8"))
    parts = [(part["url"], (case / part["file"]).read_bytes()) for part in visit.pop("part")]
    expected = json.loads((case / "expected.json").read_text("utf-8"))

    version = extract((case / "page.html").read_bytes(), **visit, parts=parts)

    assert isinstance(version, Version), version
    assert only(version_to_json(version), expected) == expected


def test_there_are_cases() -> None:
    assert len(CASES) >= 2
