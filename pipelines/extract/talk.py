"""Buttons by which readers answer each other: what they stand below is a comment, and no newsroom's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from .dom import said
from .source import Node

_ANSWER = (
    r"reply|replies|antworten|répondre|répondre à ce message|responder|rispondi|beantwoorden|reageer|reageren|svara|"
    r"vastaa|odpowiedz|odpovědět|odpovedať|odgovori|válasz|răspunde|απάντηση|ответить|відповісти|отговори|yanıtla|"
    r"balas|jibu|trả lời|ตอบกลับ|返信|回复|回覆|답글|답글쓰기|উত্তর দিন|जवाब दें|پاسخ دهید|الرد|رد|השב|הגב"
)
# What readers do with each other's words; to like is not among them: that is offered below updates, too.
_OTHER = (
    r"quote|report|report abuse|upvote|flag|zitieren|melden|signaler|denunciar|segnala|zgłoś|zglosit|nahlásit|raportoi|"
    r"anmäl|rapportera|пожаловаться|поскаржитися|laporkan|báo cáo|รายงาน|通報|举报|檢舉|신고|إبلاغ|דווח|"
    r"permalink to (?:this )?comment"
)
_ANSWERS = re.compile(_ANSWER, re.IGNORECASE)
_TALK = re.compile(f"{_ANSWER}|{_OTHER}", re.IGNORECASE)
LONGEST = 25  # characters on a button
DEEPEST = 25  # elements around a button that are looked at
SAYS = 20  # characters that a comment says besides its time and its button


def talk_buttons(node: Node) -> Iterator[Node]:
    """Any by which readers answer, judge or report what others said."""
    return _buttons(node, _TALK)


def answer_buttons(node: Node) -> Iterator[Node]:
    return _buttons(node, _ANSWERS)


def _buttons(node: Node, wanted: re.Pattern[str]) -> Iterator[Node]:
    for item in node.iter("a", "button", "span", "input"):
        text = " ".join((item.text or item.get("value") or "").split()) or _named(item)
        if 1 < len(text) < LONGEST and wanted.fullmatch(text.strip("()0123456789 ·")):
            yield item


def _named(item: Node) -> str:
    """A button that shows a sign, and perhaps how often it was pressed."""
    return (item.get("title") or item.get("aria-label") or "") if item.tag == "button" else ""


def comments(record: Node, timed: Sequence[Node], buttons: Iterable[Node]) -> tuple[list[Node], bool]:
    """The parts of a record that readers wrote, and whether a button is left that is the record's own.

    A comment has a time of its own: not the first of the record's, which are ``timed`` in document order.
    """
    first: dict[Node, Node] = {}
    for node in timed:
        for holder in (node, *node.iterancestors()):
            if holder in first:
                break
            first[holder] = node
            if holder is record:
                break
    found: dict[Node, bool] = {}
    own = False
    for button in buttons:
        holder = next((a for a in islice(button.iterancestors(), DEEPEST) if a in first), None)
        if holder is None or holder is record or first[holder] is timed[0]:
            own = True
        else:
            if holder not in found:
                found[holder] = len(said(holder)) - len(said(first[holder])) - len(said(button)) >= SAYS
            own = own or not found[holder]
    return [holder for holder, says in found.items() if says], own
