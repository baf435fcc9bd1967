"""Boxes in which a newsroom asks to be followed elsewhere: "Our WhatsApp channel brings you the news: subscribe"."""

from __future__ import annotations

import re

from .dom import said
from .source import Node

LONGEST = 250  # characters
_CHANNELS = re.compile(
    r"whats ?app|telegram|newsletter|messenger|viber|(?:signal|push)[- ]?(?:kanal|channel|canal|mitteilung|nachricht|"
    r"notification|alert)|news-?alert|телеграм|ватсап|вотсап|вайбер|व्हाट्स ?[ऐए]प|वॉट्स ?[ऐए]प|टेलीग्राम|"
    r"واتس ?[اآ]ب|ت[يل]?ل[يغج]?غ?رام|וואטסאפ|טלגרם|メールマガジン|ニュースレター|LINE公式|公众号|公眾號|"
    r"카카오톡|뉴스레터|"
    r"δελτίο ενημέρωσης|рассылк|розсилк|hírlevél|nyhetsbrev|nyhedsbrev|uutiskirje|boletín|boletim|infolettre",
    re.IGNORECASE,
)


def is_appeal(box: Node) -> bool:
    """A few words that name such a channel, with a link and without a heading or a clock; a sentence in a story that
    names one has no box of its own, which is for the caller to see.
    """
    text = said(box)
    if not 0 < len(text) <= LONGEST or _CHANNELS.search(text) is None:
        return False
    return next(box.iter("a"), None) is not None and next(box.iter("time", "blockquote", "h1", "h2"), None) is None
