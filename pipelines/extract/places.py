"""Parts of a page that are not its story: told by their element, their class, or the heading above them."""

from __future__ import annotations

import re
from functools import lru_cache

from .source import Node
from .words import words_of

_ELEMENTS = frozenset(("aside", "nav", "footer", "form", "dialog", "menu"))
_ROLES = frozenset(("complementary", "navigation", "contentinfo", "search", "dialog", "alertdialog", "banner"))
_NAMES = words_of(
    "comment comments commenting kommentar kommentare kommentarer kommentit commentaires comentarios comentaris "
    "commenti comentarii reacties komentarze yorumlar binhluan hozzaszolas diskuze reply replies "
    "respond responses forum disqus discussion related recommend recommended recommendation recommendations "
    "teaser teasers promo promos promoted sidebar aside nav menu footer breadcrumb schedule programme epg "
    "tvguide trending popular mostread carousel newsletter outbrain taboola advert ads advertisement sponsored "
    "cookie consent paywall"
)
_TITLES = re.compile(
    r"\s*(?:(?:\d+|reader|readers'|all|join the|latest)\s+)?(?:comments?|conversation|discussion|responses|replies|"
    r"(?:leser)?kommentare?|diskussion|commentaires?|réactions|comentarios?|commenti|reacties|"
    r"related.*|more (?:on|from|stories|news|like)\b.*|most (?:read|popular|viewed)|read (?:more|next)|trending.*|"
    r"(?:みんなの)?コメント.*|评论.*|評論.*|댓글.*|(?:ال)?تعليقات.*|آراء القراء|اقرأ أيضا.*|関連記事.*|"
    r"recommended.*|you may (?:also )?like.*|mehr zum thema|auch interessant|meistgelesen|das könnte.*|"
    r"à lire aussi|les plus lus|sur le même (?:sujet|thème)|más leídas?|leggi anche|i più letti|lees ook|"
    r"tv (?:guide|tonight|schedule)|tonight on tv|fernsehprogramm|newsletter.*)(?:\s*\(?\d*\)?)?[:\s]*",
    re.IGNORECASE,
)
# What stands on the control that leads to older updates.
MORE = re.compile(
    r"(?:load|show|view|see)\s+(?:more|older|earlier|previous)\b.{0,30}|(?:older|earlier|previous|more) "
    r"(?:updates?|posts?|entries)|weitere (?:beiträge|einträge|meldungen).*|ältere (?:beiträge|einträge).*|"
    r"mehr (?:laden|anzeigen)|voir plus.*|plus ancien.*|carica (?:altr|più).*|ver más.*|cargar más.*|meer laden.*|"
    r"もっと(?:見る|読む).*|さらに表示.*|過去の(?:投稿|更新).*|"
    r"(?:加载|查看|顯示|载入)?更多.*|더 ?보기.*|(?:عرض|تحميل|قراءة) المزيد.*|المزيد من التحديثات.*",
    re.IGNORECASE,
)
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "summary", "legend")


def names_of(node: Node) -> frozenset[str]:
    """The words of an element's class and id, as people wrote them: ``liveEntry__share-bar`` -> live entry …"""
    return _names_in(f"{node.get('class') or ''} {node.get('id') or ''}")


@lru_cache(4096)  # a page has some hundred classes, on thousands of elements
def _names_in(text: str) -> frozenset[str]:
    text = _ENCODED.sub(" ", text)  # "%CE%AD" of a letter is no "ad"
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()
    return frozenset(w for w in re.split(r"[^a-z0-9]+", spaced) if w)


class Sidelines:
    """Answers ``beside(node)``: whether a part is not the story. Remembers its answers for one page."""

    def __init__(self, body: Node) -> None:
        self._body = body
        self._known: dict[Node, bool] = {}
        heading = next(iter(body.iter("h1")), None)
        # What encloses the page's headline is the page, whatever it is called.
        self._page = set(heading.iterancestors()) if heading is not None else set()

    def beside(self, node: Node) -> bool:
        chain = []
        while node is not None and node is not self._body and node not in self._known:
            chain.append(node)
            node = node.getparent()
        answer = self._known.get(node, False) if node is not None else False
        for item in reversed(chain):
            answer = answer or (item not in self._page and self._is_aside(item))
            self._known[item] = answer
        return answer

    @staticmethod
    def _is_aside(node: Node) -> bool:
        if node.tag in _ELEMENTS or node.get("role") in _ROLES:
            return True
        if node.tag in ("p", "span", "a", "li", "article", "time"):
            return False
        return bool(_NAMES & names_of(node)) or _titled_so(node)


def _titled_so(node: Node) -> bool:
    """The heading that opens the part, inside it or just above it."""
    inside = next((c for c in node if c.tag in (*_HEADINGS, "header", "div")), None)
    before = node.getprevious()
    for heading in (inside if inside is not None and inside is node[0] else None, before):
        if heading is None or (heading.tag not in _HEADINGS and heading.tag != "header"):
            continue
        text = " ".join(heading.text_content().split())
        if len(text) < 60 and _TITLES.fullmatch(text):
            return True
    return False
