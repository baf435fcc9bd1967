"""Lists with times that are no coverage, told by what their records are made of: commits, answers, messages, prices.

Asked only where neither address nor titles announce a live page: newsrooms write odd class names, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from .dom import HEADINGS, address, said
from .places import names_of
from .source import Node
from .words import words_of

MOST = 0.5  # share of the records that look so
COLUMNS = 4  # a row with as many cells is data
_NAMES = words_of(
    "msg message messages chat commit commits answer answers question questions ticket issue job jobs vacancy product "
    "products item-price price event-listing episode episodes podcast track release releases changelog review reviews "
    "recipe song songs playlist "
    "fixture fixtures match-row departure departures arrival arrivals flight listing listings property auction "
    "bid"
)
_VERSION = re.compile(r"(?:version|release|ver\.?|v)?\s*\d+(?:\.\d+){1,3}\b.{0,30}", re.IGNORECASE)
_VERBS = re.compile(
    r"\b(?:answered|asked|replied|commented|committed|authored|pushed|merged|reviewed|opened this|geantwortet|"
    r"a répondu|respondió|ha risposto)\b",
    re.IGNORECASE,
)
_REPLY = re.compile(
    r"(?:reply|antworten|répondre|responder|rispondi|beantwoorden|reageren?|svara?|odpowiedz|odpovědět|відповісти|"
    r"ответить|yanıtla|cevapla|balas|trả lời|返信(?:する)?|回复|回覆|답글(?: ?쓰기)?|رد|השב|उत्तर दें|जवाब दें)(?: \(?\d+\)?)?",
    re.IGNORECASE,
)
_PEOPLE = frozenset(("user", "users", "u", "member", "members"))
TELLING = 40  # characters of a paragraph that is more than a label
LABEL = 40  # characters of what a control says, with the white space around it
SHORT = 120  # characters of the line in which somebody is said to have answered


def other_list(records: Sequence[Node]) -> str | None:
    """What these records are instead of updates; None if nothing says so."""
    if _repeats(records):
        return "most of them say the same"
    for what, looks in (
        ("a table of data", _is_data),
        ("a list of versions", _is_release),
        ("people, not a newsroom, talk", _is_talk),
        ("each asks for replies, as comments do", _asks_for_replies),
        ("their class says what else they are", _is_named),
    ):
        if sum(map(looks, records)) > MOST * len(records):
            return what
    return None


def _repeats(records: Sequence[Node]) -> bool:
    """One paragraph in most of the records: a listing, with what holds for all of it."""
    counts = Counter(text for node in records for text in {said(p) for p in node.iter("p", "td", "div") if len(p) < 2})
    return any(len(text) >= TELLING and n > MOST * len(records) for text, n in counts.items())


def _is_data(node: Node) -> bool:
    """Rows that have names of their own are told from each other, and may be news in columns."""
    return node.tag == "tr" and len(node) >= COLUMNS and not node.get("id")


def _is_release(node: Node) -> bool:
    heading = next(iter(node.iter(*HEADINGS)), None)
    return heading is not None and _VERSION.fullmatch(said(heading)) is not None


def _is_talk(node: Node) -> bool:
    if any(_PEOPLE & set(address(a.get("href") or "").path.split("/")[:3]) for a in node.iter("a")):
        return True
    return any(len(line) <= SHORT and _VERBS.search(line) for line in _lines(node))


def _lines(node: Node) -> list[str]:
    return [said(n) for n in node.iter("div", "span", "footer", "small", "header") if len(n) <= COLUMNS]


def _asks_for_replies(node: Node) -> bool:
    return any(len(n.text_content()) <= LABEL and _REPLY.fullmatch(said(n)) for n in node.iter("a", "button"))


def _is_named(node: Node) -> bool:
    """The record itself, or what a bare wrapper holds."""
    while not names_of(node) and len(node) == 1:
        node = node[0]
    return bool(_NAMES & names_of(node))
