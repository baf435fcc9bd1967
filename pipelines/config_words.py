"""What pydantic finds wrong -> a line for people: place as it is written there, value, next step."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from datetime import date
from typing import Any, get_args

from pydantic import BaseModel

from .addresses import masked
from .config_tables import Config
from .urlkey import without_secret

Where = tuple[Any, ...]
_ADDRESSES = {("archive", "catalog"), ("archive", "store"), ("s3", "endpoint_url")}
_LISTS = ("hint", "watch")
_TYPES = {
    "bool_type": "write true or false",
    "dict_type": "write a table of names and values",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "int_type": "write a whole number",
    "path_type": "write a path in quotes",
    "string_type": "write text in quotes",
    "tuple_type": "write a list in brackets",
}


def place(where: Where) -> str:
    """``("watch", 1, "url")`` -> ``[[watch]] 2 url``: as people look for it in the file."""
    head, *rest = where
    if head in _LISTS:
        words = [f"[[{head}]]"]
    elif where[:2] == ("crawl", "hosts"):
        words, rest = ["[crawl.hosts]"], rest[1:]
    else:
        words = [f"[{head}]"]
    return " ".join([*words, *(str(part + 1) if isinstance(part, int) else str(part) for part in rest)])


def complaint(error: Any, named: Callable[[Where], str] = place) -> str:
    """One error of pydantic's in words. No password is repeated, wherever it was written."""
    where = tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        return unknown(where)
    if error["type"] == "missing":
        return f"{named(where[:-1])} has no {where[-1]!r}, which it needs"
    message = masked(_message(where, error))
    return f"{named(where)}{_shown(where, error['input'])}: {message}" if where else message


def unknown(where: Where) -> str:
    """A key or table that nothing here knows, with the nearest one that is known."""
    table = _table_at(where[:-1])
    known = sorted((f.alias or name) for name, f in table.model_fields.items() if (table, name) != (Config, "path"))
    near = difflib.get_close_matches(str(where[-1]), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
    inside = f" in {place(where[:-1])}" if where[:-1] else ""
    return f"unknown key {str(where[-1])!r}{inside}; {hint}"


def _message(where: Where, error: Any) -> str:
    if error["type"] == "tuple_type" and where[0] in _LISTS and len(where) == 1:
        return f"it is a list; write [[{where[0]}]] in double brackets, once for each"
    if error["type"] in ("model_type", "model_attributes_type"):
        return f"it is a table; write {place(where[:1])} and its keys below"
    words: str = error["msg"].removeprefix("Value error, ").replace("Input should be", "it should be")
    return _TYPES.get(error["type"], words)


def _shown(where: Where, value: Any) -> str:
    if where in _ADDRESSES:  # with a slip of the pen in it, nobody knows where the password is
        scheme, found, _ = value.partition("://") if isinstance(value, str) else ("", "", "")
        return f' = "{scheme}://…"' if found and scheme.isalnum() else ""
    if where[-1:] == ("url",) and isinstance(value, str):  # also without a scheme, which masked needs
        return f" = {without_secret(value)!r}"
    if isinstance(value, date):
        return f" = {value.isoformat()}"
    return "" if isinstance(value, dict | list | BaseModel) else f" = {masked(repr(value))}"


def _table_at(where: Where) -> type[BaseModel]:
    """The table a key was looked for in."""
    table: type[BaseModel] = Config
    for part in where:
        if isinstance(part, str):
            table = table_in(table, part) or table
    return table


def table_in(table: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The table, or the kind of table in a list, that a key holds; None if it holds a value."""
    kind = table.model_fields[name].annotation
    found = [part for part in (kind, *get_args(kind)) if isinstance(part, type) and issubclass(part, BaseModel)]
    return found[0] if found else None
