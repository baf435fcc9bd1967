"""The catalogue is whole: every fault of the list has tests, and each of them exists."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from .rows import GROUPS

ROOT = Path(__file__).resolve().parents[2]
ROWS = [(group, name) for group, rows in GROUPS.items() for name in rows]


@pytest.mark.parametrize(("group", "name"), ROWS)
def test_each_row_has_tests_that_exist(group: str, name: str) -> None:
    row = GROUPS[group][name]
    missing = [place for place in row.shown if place not in _tests(place.partition("::")[0])]

    assert row.shown
    assert missing == []


@pytest.mark.parametrize("group", GROUPS)
def test_each_test_here_belongs_to_a_row(group: str) -> None:
    """Of every file in these folders at least one test is named: none is forgotten in the list."""
    named = {place.partition("::")[0] for row in GROUPS[group].values() for place in row.shown}
    here = {str(path.relative_to(ROOT)) for path in (ROOT / "tests/faults" / group).glob("test_*.py")}

    assert here <= named


@cache
def _tests(file: str) -> frozenset[str]:
    path = ROOT / file
    tree = ast.parse(path.read_text()) if path.exists() else ast.Module([], [])
    return frozenset(f"{file}::{node.name}" for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
