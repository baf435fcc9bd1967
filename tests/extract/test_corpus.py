"""The real pages, where they are: figures that must not sink. No page text is in the repository."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.evaluation import fetched_at, score
from pipelines.extract import cut, extract
from pipelines.extract.canonical import letters
from pipelines.extract.profile import Profile
from pipelines.model import Version

pytestmark = pytest.mark.corpus
PAGES = ["corkbeo", "express", "guardian", "ndtv", "repubblica", "sourcefabric", "telegraph"]


def page(corpus: Path, name: str, profiles: tuple[Profile, ...] | None = ()) -> tuple[Version, dict[str, Any]]:
    file = next((corpus / "live-pages").glob(f"*/{name}.html"), None) or next(
        (corpus / "live-pages").glob(f"*/{name}.json")
    )
    truth = json.loads(file.with_suffix(".truth.json").read_text("utf-8"))
    version = extract(file.read_bytes(), url=truth["url"], at=fetched_at(truth), profiles=profiles)
    assert isinstance(version, Version)
    return version, truth


@pytest.mark.parametrize("name", PAGES)
def test_updates_of_real_live_pages_come_out(corpus_dir: Path, name: str) -> None:
    rates = score(*page(corpus_dir, name)).rates()

    assert (rates["recall"] or 0) >= 0.97
    assert (rates["precision"] or 0) >= 0.97
    assert (rates["time_utc"] or 0) >= 0.97
    assert rates["ids"] in (1.0, None)
    assert (rates["text"] or 0) >= 0.95
    assert rates["order"] == 1.0


@pytest.mark.parametrize("name", [*PAGES, "live-2021-02-19"])
def test_a_profile_reads_them_no_worse_and_agrees_with_the_generic_reader(corpus_dir: Path, name: str) -> None:
    version, truth = page(corpus_dir, name, profiles=None)
    rates = score(version, truth).rates()

    assert (rates["recall"], rates["precision"], rates["time_utc"], rates["order"]) == (1.0, 1.0, 1.0, 1.0)
    assert rates["ids"] in (1.0, None)
    assert (rates["text"] or 0) >= 0.98
    assert not [w for w in version.warnings if "profile" in w]


@pytest.mark.parametrize("name", PAGES)
def test_our_cut_of_plain_paragraphs_equals_trafilaturas(
    corpus_dir: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, _ = page(corpus_dir, name)
    monkeypatch.setattr(cut, "_is_plain", lambda article: False)
    theirs, _ = page(corpus_dir, name)
    pairs = list(zip(ours.updates, theirs.updates, strict=True))
    alike = sum(letters(a.text) == letters(b.text) for a, b in pairs)

    assert alike >= 0.9 * len(pairs)


def test_ordinary_pages_give_no_updates(corpus_dir: Path) -> None:
    pages = sorted((corpus_dir / "live-pages" / "negatives").glob("*.html"))

    assert pages
    for file in pages:
        version = extract(file.read_bytes(), url=f"https://news.example.org/{file.stem}", at=datetime.now(UTC))

        assert isinstance(version, Version)
        assert (version.updates, version.live) == ((), False), file.name


def test_a_table_of_dated_rows_has_one_structure_in_all_its_versions(corpus_dir: Path) -> None:
    files = sorted((corpus_dir / "diff" / "nyt-election-2020-html").glob("*.html.gz"))
    for file in [*files[:2], *files[-2:]]:
        data = gzip.decompress(file.read_bytes())
        version = extract(data, url="https://news.example.org/table", at=datetime(2020, 11, 8, tzinfo=UTC))

        assert isinstance(version, Version)
        assert len(version.updates) == data.count(b"<tr id=")
        assert all(u.id and u.published and u.time_source == "stated" for u in version.updates)
