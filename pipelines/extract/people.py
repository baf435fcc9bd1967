"""Who wrote an update: bylines by their markup, beside a clock, below a face, behind a dash at the end."""

from __future__ import annotations

import itertools
import re

from .article import Article
from .bylined import bylined
from .dom import PROSE
from .pieces import Parts
from .source import Node
from .words import words_of

_AUTHORS = words_of(
    "author authors byline bylines reporter journalist writer contributor autor auteur autore"
)
# classes of what is an author's if it is a name
_SIGNERS = words_of(
    "by who signature signoff verfasser skribent forfatter toimittaja muhabir yazar redaktor journaliste"
)
_FACES = words_of(
    "avatar avatars face faces av author authors autor autoren auteur byline headshot portrait people contributor "
    "contributors staff journalist journalists reporter reporters columnist"
)
_ROLES = words_of("role roles rolle position job jobtitle function funktion funcion cargo beat")
_QUOTES = ("”", "“", '"', "»", "«", "’", "」")
_BY = re.compile(
    r"^\s*(?:(?:posted|published|written|reported|edited)\s+)?(?:by|von|par|por|di|door|av|af|przez|oleh)[\s:–-]+(?=\S|$)",
    re.IGNORECASE,
)
# a role and who has it, as a line: "Editor: Ann Reed"
_ROLE = re.compile(
    r"(?:editors?|edited|author|writer|reporters?|reporting|text|redakt(?:ion|eur|eurin|or|ur|ør|ör)|reporterin|"
    r"autor(?:a|in)?|auteurs?|autore|autrice|rédact(?:eur|rice)|redactora?|redat(?:tore|or|ora)|"
    r"penulis|penyunting|toimet(?:aja|taja)|"
    r"toimittaja|editör|muhabir|skribent|journalist|journaliste|szerző|szerkesztő|redaktorka|автор|редактор|συντάκτης)"
    r"\s*[:：]\s*(?=\S)",
    re.IGNORECASE,
)
_PARTICLES = words_of("de la le van von der den da di al el bin and und et y e in")
_NAME = re.compile(
    r"[^\W\d_a-z][\w.'’-]*"
    rf"(?:\s+(?:{'|'.join(sorted(_PARTICLES))}|&|,)|,?\s+[^\W\d_a-z][\w.'’-]*){{1,6}}"
)
_SIGNED = re.compile(r"^[—–-]\s*(?=\S)")
LINE_MOST = 100  # characters of a byline
UNCASED_MOST = 24  # of a name in a script without capitals, where any words look like one
NAME_MOST = 40  # characters behind "by"
_STOPS = ".!?。।"
_RIGHT = re.compile(r"text-align\s*:\s*(?:right|end)", re.IGNORECASE)
_RIGHT_CLASSES = words_of("text-right text-end has-text-align-right align-right")
FACE_MOST = 60  # of a name, with a title, beside a face


def name_of(text: str) -> str | None:
    """The name that a text is, without "by" in front; None if it is none."""
    bare = _BY.sub("", text)
    if not any(letter.isupper() for letter in bare) and not (len(bare) <= UNCASED_MOST and bare.count(" ") < 3):
        return None
    small = any(word[0].islower() and word not in _PARTICLES for word in re.findall(r"[^\W\d_][\w.'’-]*", bare))
    return bare if _NAME.fullmatch(bare) and not small else None


def named_by(text: str) -> str | None:
    """Who "By Ann Reed" is by; None for any other line."""
    by = _BY.match(text)
    return name_of(text[by.end() :]) if by else None


def faces(article: Article, parts: Parts) -> None:
    """A picture of somebody and a name, in one part of their own before the text."""
    for holder in dict.fromkeys(picture.getparent() for picture in article.nodes("img")):
        if not article.holds(holder) or holder.tag in PROSE or holder.tag in ("figure", "a", "picture"):
            continue
        said = article.said(holder)
        if not 0 < len(said) <= FACE_MOST or next(holder.iter("figcaption", *PROSE), None) is not None:
            continue
        leaves = [text for node in holder.iter() if not len(node) and (text := article.said(node))]
        alone = " ".join(leaves).replace(" ", "") == said.replace(" ", "")
        name = name_of(leaves[0]) if leaves and alone else None
        if name and _FACES & _words_around(holder) and not _has_prose_before(article, holder):
            parts.authors.append(name)
            article.remove(holder)


