"""Whether coverage goes on: votes that the page itself gives, each with its reason; never one weak vote alone.

Votes that need more than one look (a headline that turned, hours of silence, 404) are in ``pipelines/ending.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, Literal

from lxml import etree

from ..model import Vote
from .distrust import END_AHEAD, END_EARLY
from .source import Node

STRONG: Final = "strong"
MEDIUM: Final = "medium"
WEAK: Final = "weak"
WEIGHTS = {STRONG: 2.0, MEDIUM: 1.0, WEAK: 0.7}
ENOUGH = 1.5  # one strong vote, or two of which one is medium
LOOKS_BACK = "the headline looks back"
MOST_FLAGS = 3  # more are flags of other stories beside this one

_ENDED = re.compile(
    r"(?:(?:our |this |the )?(?:live )?(?:coverage|blog|live ?blog|live page|ticker) "
    r"(?:has |is |have )?(?:now )?(?:been )?(?:ended|closed|over|finished|concluded)|"
    r"(?:der |dieser )?(?:live-?)?(?:ticker|blog) ist (?:beendet|geschlossen)|"
    r"(?:ce |le )?(?:direct|live) est (?:(?:désormais|maintenant) )?(?:terminé|fini|clos)|"
    r"(?:la )?diretta (?:è )?(?:terminata|conclusa|finita)|"
    r"(?:la |nuestra )?cobertura (?:en vivo |en directo )?(?:ha )?(?:terminado|finalizado|concluido)|"
    r"(?:a |esta )?cobertura (?:ao vivo )?(?:está |foi )?(?:encerrada|terminada)|"
    r"(?:dit |het )?liveblog is (?:nu )?(?:gesloten|afgesloten)|"
    r"(?:ta )?relacja (?:na żywo )?(?:została )?zakończona|(?:direkt)?rapporte(?:ringe)?n är avslutad|"
    r"(?:онлайн|трансляция) (?:завершён|завершен|завершена|окончена)|(?:онлайн|трансляцію) завершено|"
    r"canlı (?:anlatım|yayın) sona erdi|ライブ更新は終了しました|実況は終了しました|直播已结束|直播結束|"
    r"라이브(?:가)? 종료(?:되었습니다)?|انتهت (?:ال)?تغطية(?: المباشرة)?|liputan langsung (?:telah )?berakhir)"
    r"[.!]?",
    re.IGNORECASE,
)
RECAP = re.compile(
    r"\bas it happened\b|\brecap\b|\bhighlights\b|\blive updates ended\b|wie es passiert ist|zum nachlesen|"
    r"ce qu'il faut retenir|le résumé|\bresumen\b|así fue\b|così è andata|\bcom'è andata\b|"
    r"terugblik|zo verliep|podsumowanie|как это было|як це було|総まとめ|まとめ$|回顾",
    re.IGNORECASE,
)
_SIGN_OFF = re.compile(
    r"(?:closing|ending|wrapping up|end of|conclud\w+) (?:of )?(?:our|this|the) (?:live )?(?:blog|coverage|page)|"
    r"(?:this|the|our) (?:live )?(?:blog|coverage|page) (?:has|is) (?:now )?(?:ended|closed|closing)|"
    r"logging off|signing off|that(?:['’]s| is) all (?:from us|for (?:now|today|tonight))|"
    r"(?:we(?:['’]re| are)) (?:pausing|closing|ending|wrapping up)|"
    r"(?:beenden|schließen) (?:wir )?(?:diesen|unseren|den) (?:live-?)?(?:ticker|blog)|"
    r"das war(?:['’]s| es) (?:für|von)|"
    r"(?:fin|clôture) de (?:ce|notre) (?:direct|live)|(?:c['’]est )?la fin de (?:ce|notre) (?:direct|live)|"
    r"(?:cerramos|termina|finaliza|despedimos) (?:aquí )?(?:este|nuestro|esta|nuestra) (?:directo|cobertura|en vivo)|"
    r"(?:chiudiamo|termina|finisce) (?:qui )?(?:la|questa|nostra) (?:nostra )?diretta|"
    r"encerramos (?:aqui )?(?:a|esta|nossa) cobertura|(?:we )?sluiten (?:dit|het|ons) liveblog|"
    r"kończymy (?:naszą |tę )?relację|avslutar (?:vår|den här) (?:direkt)?rapportering|"
    r"завершаем (?:нашу |наш )?(?:трансляцию|онлайн)|завершуємо (?:нашу )?(?:трансляцію|онлайн)|"
    r"これで(?:ライブ)?(?:更新|速報)を終了|نختتم (?:تغطيتنا|التغطية)",
    re.IGNORECASE,
)
_FLAG = re.compile(
    r"""["']?\b(?:isLive|is_live|isLivePage|isLiveBlog|liveblogActive|isLiveBlogActive)["']?\s*[:=]\s*["']?(true|false|1|0)\b|"""
    r"""["']?\b(?:blog_status|blogStatus|liveblog_?status|liveBlogState|coverageStatus|liveStatus)["']?\s*[:=]\s*["'](\w+)["']""",
    re.IGNORECASE,
)
_SETTINGS = re.compile(r"""liveblog_settings\s*=[^;]{0,4000}?["']state["']\s*:\s*["'](\w+)["']""")
_STATES_OVER = frozenset(("closed", "ended", "archive", "archived", "finished", "complete", "completed", "over"))
_HINTS = (
    "islive", "is_live", "blog_status", "blogstatus", "liveblogstatus", "liveblog_status", "liveblogstate",
    "coveragestatus", "livestatus", "liveblogactive", "liveblog_settings",
)  # fmt: skip
# In lower case, by what they have in common: looked for in whole scripts, where a pattern would cost a hundred times as
# much and each word by itself four times.
_POLLS = {
    "poll": (
        "pollinterval", "poll_interval", "poll-interval", "pollurl", "poll_url", "pollinginterval", "polling_interval",
        "pollingurl", "polling_url", "pollrate", "pollfreq", "pollendpoint",
    ),
    "refresh": (
        "refreshinterval", "refresh_interval", "refresh-interval", "autorefresh", "auto_refresh", "auto-refresh",
    ),
    "update": ("autoupdate", "auto_update", "liveupdateurl", "live_update_url"),
    "islivepage": ("islivepage",),
    "new ": ("new eventsource(", "new websocket("),
}  # fmt: skip
_NAMED_SO = etree.XPath("boolean(//@*[contains(name(), 'poll') or contains(name(), 'refresh')])")

