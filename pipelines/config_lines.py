"""Where in a config file something was written: TOML's readers forget the lines, people look for them.

For text that is valid TOML already. It is read only where something is wrong, and once for all of that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

Where = tuple[Any, ...]
_NAME = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|[^\s.=\[\]]+')
_HEADER = re.compile(r"[ \t]*(\[\[?)([^\]\n\"']*(?:(?:\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*')[^\]\n\"']*)*)\]")
_KEY = re.compile(r"[ \t]*((?:\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|[A-Za-z0-9_.\- \t])+)=")
_PART = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'" r"|\#[^\n]*|[\[\]{}\n]",
    re.DOTALL,
)


def lines_of(text: str, places: Iterable[Where]) -> dict[Where, int]:
    """The line of each place: that of its key; where it has none of its own, that of what it stands in.

    ``("watch", 1, "url")`` is ``url`` of the second ``[[watch]]``. What cannot be told is left out.
    """
    places = list(places)
    wanted = {place[:length] for place in places for length in range(1, len(place) + 1)}
    found = _found(text, wanted)
    lines = {}
    for place in places:
        nearest = next((place[:n] for n in range(len(place), 0, -1) if place[:n] in found), None)
        if nearest:
            lines[place] = found[nearest]
    return lines


def _found(text: str, wanted: set[Where]) -> dict[Where, int]:
    found: dict[Where, int] = {}
    counts: dict[Where, int] = {}
    table: Where = ()
    at, line = 0, 1
    while at < len(text):
        if header := _HEADER.match(text, at):
            table = _table(_names(header[2]), header[1] == "[[", counts)
            _note(found, wanted, table, line)
            at = header.end() + (header[1] == "[[")
        elif key := _KEY.match(text, at):
            _note(found, wanted, table + _names(key[1]), line)
            at = key.end()
        end = _end(text, at)
        line += text.count("\n", at, end)
        at = end
    return found


def _table(names: Where, listed: bool, counts: dict[Where, int]) -> Where:
    """``[[watch]]`` is the next of its list; ``[watch.x]`` stands in the last one."""
    where: Where = ()
    for number, name in enumerate(names, start=1):
        where += (name,)
        if listed and number == len(names):
            counts[where] = counts.get(where, 0) + 1
        if where in counts:
            where += (counts[where] - 1,)
    return where


def _note(found: dict[Where, int], wanted: set[Where], where: Where, line: int) -> None:
    for length in range(1, len(where) + 1):
        if where[:length] in wanted:
            found.setdefault(where[:length], line)


def _names(text: str) -> Where:
    return tuple(name[1:-1] if name[0] in "\"'" else name for name in _NAME.findall(text))


def _end(text: str, at: int) -> int:
    """Behind the line, or behind the lines of a text or list that goes over several."""
    depth = 0
    for part in _PART.finditer(text, at):
        if part[0] == "\n" and depth <= 0:
            return part.end()
        depth += (part[0] in "[{") - (part[0] in "]}")
    return len(text)
