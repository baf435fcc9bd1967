"""Text that is no TOML, table by table: a slip of the pen in one must not hide what is wrong with all others.

For messages alone. A reader of TOML ends at the first mistake, so each table is read by itself, from its header to the
next. What cannot be judged that way is said and not guessed.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Where = tuple[Any, ...]
LISTS = ("hint", "watch")
SHARED = {("defaults",), ("egress",)}  # what others are judged by
# Also with brackets that are missing: what follows such a line is meant for a table of its own.
_HEADER = re.compile(r"^[ \t]*\[\[?[ \t]*([\w.\-][\w.\- \t]*)(?:\]\]?)?[ \t\r]*(?:#.*)?$", re.MULTILINE | re.ASCII)
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_UNCLOSED = {'Expected "\'\'\'"': "'''", "Unterminated string": '"""'}  # in tomllib's words, at the end of a text
MOST_LINES = 200  # of a table that is read again behind a mistake: each time costs all of them
MOST_HEADERS = 20  # that a list may seem to hold
_REST_OF_TABLE, _REST_OF_FILE = "; the rest of this table was not looked at", "; what follows was not looked at"


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that is no TOML."""

    line: int
    words: str


@dataclass(slots=True)
class Apart:
    """A text without what is no TOML in it."""

    faults: list[Fault] = field(default_factory=list)
    text: str = ""  # the rest, each line where it was
    lost: set[Where] = field(default_factory=set)  # tables that lack something that was written in them


def taken_apart(text: str) -> Apart:
    """Every table of a text that is no TOML, read by itself. Without faults none is broken by itself."""
    apart, kept, counts, line = Apart(), [], dict.fromkeys(LISTS, 0), 1
    for piece in _pieces(text):
        data, error = _loaded(piece)
        if error:
            faults, rest, is_last = _read(piece, line)
            apart.faults += faults
            header = _HEADER.match(piece)
            names = tuple(part.strip() for part in header[1].split(".")) if header else ()
            rest = _headed(rest, names)
            data, _ = _loaded(rest)
            apart.lost |= SHARED if is_last or not names else {names[:1]} - {(name,) for name in LISTS}
        else:
            rest, is_last = piece, False
        for name in LISTS:
            tables = data.get(name)
            count = len(tables) if isinstance(tables, list) else 0
            if error:
                apart.lost |= {(name, counts[name] + number) for number in range(count)}
            counts[name] += count
        kept.append(rest)
        if is_last:
            break
        line += piece.count("\n")
    apart.text = "".join(kept)
    return apart


def _loaded(text: str) -> tuple[dict[str, Any], str]:
    """What a text says, and what is wrong with it."""
    try:
        return tomllib.loads(text), ""
    except tomllib.TOMLDecodeError as e:
        return {}, str(e)


def line_in(error: str) -> int:
    """The line that a complaint of tomllib's names, or 0."""
    place = _AT.search(error)
    return int(place[1] or 0) if place else 0


def _pieces(text: str) -> Iterator[str]:
    """From each header to the next; a line within a text or list that only looks like one is none."""
    cuts = sorted({0, *(found.start() for found in _HEADER.finditer(text)), len(text)})
    at = 0
    while at < len(cuts) - 1:
        end = _end(text, cuts, at)
        yield text[cuts[at] : cuts[end]]
        at = end


def _end(text: str, cuts: list[int], at: int) -> int:
    """The cut at which a piece ends."""
    begin, first = cuts[at], at + 1
    for end in range(first, min(first + MOST_HEADERS, len(cuts))):
        _, error = _loaded(text[begin : cuts[end]])
        if not error:
            return end
        if not error.endswith("(at end of document)"):
            break
        mark = _UNCLOSED.get(_AT.sub("", error))
        if mark:
            closed = text.find(mark, cuts[end])
            return bisect_right(cuts, closed) if closed >= 0 else end
    return first


def _read(piece: str, line: int) -> tuple[list[Fault], str, bool]:
    """What is wrong with a piece that begins in a line, what is left of it, and whether it is the last to be judged."""
    faults: list[Fault] = []
    lines = piece.split("\n")
    while error := _loaded("\n".join(lines))[1]:
        wrong = _line_of(error, lines)
        words = f"not valid TOML: {_spelt(error, line + wrong)}"
        begun = not _loaded("\n".join(lines[:wrong]))[1]  # the mistake is in what begins in this line
        if any(mark in one for mark in _UNCLOSED.values() for one in lines[wrong if begun else 0 :]):
            return [*faults, Fault(line + wrong, words + _REST_OF_FILE)], "\n" * (len(lines) - 1), True
        stands_alone = bool(lines[wrong].strip()) and (wrong == 0 or (begun and _is_closed(lines[wrong])))
        if not stands_alone or len(lines) > MOST_LINES:
            words += _REST_OF_TABLE if any(one.strip() for one in lines[wrong + 1 :]) else ""
            return [*faults, Fault(line + wrong, words)], "\n" * (len(lines) - 1), False
        faults.append(Fault(line + wrong, words))
        lines[wrong] = ""
    return faults, "\n".join(lines), False


def _line_of(error: str, lines: list[str]) -> int:
    """From 0. What is open at the end is wrong where it was opened."""
    if line := line_in(error):
        return line - 1
    if len(lines) > MOST_LINES:
        return 0
    return next(number for number in range(len(lines) - 1, -1, -1) if not _loaded("\n".join(lines[:number]))[1])


def _spelt(error: str, line: int) -> str:
    """tomllib's words, with the line in the file."""
    place = _AT.search(error)
    at = f"at line {line}, column {place[2]}" if place and place[2] else f"what begins in line {line} is not closed"
    return f"{_AT.sub('', error)} ({at})"


def _is_closed(line: str) -> bool:
    return sum(line.count(one) for one in "[{") == sum(line.count(one) for one in "]}")


def _headed(rest: str, names: Where) -> str:
    """With a header that is one, so that all other tables keep their numbers."""
    if not names:
        return rest
    name = ".".join(names)
    return (f"[[{name}]]" if name in LISTS else f"[{name}]") + rest[len(rest.split("\n", 1)[0]) :]
