"""Every key of every table, as the tables themselves list them: a wrong type and a slip of the pen are both named."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from pipelines.config import Config, parse_config
from pipelines.config_words import table_in
from pipelines.errors import ConfigError

FILE = Path("stoppress.toml")
LISTS = ("watch", "hint")
NEEDED = {"watch": {"url": '"https://a.example/"'}, "hint": {"kind": '"feed"', "url": '"https://a.example/"'}}
WRONG = ["{ no = 1 }", "[[1]]", "[{ no = 1 }]"]
LETTERS = "abcdefghijklmnopqrstuvwxyz_"


def keys() -> Iterator[tuple[str, str]]:
    """(table, key), under the names they have in the file."""
    for table in tables():
        model = table_in(Config, table)
        assert model is not None
        for name, field in model.model_fields.items():
            yield table, field.alias or name


def tables() -> list[str]:
    return [name for name in Config.model_fields if name != "path"]


def head(table: str) -> str:
    return f"[[{table}]]" if table in LISTS else f"[{table}]"


def place(table: str) -> str:
    return head(table) + (" 1" if table in LISTS else "")


def written(table: str, key: str, value: str) -> str:
    rows = NEEDED.get(table, {}) | {key: value}
    return "\n".join([head(table), *(f"{json.dumps(name)} = {row}" for name, row in rows.items())])


def refused(text: str) -> list[str]:
    with pytest.raises(ConfigError) as refusal:
        parse_config(text, FILE)
    told = [re.fullmatch(r"(stoppress\.toml: )line \d+: (.*)", line) for line in str(refusal.value).splitlines()]
    assert None not in told, refusal.value  # each has its line; which, test_config_lines says
    return ["".join(found.groups()) for found in told if found]


def test_the_tables_are_those_that_people_know() -> None:
    assert set(keys()) >= {("watch", "from"), ("crawl", "hosts"), ("archive", "catalog"), ("hint", "url")}
    assert all(issubclass(table_in(Config, table) or object, BaseModel) for table in tables())


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize(("table", "key"), list(keys()))
def test_a_wrong_type_is_refused_with_its_key(table: str, key: str, value: str) -> None:
    complaints = refused(written(table, key, value))

    where = f"[crawl.{key}]" if key == "hosts" else f"{place(table)} {key}"
    assert [line for line in complaints if not line.startswith(f"stoppress.toml: {where}")] == []
    assert all("Input should" not in line for line in complaints), complaints


@pytest.mark.parametrize("table", tables())
@pytest.mark.parametrize("value", ["3", '"text"', "true", "[1]"])
def test_a_table_that_is_none_is_refused_with_its_name(table: str, value: str) -> None:
    complaints = refused(f"{table} = {value}")

    assert all(line.startswith(f"stoppress.toml: {head(table)}") for line in complaints)
    assert all("Input should" not in line for line in complaints), complaints


@given(st.sampled_from(sorted(keys())), st.data())
def test_a_slip_of_the_pen_is_refused_with_a_known_key(at: tuple[str, str], data: st.DataObject) -> None:
    table, key = at
    slip = data.draw(slips(key).filter(lambda word: word and (table, word) not in set(keys())))

    complaints = refused(written(table, slip, "1"))

    assert len(complaints) == 1
    assert complaints[0].startswith(f"stoppress.toml: unknown key {slip!r} in {place(table)}; ")
    near, listed = "did you mean" in complaints[0], "known here" in complaints[0]
    assert near or (listed and key in complaints[0])


@given(st.sampled_from(tables()), st.data())
def test_a_slip_in_the_name_of_a_table_is_refused(table: str, data: st.DataObject) -> None:
    slip = data.draw(slips(table).filter(lambda word: word and word not in tables()))

    assert refused(f"[{slip}]")[0].startswith(f"stoppress.toml: unknown key {slip!r}; ")


def slips(key: str) -> st.SearchStrategy[str]:
    """One letter too many, too few, another one, or two that changed places."""
    at = st.integers(0, len(key) - 1)
    letter = st.sampled_from(LETTERS)
    return st.one_of(
        st.builds(lambda i, c: key[:i] + c + key[i:], at, letter),
        st.builds(lambda i: key[:i] + key[i + 1 :], at),
        st.builds(lambda i, c: key[:i] + c + key[i + 1 :], at, letter),
        st.builds(lambda i: key[:i] + key[i + 1 : i + 2] + key[i : i + 1] + key[i + 2 :], at),
        st.just(key + "_"),
        st.just(key.upper()),
    )
