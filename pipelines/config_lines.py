"""Where in a config file something was written: TOML's readers forget the lines, people look for them.

For text that is valid TOML already. It is read only where something is wrong, and once for all of that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Where = tuple[Any, ...]
_NAME = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|[^\s.=\[\]]+')
_HEADER = re.compile(r"[ \t]*(\[\[?)([^\]\n\"']*(?:(?:\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*')[^\]\n\"']*)*)\]")
_KEY = re.compile(r"[ \t]*((?:\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|[A-Za-z0-9_.\- \t])+)=")
_PART = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'" r"|\#[^\n]*|[\[\]{},\n]",
    re.DOTALL,
)
_OPENS = re.compile(r"[ \t]*[\[{]")
# A table on one line with none in it: what nobody asks for is passed over as a whole.
_FLAT = re.compile(r"\{(?:[^{}\"'#\n]|\"(?!\"\")(?:\\.|[^\"\\\n])*\"|'(?!'')[^'\n]*')*+\}")


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
            where = table + _names(key[1])
            _note(found, wanted, where, line)
            at = key.end()
            if where in wanted:
                at, line = _inside(text, at, where, found, wanted, line)
        end = _end(text, at)
        line += text.count("\n", at, end)
        at = end
    return found


@dataclass(slots=True)
class _Open:
    """A list or table within the value of a key, as far as it was read."""

    where: Where
    is_list: bool
    number: int = 0  # of its next item
    key_next: bool = False  # what comes next is the name of a key, and somebody asks for one here


def _inside(text: str, at: int, where: Where, found: dict[Where, int], wanted: set[Where],
            line: int) -> tuple[int, int]:  # fmt: skip
    """Through the tables that are the value of a key, ``watch = [{...}, {...}]``: (where that ends, the line there)."""
    if not _OPENS.match(text, at):
        return at, line
    opened: list[_Open] = []
    while True:
        top = opened[-1] if opened else None
        if top and top.key_next and (key := _KEY.match(text, at)):
            where, at, top.key_next = top.where + _names(key[1]), key.end(), False
            _note(found, wanted, where, line)
            continue
        part = _PART.search(text, at)
        if part is None:
            return len(text), line
        line += text.count("\n", at, part.end())
        at = part.end()
        if part[0] in ("[", "{"):
            if top and top.is_list:
                where = (*top.where, top.number)
                if where not in wanted and (flat := _FLAT.match(text, part.start())):
                    at = flat.end()
                    continue
            is_table = part[0] == "{"
            if is_table:
                _note(found, wanted, where, line)
            opened.append(_Open(where, not is_table, key_next=is_table and where in wanted))
        elif part[0] in ("]", "}"):
            opened.pop()
            if not opened:
                return at, line
        elif part[0] == "," and top:
            top.number += 1
            top.key_next = not top.is_list and top.where in wanted


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
