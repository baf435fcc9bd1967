"""Each folder beside this file is a page in the markup of the profile of that name, with what has to come out.

The pages are our own. ``verified`` in visit.toml repeats the profile's: a page made from hearsay shows that the
profile does what it says, not that the site is so, and counts in no figure.
"""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.extract import extract
from pipelines.extract.profile import Profile, shipped
from pipelines.face import version_to_json
from pipelines.model import Unreadable, Version

FOLDERS = sorted(f.parent for f in Path(__file__).parent.glob("*/visit.toml"))
CASES = [f for f in FOLDERS if (f / "page.html").is_file()]
DOCUMENTS = [f for f in FOLDERS if (f / "document.json").is_file()]
PROFILES = {p.name: p for p in shipped()}


def visit_of(case: Path) -> tuple[dict[str, Any], bytes, dict[str, Any]]:
    visit = tomllib.loads((case / "visit.toml").read_text("utf-8"))
    return visit, (case / "page.html").read_bytes(), json.loads((case / "expected.json").read_text("utf-8"))


def read(html: bytes, visit: dict[str, Any], profiles: tuple[Profile, ...] | None = None) -> Version:
    version = extract(html, url=visit["url"], at=visit["at"], profiles=profiles)
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


def test_every_profile_has_a_page_and_every_page_a_profile() -> None:
    assert {f.name for f in FOLDERS} == set(PROFILES)
    assert {f.name for f in CASES} == {p.name for p in PROFILES.values() if p.entry or p.state}
    assert {f.name for f in DOCUMENTS} == {p.name for p in PROFILES.values() if p.document}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_the_page_says_what_is_expected(case: Path) -> None:
    visit, html, expected = visit_of(case)
    version = read(html, visit)

    assert visit["verified"] == PROFILES[case.name].verified
    assert only(version_to_json(version), expected) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_a_verified_profile_leads_and_an_unverified_one_only_fills_gaps(case: Path) -> None:
    visit, html, _ = visit_of(case)
    leading = [dict(u.provenance)["text"].startswith(f"profile:{case.name}") for u in read(html, visit).updates]

    assert leading == [visit["verified"]] * len(leading)
    assert not any("profile:" in v for u in read(html, visit, ()).updates for _, v in u.provenance)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_a_profile_past_its_day_never_adds_or_drops_an_update(case: Path) -> None:
    visit, html, _ = visit_of(case)
    old = PROFILES[case.name].model_copy(update={"last_valid": visit["at"].date() - timedelta(days=1)})
    generic, doubted = read(html, visit, ()), read(html, visit, (old,))

    assert len(doubted.updates) in (len(generic.updates), len(generic.updates) - doubted_gone(doubted))


def doubted_gone(version: Version) -> int:
    """Updates that the page itself marks as deleted are no updates, whoever reads them."""
    said = next((w for w in version.warnings if "marked as deleted" in w), "profile: 0 updates")
    return int(said.split(": ")[1].split()[0])


@pytest.mark.parametrize("case", DOCUMENTS, ids=lambda c: c.name)
def test_the_answer_in_json_says_what_is_expected(case: Path) -> None:
    visit = tomllib.loads((case / "visit.toml").read_text("utf-8"))
    expected = json.loads((case / "document-expected.json").read_text("utf-8"))
    data = (case / "document.json").read_bytes()
    version = extract(data, url=visit["url"], at=visit["at"], content_type="application/json; charset=utf-8")

    assert isinstance(version, Version)
    assert only(version_to_json(version), expected) == expected
    unread = extract(data, url=visit["url"], at=visit["at"], content_type="application/json", profiles=())
    assert isinstance(unread, Unreadable)
    assert unread.reading == "not-html"


@pytest.mark.parametrize("case", DOCUMENTS, ids=lambda c: c.name)
@pytest.mark.parametrize("harm", ["cut", "empty", "doubt"])
def test_an_answer_in_json_that_cannot_be_trusted_is_no_version(case: Path, harm: str) -> None:
    visit = tomllib.loads((case / "visit.toml").read_text("utf-8"))
    data = (case / "document.json").read_bytes()
    doubtful = PROFILES[case.name].model_copy(update={"verified": False})
    broken = {"cut": data[:-40], "empty": b"{}", "doubt": data}[harm]
    version = extract(
        broken, url=visit["url"], at=visit["at"], content_type="application/json",
        profiles=(doubtful,) if harm == "doubt" else None,
    )  # fmt: skip

    assert isinstance(version, Unreadable)
    assert version.reading == "not-html"
