"""A list with mistakes of several kinds: every line that is no TOML and every bad value is told in one refusal."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.watchlist import load_watchlist
from pipelines.config import parse_config
from pipelines.errors import ConfigError

FILE = Path("s.toml")


def refused(tmp_path: Path, text: str) -> list[str]:
    """What is told, without the file's name."""
    file = tmp_path / "s.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as refusal:
        load_watchlist(file)
    return str(refusal.value).replace(f"{file}: ", "").splitlines()


def page(name: str, more: str = "") -> str:
    return f'[[watch]]\nurl = "https://{name}.example.org/"\n{more}\n'


GOOD, SLOW = page("good", 'tags = ["x"]'), page("slow", 'schedule = "evry 5m"')
FEED = "[[hint]]\nurl = 'https://a.example.org/feed'\n"
KEY = "Expected '=' after a key in a key/value pair (at line {}, column 5)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD + '[[watch]]\nurl = "https://a.example.org/\n' + page("b", "bare") + SLOW,
            ["line 5: not valid TOML: Illegal character '\\n' (at line 5, column 30)",
             "line 8: not valid TOML: " + KEY.format(8),
             "line 11: [[watch]] 4 schedule = 'evry 5m': 'evry' is not known"],
        ),  # several tables, and the numbers of those behind them
        (
            page("a", "bare") + page("b", 'max = "5 parsecs"') + page("b", 'shedule = "every 1m"'),
            ["line 3: not valid TOML: " + KEY.format(3), "line 6: [[watch]] 2 max = '5 parsecs'",
             "line 8: [[watch]] 3 and [[watch]] 2 are the same page", "line 9: unknown key 'shedule' in [[watch]] 3"],
        ),
        (
            page("a", 'bare\nmin = "1h\nmax = "5 parsecs"'),
            ["line 3: not valid TOML: " + KEY.format(3), "line 4: not valid TOML: Illegal character",
             "line 5: [[watch]] 1 max = '5 parsecs'"],
        ),  # several lines of one table
        (page("a").replace("]]", "") + SLOW, ["line 1: not valid TOML: Expected ']]'", "line 6: [[watch]] 2"]),
        ("[defaults]]\nmin = '1s'\n" + SLOW, ["line 1: not valid TOML: ", "line 5: [[watch]] 1 schedule"]),
        (
            page("a", 'tags = [\n  "a",') + SLOW,
            ["line 3: not valid TOML: Invalid value (what begins in line 3 is not closed); the rest of this",
             "line 7: [[watch]] 2 schedule = 'evry 5m'"],
        ),  # "Unclosed" or "Invalid": the words are the reader's
        (
            "[crawl]\nbudget = 2/s\n[hints]\n" + SLOW,
            ["line 2: not valid TOML: ", "line 3: unknown key 'hints'", "line 6: [[watch]] 1 schedule"],
        ),
        (FEED + "every = '1s'\n" + page("a", "bare"),
         ["line 3: [[hint]] 1 every = '1s' is less than 1m", "line 6: not valid TOML"]),
        ("path = 'x'\n" + page("a", "bare"), ["line 1: unknown key 'path'", "line 4: not valid TOML"]),
        (page("a", "bare").replace("\n", "\r\n") + SLOW, ["line 3: not valid TOML", "line 6: [[watch]] 2"]),
        (page("a", "tags = ['x'") + "[archive]\n" * 2, [
            "line 3: not valid TOML: ", "line 5: not valid TOML: Cannot declare ('archive',) twice (at line 5, col"
         ]),
    ],
)  # fmt: skip
def test_all_mistakes_are_told_with_their_lines(tmp_path: Path, text: str, said: list[str]) -> None:
    found = refused(tmp_path, text)

    assert [line[: len(start)] for line, start in zip(found, said, strict=True)] == said


@pytest.mark.parametrize(
    "text",
    [
        '[defaults]\nmin = "1s\n' + page("a", 'schedule = "every 5s"'),
        '[defaults]\nschedule = "probe 5m\n' + page("a", 'probe_url = "https://b.example.org/"'),
        'egress = { allow = ["127.0.0.1/32" }\n' + "[[hint]]\nurl = 'http://127.0.0.1/feed'\nevery = '1s'\n",
        "[egress]\nallow = ['127.0.0.1/32\n[crawl]\nmin_gap = '0s'\n[[hint]]\nurl = 'http://127.0.0.1'\nevery = '1s'",
        '[[watch]]\nurl = "https://a.example.org/\nmin = "1s"\nschedule = "every 5s"\n',
        page("a", 'min = "1s\nschedule = "every 5s"'),
    ],
)
def test_nothing_is_missed_that_stands_in_a_line_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    [told] = refused(tmp_path, text)

    assert "not valid TOML" in told


