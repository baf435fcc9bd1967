"""Lines between the paragraphs of an update that lead to other stories: "Read also: Why the bridge fell"."""

from __future__ import annotations

import re

from .article import Article
from .pieces import Parts
from .source import Node
from .times import shown

LONGEST = 200  # characters of such a line
_ALSO = re.compile(
    r"also read|read (?:also|more|next)|see also|more on this|lesen sie auch|mehr (?:dazu|zum thema)|auch interessant|"
    r"(?:à )?lire aussi|(?:à )?voir aussi|leggi anche|guarda anche|lees (?:ook|meer)|bekijk ook|"
    r"le[ae] también|lea más|(?:ver|vea) también|leia (?:também|mais)|veja também|saiba mais|llegiu també|"
    r"läs (?:också|även|mer)|les (?:også|mer)|læs (?:også|mere)|se også|lue (?:myös|lisää)|"
    r"czytaj (?:też|także|również|więcej)|zobacz (?:też|także)|čtěte (?:také|též|více)|čítajte (?:aj|tiež)|"
    r"olvassa el|citește și|διαβάστε (?:επίσης|ακόμη)|читайте (?:также|також)|смотрите также|bunu da oku|"
    r"baca juga|đọc thêm|xem thêm|อ่านเพิ่มเติม|関連記事|あわせて読みたい|관련 ?기사|相关阅读|延伸[閱阅][讀读]|"
    r"اقرأ أيض[اً]+|קראו (?:גם|עוד)|আরও পড়ুন|(?:यह|ये) भी पढ़ें",
    re.IGNORECASE,
)


# what begins a sentence, too, unless a colon follows
_VERB = re.compile(r"read|watch|listen|related|lesen sie|hintergrund|(?:à )?lire|se video", re.IGNORECASE)


def also(article: Article, parts: Parts) -> None:
    """Takes out what is nothing but such words, links, and perhaps a date; where they lead is kept."""
    for node in article.nodes("p", "div", "li", "aside"):
        text = article.said(node) if article.holds(node) else ""
        if 0 < len(text) <= LONGEST and not article.holds_most(node) and _leads_away(article, node, text):
            parts.links.extend(a.get("href") or "" for a in node.iter("a"))
            article.remove(node)


def _leads_away(article: Article, node: Node, text: str) -> bool:
    links = [said for link in node.iter("a") if (said := article.said(link))]
    if not links or links[0] not in text:
        return False
    before, _, behind = text.partition(links[0])
    for link in links[1:]:
        behind = behind.replace(link, "", 1)
    behind = behind.strip(" .|·,;–—-")
    if behind and shown(behind) is None:
        return False
    return _tells_so(before) or (not before.strip() and _is_led(links[0]))


def _tells_so(before: str) -> bool:
    words = before.strip(" .|·–—-")
    bare = words.rstrip(" :：")
    return _ALSO.fullmatch(bare) is not None or (bare != words and _VERB.fullmatch(bare) is not None)


def _is_led(link: str) -> bool:
    """The words may be a part of the link."""
    words, colon, story = link.replace("：", ":").partition(":")
    told = _ALSO.fullmatch(words.strip()) or _VERB.fullmatch(words.strip())
    return bool(colon and story.strip()) and told is not None