def _words_around(holder: Node) -> set[str]:
    """In the names and addresses of a part and its pictures."""
    told = [node.get(name) or "" for node in holder.iter() for name in ("class", "src", "alt", "itemprop")]
    return set(re.split(r"[^a-z]+", " ".join(told).lower()))


def _has_prose_before(article: Article, node: Node) -> bool:
    prose = _first_prose(article)
    return prose is not None and next((n for n in article.nodes() if n is prose or n is node), None) is prose


def _first_prose(article: Article) -> Node | None:
    return next((p for p in article.nodes("p", "blockquote", "li") if article.said(p)), None)


def bylines(article: Article, parts: Parts) -> None:
    credited = _credits(article)
    for node in article.nodes():
        role = article.holds(node) and node in credited and _with_role(article, node, parts)
        if role or (article.holds(node) and _with_clock(article, node, parts)):
            article.remove(node)
            continue
        stated = node.tag == "address" or node.get("rel") == "author" or "author" in (node.get("itemprop") or "")
        stated = stated or _is_by_line(article, node)
        names = article.names.get(node, frozenset())
        if not stated and _AUTHORS.isdisjoint(names) and not (_SIGNERS & names and _is_signer(article, node)):
            continue
        text = _SIGNED.sub("", _BY.sub("", article.said(_name_in(node))))
        if article.holds(node) and len(text) < LINE_MOST and not article.holds_most(node):
            parts.authors.extend(a.strip() for a in re.split(r"\s+(?:and|und|et|y|&)\s+|,\s", text) if a.strip())
            beside = node.getnext()
            article.remove(node)
            if beside is not None and _is_role(article, beside):
                article.remove(beside)
    for node in article.nodes("span", "div", "p", "small") if parts.authors else ():
        if _BY.fullmatch(f"{article.said(node)} ") and not article.amid_text(node):  # left alone without the name
            article.remove(node)


def _is_role(article: Article, node: Node) -> bool:
    """What the author of a byline is: "Metro reporter"."""
    few = 0 < len(article.said(node)) <= FACE_MOST and node.tag not in PROSE
    return few and not _ROLES.isdisjoint(article.names.get(node, frozenset()))


def _is_by_line(article: Article, node: Node) -> bool:
    """A line that is all "By Ann Reed": her name is a link, it is the last, or it says "By: Ann Reed"."""
    text = article.said(node) if node.tag in ("p", "div", "span", "small") else ""
    name = named_by(text) if len(text) <= LINE_MOST else None
    if name is None or article.amid_text(node) or article.holds_most(node):
        return False
    if any(article.said(a) == name for a in node.iter("a")):
        return True
    last = article.said(article.root).endswith(text)
    begins = ":" in text and not _has_other_prose_before(article, node)  # amid the text "Von: Bad Oldesloe" is a place
    return (begins or (last and (":" in text or node.tag == "p"))) and not _is_of_quote(article, node)


def _has_other_prose_before(article: Article, node: Node) -> bool:
    return _first_prose(article) is not node and _has_prose_before(article, node)


def _is_of_quote(article: Article, node: Node) -> bool:
    """Whether a name belongs to what is quoted: below it, or in its box."""
    return next(node.iterancestors("blockquote"), None) is not None or _quotes(article, node.getprevious())


def signs(article: Article, node: Node) -> bool:
    """Whether the classes of an element, or of what it is all of, are those of an author."""
    text = article.said(node)
    around = (holder for holder in (node, *node.iterancestors()) if holder in article.names)
    own = itertools.takewhile(lambda holder: article.said(holder) == text, around)
    return any((_AUTHORS | _SIGNERS | _FACES) & article.names[holder] for holder in own)


