"""Lists with times that are no coverage, told by what their records are made of: commits, answers, messages, prices.

Asked only where neither address nor titles announce a live page: newsrooms write odd class names, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from .dom import HEADINGS, address, said
from .places import names_of
from .source import Node
from .times import leading_clock
from .words import words_of

FEWEST = 4  # records of which it is telling that each has the same fields
TABLES = 3  # ... or a table
NEARLY = 0.8
TABLED = 0.3  # share of a record's text that is in its table
MOST = 0.5  # share of the records that look so
FIELDS = 2  # labels that most of the records have
COLUMNS = 4  # a row with as many cells is data
_NAMES = words_of(
    "msg message messages chat commit commits answer answers question questions ticket issue job jobs vacancy product "
    "products item-price price event-listing episode episodes podcast track release releases changelog review reviews "
    "recipe song songs playlist "
    "fixture fixtures match-row departure departures arrival arrivals flight listing listings property auction "
    "bid letter letters"
)
_AROUND = words_of("incident incidents")  # of what encloses a record
_STATUS = frozenset(("status", "toot", "tweet"))  # whole classes: "status-publish" says nothing
_VERSION = re.compile(r"(?:version|release|ver\.?|v)?\s*\d+(?:\.\d+){1,3}\b.{0,30}", re.IGNORECASE)
_LABEL = re.compile(r"(?<![^\s·|,;•(])([^\W\d_][^\W\d_]{2,20}) ?[:：] ")
_VERBS = re.compile(
    r"\b(?:answered|asked|replied|commented|committed|authored|pushed|merged|reviewed|opened this|geantwortet|"
    r"a répondu|respondió|ha risposto)\b",
    re.IGNORECASE,
)
_PEOPLE = frozenset(("user", "users", "u", "member", "members"))
OUTER = 3  # enclosing elements whose names tell
TELLING = 40  # characters of a paragraph that is more than a label
SHORT = 120  # characters of the line in which somebody is said to have answered


def other_list(records: Sequence[Node]) -> str | None:
    """What these records are instead of updates; None if nothing says so."""
    if _repeats(records):
        return "most of them say the same"
    if _hold_one_table(records):
        return "each holds the same table, with other figures"
    for what, looks in (
        ("a table of data", _is_data),
        ("a list of versions", _is_release),
        ("people, not a newsroom, talk", _is_talk),
        ("their class says what else they are", _is_named),
    ):
        if sum(map(looks, records)) > MOST * len(records):
            return what
    return None


def leads_to_documents(records: Sequence[Node]) -> bool:
    """Most hold a link of one and the same name to a page of their own: "Download", "Read the notice"."""
    held = [{said(a): a.get("href") for a in node.iter("a") if (a.get("href") or "#")[0] != "#"} for node in records]
    counts = Counter(name for links in held for name in links if name)
    named = [name for name, n in counts.items() if n > NEARLY * len(records)]
    return any(len({links.get(name) for links in held} - {None}) == counts[name] for name in named)


def holds_data(records: Sequence[Node]) -> str | None:
    """A table of several columns is most of each: results, prices; or they are made of the same fields: what a radio
    plays. Also where the address announces a live page.
    """
    if _has_fields(records):
        return "each is made of the same labelled fields"
    most = len(records) >= TABLES and sum(map(_holds_table, records)) > NEARLY * len(records)
    return "each holds a table of data" if most else None


def _holds_table(node: Node) -> bool:
    if node.tag in ("table", "tr"):
        return False  # it stands in one
    least = TABLED * len(said(node))
    return any(
        len(said(table)) >= least and any(len(row) >= COLUMNS for row in table.iter("tr"))
        for table in node.iter("table")
    )


def _hold_one_table(records: Sequence[Node]) -> bool:
    """Each has a table with the same row of headings: once one has none, this is never said again."""
    first = [next(node.iter("table"), None) for node in records]
    heads = {" | ".join(said(cell) for cell in table.iter("th")) if table is not None else "" for table in first}
    return len(records) >= TABLES and len(heads) == 1 and "" not in heads


def _repeats(records: Sequence[Node]) -> bool:
    """One paragraph in most of the records: a listing, with what holds for all of it."""
    counts = Counter(text for node in records for text in {said(p) for p in node.iter("p", "td", "div") if len(p) < 2})
    return any(len(text) >= TELLING and n > MOST * len(records) for text, n in counts.items())


def _has_fields(records: Sequence[Node]) -> bool:
    """Most have the same labels, "Album: … Label: …", as what is kept in a table has, and no prose."""
    bare = [node for node in records if not any(map(_is_prose, node.itertext()))]
    counts = Counter(label for node in bare for label in {m[1] for t in node.itertext() for m in _LABEL.finditer(t)})
    return len(records) >= FEWEST and sum(n > NEARLY * len(records) for n in counts.values()) >= FIELDS


def _is_prose(text: str) -> bool:
    return len(_LABEL.sub("", text).strip()) >= TELLING


def _is_data(node: Node) -> bool:
    """Rows that have names of their own are told from each other, and may be news in columns."""
    return node.tag == "tr" and len(node) >= COLUMNS and not node.get("id")


def _is_release(node: Node) -> bool:
    heading = next(iter(node.iter(*HEADINGS)), None)
    title = said(heading) if heading is not None else ""
    return _VERSION.fullmatch(title) is not None and leading_clock(title) is None  # "12.42 am: The leader is out"


def _is_talk(node: Node) -> bool:
    if any(_PEOPLE & set(address(a.get("href") or "").path.split("/")[:3]) for a in node.iter("a")):
        return True
    return any(len(line) <= SHORT and _VERBS.search(line) for line in _lines(node))


def _lines(node: Node) -> list[str]:
    return [said(n) for n in node.iter("div", "span", "footer", "small", "header") if len(n) <= COLUMNS]


def _is_named(node: Node) -> bool:
    """The record itself, or what a bare wrapper holds."""
    while not names_of(node) and len(node) == 1:
        node = node[0]
    around = islice(node.iterancestors(), OUTER)
    return bool(
        _NAMES & names_of(node)
        or _STATUS & set((node.get("class") or "").split())
        or any(_AROUND & names_of(holder) for holder in around)
    )
