"""What ``make bench-schedule`` plays, by what it is asked for."""

from __future__ import annotations

import io

import pytest

from tests.bench.scheduling.contest import AS_CRAWLED, BASELINES, OURS, POLICIES, VARIANTS
from tests.bench.scheduling.options import IN_VARIANTS, VARIANT_SEEDS, Wanted, wanted
from tests.bench.scheduling.table import Progress


def parts(asked: Wanted) -> tuple[bool, bool, bool]:
    return asked.equal, bool(asked.variants), asked.million


def test_without_options_all_is_played_that_the_goals_speak_of() -> None:
    asked = wanted([])

    assert parts(asked) == (True, True, True)
    assert (asked.seeds, asked.budgets, asked.variants) == (4, (0.3, 1.0, 3.0), tuple(VARIANTS))
    assert asked.at(1.0) == tuple(POLICIES)
    assert {OURS, AS_CRAWLED} <= set(asked.at(0.3))
    assert asked.variant_seeds >= 3
    assert {*BASELINES, OURS} <= set(IN_VARIANTS)


def test_a_number_of_pages_or_processes_is_no_choice_of_parts() -> None:
    assert parts(wanted(["--pages", "100", "--seeds", "2", "--workers", "1", "--json"])) == (True, True, True)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--quick", (False, False, False)),
        ("--only Stoppress", (False, False, False)),
        ("--budgets 0.3,3", (False, False, False)),
        ("--equal", (True, False, False)),
        ("--sensitivity", (False, True, False)),
        ("--million", (False, False, True)),
        ("--quick --equal --million", (True, False, True)),
    ],
)
def test_who_chooses_gets_the_table_and_what_was_chosen(words: str, expected: tuple[bool, bool, bool]) -> None:
    asked = wanted(words.split())

    assert parts(asked) == expected
    assert asked.budgets


def test_kinds_of_worlds_are_chosen_by_name_with_as_many_worlds_of_each_as_wanted() -> None:
    asked = wanted(["--budgets", "", "--variants", "half stale,70 % quick edits"])

    assert (asked.budgets, asked.variants) == ((), ("half stale", "70 % quick edits"))
    assert asked.variant_seeds == VARIANT_SEEDS
    assert wanted(["--sensitivity", "--variant-seeds", "5"]).variant_seeds == 5


def test_rules_that_were_chosen_are_played_with_each_budget_also_those_with_a_comma_in_their_names() -> None:
    asked = wanted(["--only", "Stoppress,Stoppress, as crawled, freshness, one bit,Nutch"])

    assert asked.rules == (OURS, AS_CRAWLED, "freshness, one bit", "Nutch")
    assert asked.at(0.3) == asked.at(1.0) == asked.rules


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "Nutsch"], "'Nutsch' is not known; there are fixed;"),
        (["--variants", "odd"], "'odd' is not known; there are base;"),
        (["--budgets", "1,0"], "not numbers above 0"),
        (["--budgets", "much"], "not numbers above 0"),
        (["--budgets", "nan"], "not numbers above 0"),
        (["--seeds", "0"], "'0' is no whole number above 0"),
    ],
)
def test_what_cannot_be_played_is_refused_with_2(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        wanted(words)

    assert refused.value.code == 2
    assert said in capsys.readouterr().err


def test_progress_is_told_at_the_first_run_to_come_and_at_the_last_that_was(monkeypatch: pytest.MonkeyPatch) -> None:
    told = io.StringIO()
    monkeypatch.setattr("sys.stderr", told)
    progress = Progress("base", 3)
    for _ in range(3):
        progress.one_more()

    lines = told.getvalue().splitlines()
    assert lines[0] == "base: 0 of 3 runs"
    assert lines[-1].startswith("base: 3 of 3 runs, ")