@pytest.mark.parametrize(
    "value",
    ['"""\n[[watch]]\nbare\n"""', '["""\n[[watch]]\n""", "a"]', "[[\n[x]\n], [\n[y]\n]]",
     "'''\n[watch]\n\"\"\"\n[[watch]]\n'''"],
)  # fmt: skip
def test_a_line_within_a_text_or_list_is_no_table_of_its_own(tmp_path: Path, value: str) -> None:
    before = page("a", f"tags = {value}").replace("[x]", "[1]").replace("[y]", "[2]")
    found = refused(tmp_path, before + page("b", "bare") + SLOW)

    line = before.count("\n") + 3
    assert [one for one in found if "[[watch]] 1 tags" not in one] == [
        f"line {line}: not valid TOML: {KEY.format(line)}",
        next(one for one in found if one.startswith(f"line {line + 3}: [[watch]] 3 schedule = 'evry 5m'")),
    ]


@pytest.mark.parametrize("value", ['"""https://x.example.org/', "'''x", 'bare\ntags = ["""\n[[watch]]\n"""]'])
def test_behind_a_text_of_many_lines_that_is_not_closed_nothing_is_judged_and_that_is_told(
    tmp_path: Path, value: str
) -> None:
    found = refused(tmp_path, SLOW + page("a", f"tags = {value}") + page("b", "bare") + SLOW)

    assert [one.partition(":")[0] for one in found] == ["line 3", "line 6"]
    assert found[1].endswith("; what follows was not looked at")


@pytest.mark.parametrize("text", ["[archive]\n[archive]\n" + GOOD, "a = 1\n[a]\n"])
def test_where_each_table_is_right_by_itself_the_first_mistake_is_told_alone(tmp_path: Path, text: str) -> None:
    [told] = refused(tmp_path, text)

    assert told.startswith("not valid TOML: Cannot ")


SIGNS = [*"[]{}=,.#'\"x1\n \r", "\n[[watch]]\n", "\ntags = [", "[defaults]", "\n[1]\n", '"""', "min"]


@given(st.lists(st.sampled_from(SIGNS)))
def test_whatever_is_written_in_a_table_others_are_looked_at_or_it_is_told_that_they_were_not(signs: list[str]) -> None:
    text = page("a", "".join(signs)) + SLOW.replace("evry 5m", "5")
    with pytest.raises(ConfigError) as refusal:
        parse_config(text.replace('schedule = "5"', "shedule = 5"), FILE)

    said = str(refusal.value)
    told = f"line {text.count(chr(10))}: unknown key 'shedule'" in said
    assert told or "looked at" in said or said.startswith("s.toml: not valid TOML")


def test_readers_without_schedules_are_told_the_same() -> None:
    with pytest.raises(ConfigError, match=r"s\.toml: line 3: not valid TOML.*\n.*line 6: \[\[watch\]\] 2 max"):
        parse_config(page("a", "bare") + page("b", "max = 3"), FILE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD + FEED + "[[hint]]\nurl = 'https://b.example.org/feed'\nevery = '1s'",
            ["line 8: [[hint]] 2 every = '1s' is less than 1m, the least but for addresses (not names) within"],
        ),
        (
            FEED + "[[hint]]\nevery = '1h'\nurl = 'https://a.example.org/feed'\n" + SLOW,
            ["line 5: [[hint]] 2 and [[hint]] 1: https://a.example.org/feed is there twice; remove one",
             "line 8: [[watch]] 1 schedule = 'evry 5m'"],
        ),
        (
            FEED + "every = '2s'\n[crawl]\ntimeout = '0s'",
            ["line 3: [[hint]] 1 every = '2s' is less than 1m", "line 5: [crawl] timeout = '0s'"],
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_a_hint_has_its_line_and_hides_no_other(tmp_path: Path, text: str, said: list[str]) -> None:
    found = refused(tmp_path, text)

    assert [line[: len(start)] for line, start in zip(found, said, strict=True)] == said