State = Literal["live", "ended"]


def votes(
    root: Node, body: Node, headline: str | None, newest_text: str, end: datetime | None, newest: datetime | None,
    at: datetime,
) -> tuple[Vote, ...]:  # fmt: skip
    """What on the page speaks for the end of its coverage."""
    found: list[Vote] = []
    if _says_ended(body):
        found.append(Vote(STRONG, "the page says so"))
    if root.xpath("boolean(//amp-live-list[@disabled])"):
        found.append(Vote(STRONG, "amp-live-list is disabled"))
    found += _flags(root)
    if headline and RECAP.search(headline):
        found.append(Vote(MEDIUM, LOOKS_BACK))
    if end and doubt(end, newest, at) is None:
        found.append(Vote(WEAK, "coverageEndTime is past"))
    if _SIGN_OFF.search(newest_text):
        found.append(Vote(WEAK, "the newest update signs off"))
    return tuple(found)


def state_of(given: Sequence[Vote]) -> State:
    return "ended" if sum(WEIGHTS[v.weight] for v in given) >= ENOUGH else "live"


def doubt(end: datetime, newest: datetime | None, at: datetime) -> str | None:
    """Why the stated end of coverage is no vote: systems fill it in with whatever they have."""
    if end > at:
        return END_AHEAD
    return END_EARLY if newest is not None and end < newest else None


def is_notice(text: str) -> bool:
    return _ENDED.fullmatch(text.strip()) is not None


def polls(root: Node) -> bool:
    """Whether the page asks for news by itself: its scripts name an interval or an address for that."""
    if root.xpath("boolean(//amp-live-list[not(@disabled)])"):
        return True
    if any(_asks(script.text) for script in root.iter("script") if script.text):
        return True
    return bool(_NAMED_SO(root))


def _asks(text: str) -> bool:
    low = text.lower()
    return any(word in low for part, words in _POLLS.items() if part in low for word in words)


def _flags(root: Node) -> Iterator[Vote]:
    """Flags in the page's own data. Of several that contradict each other none says anything of this page."""
    told = [flag for script in root.iter("script") for flag in _told(script.text or "")]
    told += [("data-is-live", v.lower() == "false") for v in root.xpath("//@data-is-live | //@data-live-status")[:9]]
    if not told or not all(over for _, over in told):
        return
    name = told[0][0]
    yield Vote(STRONG if len(told) <= MOST_FLAGS else WEAK, f"the page's data say so ({name})")


def _told(text: str) -> Iterator[tuple[str, bool]]:
    low = text.lower()
    if not any(hint in low for hint in _HINTS):
        return
    for found in _SETTINGS.finditer(text):
        yield f"liveblog_settings: {found[1]}", found[1].lower() in _STATES_OVER
    for found in _FLAG.finditer(text):
        value = (found[1] or found[2]).lower()
        said = " ".join(found[0].replace('"', "").replace("'", "").replace(":", " ").replace("=", " ").split())
        yield said, value in ("false", "0") if found[1] else value in _STATES_OVER


def _says_ended(body: Node) -> bool:
    for node in body.iter("p", "span", "div", "strong", "em", "b", "h2", "h3", "small"):
        if not len(node) and node.text and 6 < len(node.text) < 80 and is_notice(node.text):
            return True
    return False
