"""Times before now as words of the real command: no option, and no excuse for a mistyped one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running import Ran, stoppress

from .conftest import STORM


@pytest.fixture
def diff(folder: Path) -> Callable[..., Ran]:
    def typed(*words: str) -> Ran:
        return stoppress("diff", *words, config=folder / "stoppress.toml")

    return typed


@pytest.mark.parametrize(
    "words",
    [
        [STORM, "-3000d", "-1s"],
        [STORM, "-3000d", "now", "--updates"],
        ["--updates", STORM, "-2999d12h", "now"],
        [STORM, "@-3000d", "now"],
        ["--", STORM, "-3000d", "now"],
    ],
)
def test_a_time_before_now_is_written_with_a_minus(diff: Callable[..., Ran], words: list[str]) -> None:
    ran = diff("--json", *words)

    assert (ran.code, ran.err) == (0, "")
    assert {(line["from"], line["to"]) for line in ran.lines} == {(1, 3)}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-2x", "now"], "'-2x' is not a time before now"),
        (["-2h", "now", "--wrods"], "No such option: --wrods (Possible options: --words)"),
        (["-2h", "now", "-h2"], "No such option: -h"),
        (["-2h", "now", "-1h"], "unexpected extra argument"),
    ],
)
def test_what_is_neither_a_time_nor_an_option_is_refused(diff: Callable[..., Ran], words: list[str], says: str) -> None:
    ran = diff(STORM, *words)

    assert (ran.code, ran.out) == (2, b"")
    assert says in ran.err


@pytest.mark.parametrize("words", [["changes", "--since", "-3000d"], ["changes", "--since=-3000d"]])
def test_the_value_of_an_option_may_begin_with_a_minus(folder: Path, words: list[str]) -> None:
    ran = stoppress(*words, "--json", config=folder / "stoppress.toml")

    assert (ran.code, len(ran.lines)) == (0, 4)


def test_a_verb_without_times_takes_no_minus_words(folder: Path) -> None:
    ran = stoppress("versions", STORM, "-2h", config=folder / "stoppress.toml")

    assert ran.code == 2
    assert "No such option: -2" in ran.err
