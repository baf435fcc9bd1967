"""The evaluation itself: true truths, and a command that says what it could not measure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.diff.order import out_of_order

from . import __main__ as command
from . import results
from .front_pages import hours
from .live_blogs import Made, made
from .scores import Figure, Score, held
from .tongues import TONGUES, Tongue


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda t: t.name)
def test_the_truth_of_a_made_page_is_true(tongue: Tongue) -> None:
    page = made(7, 200, tongue=tongue)

    assert {u.id for u in (*page.old, *page.new)} == {None}
    assert page.changed == {(i, j) for i, j in page.pairs if page.old[i].text != page.new[j].text}
    assert page.rewritten <= page.changed
    for i, j in page.merged:
        assert page.old[i].text in page.new[j].text
    for i, j in page.split:
        assert page.new[j].text in page.old[i].text
    assert _can_be_explained(page)


def _can_be_explained(page: Made) -> bool:
    """Without those that were moved the rest is in order."""
    rest = [j for i, j in sorted(page.pairs) if i not in page.moved]
    return not out_of_order(rest)


def test_the_same_seed_makes_the_same_pages() -> None:
    assert made(3, 60) == made(3, 60) != made(4, 60)
    assert list(hours(3, 2)) == list(hours(3, 2))


def test_every_kind_of_edit_occurs() -> None:
    page = made(1, 200)

    assert all((page.changed, page.rewritten, page.moved, page.merged, page.split))
    assert len(page.new) > len(page.pairs) < len(page.old)


def test_scores_add_up_and_goals_are_held_against_them() -> None:
    score = held({1, 2, 3}, {2, 3, 4, 5}) + Score(0, 0, 0)

    assert (score.precision, score.recall, score.f) == (2 / 3, 0.5, 4 / 7)
    assert Figure(name="x", data="y", score=score, goal=(("recall", 0.5),)).met is True
    assert Figure(name="x", data="y", score=score, goal=(("recall", 0.51),)).met is False
    assert Figure(name="x", data="y", score=Score(0, 1, 0), goal=(("claimed", 0),)).met is False
    assert Figure(name="x", data="y", score=score).met is None


def test_the_command_prints_a_line_of_json_a_figure(capsys: pytest.CaptureFixture[str]) -> None:
    code = command.main(["--json", "--only", "noise"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert code == 0
    assert len(lines) > 20
    assert all(line["met"] and line["claimed"] == 0 for line in lines)


def test_a_corpus_that_is_none_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["--corpus", str(tmp_path), "--only", "nyt"])

    assert ended.value.code == 2
    assert f"{tmp_path} holds no folder diff" in capsys.readouterr().err


@pytest.mark.corpus
def test_edited_and_new_rows_are_found_and_none_invented_with_the_ids_hidden(corpus_dir: Path) -> None:
    versions = results.versions(corpus_dir)
    edited, new = results.edited_scored(versions)

    assert len(versions) == 20
    assert edited.true > 100
    assert (edited.precision, edited.recall) == (1.0, 1.0)
    assert (new.precision, new.recall) == (1.0, 1.0)
