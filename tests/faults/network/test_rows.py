"""The catalogue is whole: no fault of the list without a test, no test for a fault that is not listed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from .catalogue import CASES
from .rows import ROWS

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("row", ROWS)
def test_each_row_has_a_test(row: str) -> None:
    missing = [place for place in ROWS[row].elsewhere if place not in _tests(place.partition("::")[0])]

    assert missing == []
    assert ROWS[row].elsewhere or any(case.row == row for case in CASES)


def test_each_case_belongs_to_a_row_and_no_two_have_one_name() -> None:
    assert {case.row for case in CASES} <= ROWS.keys()
    assert len({case.name for case in CASES}) == len(CASES)


def _tests(file: str) -> set[str]:
    path = ROOT / file
    tree = ast.parse(path.read_text()) if path.exists() else ast.Module([], [])
    return {f"{file}::{node.name}" for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
