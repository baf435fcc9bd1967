"""Each folder of tests/pages with an ``expected.json`` is a case: what it names has to come out so."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipelines.extract import extract
from pipelines.extract.canonical import content_hash
from pipelines.face import version_to_json
from pipelines.model import Version

PAGES = Path(__file__).resolve().parents[1] / "pages"
CASES = sorted(f.parent for f in PAGES.glob("*/expected.json") if (f.parent / "page.html").is_file())


def visit_of(case: Path) -> dict[str, Any]:
    return tomllib.loads((case / "visit.toml").read_text("utf-8"))


def read(case: Path) -> Version:
    version = extract((case / "page.html").read_bytes(), **visit_of(case))
    assert isinstance(version, Version), version
    return version


def only(document: Any, like: Any) -> Any:
    """The part of a document that the expectation speaks about; lists must have its length."""
    if isinstance(like, dict):
        return {k: only(document[k], v) for k, v in like.items()}
    if isinstance(like, list) and like and isinstance(like[0], dict):
        assert len(document) == len(like), [u["text"][:60] for u in document]
        return [only(d, v) for d, v in zip(document, like, strict=True)]
    return document


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_the_page_says_what_is_expected(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    document = version_to_json(read(case))

    assert only(document, expected) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_the_same_bytes_give_the_same_version(case: Path) -> None:
    assert read(case) == read(case)
    assert content_hash(read(case)) == content_hash(read(case))


def test_there_are_cases() -> None:
    assert len(CASES) >= 10