def _is_signer(article: Article, node: Node) -> bool:
    text = article.said(node)
    by = _BY.match(text)
    if "by" in article.names[node]:  # a short word: it must begin with it, then
        signs = by is not None and len(text) - by.end() <= NAME_MOST and text[-1] not in _STOPS
        last = article.said(article.root).endswith(text) and not article.holds_most(node)
        signs = signs or (last and name_of(text) is not None and not _quotes(article, node.getprevious()))
    else:
        signs = name_of(text) is not None
    return signs and not article.amid_text(node)


def _quotes(article: Article, before: Node | None) -> bool:
    """Whether somebody's words stand before it: then it says whose they are."""
    return before is not None and (before.tag == "blockquote" or article.said(before).endswith(_QUOTES))


def _name_in(node: Node) -> Node:
    """Where the person is an item of its own, with a title and an address beside the name."""
    return next((n for n in node.iterdescendants() if "name" in (n.get("itemprop") or "").split()), node)


def _with_clock(article: Article, node: Node, parts: Parts) -> bool:
    """A line of its own that holds a name and a clock: the name is the author's, the rest is no text."""
    found = bylined(article.said(node)) if not len(node) else None
    if found is None or article.in_prose(node):
        return False
    if name := name_of(found[1]):
        parts.authors.append(name)
    return True


def _with_role(article: Article, node: Node, parts: Parts) -> bool:
    """A line of its own that is a role and a name."""
    name = _in_role(article, node)
    if name is None or article.in_prose(node) or article.amid_text(node):
        return False
    parts.authors.append(name)
    return True


def _in_role(article: Article, node: Node) -> str | None:
    text = article.said(node) if not len(node) else ""
    role = _ROLE.match(text) if len(text) < LINE_MOST else None
    return name_of(text[role.end() :]) if role else None


def _credits(article: Article) -> set[Node]:
    """The lines of roles with nothing below them but others, or no paragraph above: amid the text they are its own."""
    lines = [node for node in article.nodes() if _in_role(article, node) is not None]
    rest, found = article.said(article.root) if lines else "", set[Node]()
    for node in reversed(lines):
        if rest.endswith(text := article.said(node)):
            rest = rest[: -len(text)].rstrip()
            found.add(node)
    return found | {node for node in lines if not _has_prose_before(article, node)}


def signed(article: Article, parts: Parts) -> None:
    """A name behind a dash, as the last line, or to the right of the page; not of whom the line before it quotes."""
    lines = [n for n in article.nodes("p", "div", "span") if article.said(n) and (n.tag == "p" or not len(n))]
    if len(lines) > 1 and _is_to_the_right(lines[-1]) and not _is_to_the_right(lines[-2]):
        _take_signature(article, lines[-1], parts)
        return
    dashed = [node for node in lines if _SIGNED.match(article.said(node))]
    if len(dashed) != 1 or len(lines) < 2 or dashed[0] is not lines[-1]:
        return
    line = dashed[0]
    quoted = article.said(lines[-2]).endswith(_QUOTES) or next(line.iterancestors("blockquote"), None) is not None
    name = None if quoted or article.holds_most(line) else name_of(_SIGNED.sub("", article.said(line)))
    if name:
        parts.authors.append(name)
        article.remove(line)


def _take_signature(article: Article, line: Node, parts: Parts) -> None:
    """ "Written by: the duty officer", in a few words without an end."""
    text = article.said(line)
    if len(text) > LINE_MOST or text[-1] in _STOPS or article.holds_most(line) or text.startswith(_QUOTES):
        return
    label, _, who = text.rpartition(":")
    name = name_of(who.strip())
    if _is_of_quote(article, line) or any(map(str.isdigit, text)) or not (name or label):
        return  # a source, a figure
    if name:
        parts.authors.append(name)
    article.remove(line)


def _is_to_the_right(line: Node) -> bool:
    aligned = (line.get("align") or "").lower() == "right" or _RIGHT.search(line.get("style") or "")
    return bool(aligned) or not _RIGHT_CLASSES.isdisjoint((line.get("class") or "").split())
