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
# what readers are asked to do; one who is told of a channel is not asked yet
_ASKS = re.compile(
    r"subscri|sign up|\bjoin|follow us|abonn|anmelden|meld(?:e|en sie)? (?:dich|sich|je)|folg(?:e|t|en sie) uns|"
    r"inscrivez|inscris-toi|rejoi(?:gnez|ns)|suivez|suscr[ií]b|únete|síguenos|iscriviti|iscrivetevi|unisciti|seguici|"
    r"participe|inscreva|entr(?:e|ar) n[oa]|siga|word lid|volg (?:ons|het)|prenumerera|följ|følg|tilmeld|meld deg|"
    r"tilaa|liity|seuraa|subskryb|dołącz|zapisz|obserwuj|přihlas|přidej|sleduj|odebír|prihlás|iratkozz|csatlakoz|"
    r"kövess|abonează|urmăr|подпи[сш]|присоедин|підпи[сш]|приєдн|pretplat|prijavi|prati|katıl|abone ol|takip|εγγραφ|"
    r"ακολουθ|登録|フォロー|订阅|訂閱|关注|關注|加入|구독|팔로우|가입|اشترك|انضم|تابع|הצטרפ|הירשמ|עקבו|जुड़|सब्सक्राइब|फॉलो|"
    r"berlangganan|ikuti|gabung|đăng ký|theo dõi",
    re.IGNORECASE,
)
_POST = re.compile(r"\d/?(?:[?#].*)?$")  # of a channel, by its number


def is_appeal(box: Node) -> bool:
    """A few words that name such a channel and ask to follow it, with the link that does, and without a heading or a
    clock; a sentence in a story that names one has no box of its own, which is for the caller to see.
    """
    text = said(box)
    if not 0 < len(text) <= LONGEST or _CHANNELS.search(text) is None or _ASKS.search(text) is None:
        return False
    return any(map(_leads_there, box.iter("a"))) and next(box.iter("time", "blockquote", "h1", "h2"), None) is None


def _leads_there(link: Node) -> bool:
    """By what it says, or by its address; not to one of the posts that stand there."""
    text, href = said(link), link.get("href") or ""
    there = _ASKS.search(text) or _CHANNELS.search(text) or _CHANNELS.search(href)
    return there is not None and _POST.search(href) is None
