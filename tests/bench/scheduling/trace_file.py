"""A trace of one's own archive (``stoppress export trace``) as pages to play: CSV with ``page,time,kind,entry,rev``."""

from __future__ import annotations

import csv
from math import isfinite
from pathlib import Path
from urllib.parse import urlsplit

from .world import DAY, DELETION, HOUR, NAMES, NEVER_ENDS, Page, World, keep

COLUMNS = ("page", "time", "kind", "entry", "rev")
WRITES_ONE = "stoppress export trace writes one"
Event = tuple[float, int, int]  # time, kind, entry


class BadTrace(ValueError):
    """A file that is no trace: which, where, and what to do."""


def read_trace(path: Path) -> tuple[World, list[Page]]:
    """No page waits for another of its host, each is watched from its first event on. BadTrace if it cannot be read."""
    events = _read(path)
    begin = min(one[0] for told in events.values() for one in told)
    last = max(one[0] for told in events.values() for one in told)
    world = World(pages=len(events), hosts=len(events), days=max((last - begin) / DAY, 0.1))
    sites = {name: number for number, name in enumerate(dict.fromkeys(urlsplit(url).netloc for url in events))}
    return world, [
        _traced(host, sites[urlsplit(url).netloc], sorted(told), begin)
        for host, (url, told) in enumerate(events.items())
    ]


def _read(path: Path) -> dict[str, list[Event]]:
    """By page, one at least."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            events = _parsed(path, csv.DictReader(file))
    except OSError as e:
        raise BadTrace(f"{path} cannot be read: {e.strerror}; {WRITES_ONE}") from e
    except UnicodeDecodeError as e:
        raise BadTrace(f"{path} is not text in UTF-8 ({e.reason}); {WRITES_ONE}") from e
    if not events:
        raise BadTrace(f"{path}, line 2: it has no event, so there is nothing to catch; {WRITES_ONE}")
    return events


def _parsed(path: Path, rows: csv.DictReader[str]) -> dict[str, list[Event]]:
    events: dict[str, list[Event]] = {}
    if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise BadTrace(f"{path}, line 1: no {', '.join(missing)} among its columns; {WRITES_ONE}")
    try:
        for row in rows:
            events.setdefault(row["page"], []).append(_event(row))
    except UnicodeDecodeError:
        raise
    except (csv.Error, ValueError, TypeError) as e:
        what = f"{path}, line {rows.line_num}: not {','.join(COLUMNS)} as in a trace: {e}"
        raise BadTrace(f"{what}; mend or delete the line, or export the trace again") from e
    return events


def _event(row: dict[str, str]) -> Event:
    """ValueError or TypeError if it is none."""
    time, kind = float(row["time"]), row["kind"]
    if not isfinite(time):
        raise ValueError(f"{row['time']!r} is no time")
    if kind not in NAMES:
        raise ValueError(f"{kind!r} is none of {', '.join(NAMES)}")
    if not urlsplit(row["page"]).netloc:  # ValueError too
        raise ValueError(f"{row['page']!r} is no address of a page")
    return time, NAMES.index(kind), int(row["entry"])


def _traced(host: int, site: int, told: list[tuple[float, int, int]], begin: float) -> Page:
    told = [(at - begin, kind, entry) for at, kind, entry in told]
    following: dict[int, float] = {}
    ends = []
    for at, kind, entry in reversed(told):  # a revision lives until the next of its entry
        ends.append(at if kind == DELETION else following.get(entry, NEVER_ENDS))
        following[entry] = at
    start, end = told[0][0], told[-1][0]
    rate = len(told) / max(end - start, HOUR)
    page = Page(host, start, start, end, NEVER_ENDS, rate / 1.93, 0, [], [], [], [], site)
    keep(page, [(*one, life) for one, life in zip(told, reversed(ends), strict=True)])
    return page
