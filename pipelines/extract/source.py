"""Bytes -> one tree, whatever the bytes claim to be; or the reason why there is none."""

from __future__ import annotations

import codecs
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

from lxml import etree
from lxml import html as lxml_html

from ..model import Unreadable
from .flatten import flatten

Node: TypeAlias = lxml_html.HtmlElement

MOST_BYTES = 32 * 2**20  # as entity.DECODED_LIMIT: nothing larger is ever kept
MOST_ELEMENTS = 150_000  # a page of 2,000 updates has about 40,000
# Magic numbers of what servers send as text/html by mistake.
_BINARY = (b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b", b"RIFF", b"\x00\x00\x00 ftyp")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_TAG = re.compile(r"<\s*(?:!doctype|/?[a-z][a-z0-9:-]*)[\s/>]", re.IGNORECASE)
_CHALLENGE = re.compile(
    r"just a moment|attention required|access denied|are you a (?:human|robot)|verify you are human|"
    r"enable javascript and cookies|pardon our interruption",
    re.IGNORECASE,
)
_COUNT = etree.XPath("count(descendant-or-self::*)")
LONG_TAG = 20_000  # characters; most pages have no tag of a tenth of that
MOST_ATTRIBUTES = 2_000  # the parser compares each with each
LONG_AND_SILENT = 200_000  # characters of source without one of text
SHORT_PAGE = 1500  # letters; a challenge page has no more, an article about one has


@dataclass(frozen=True, slots=True)
class Source:
    """One parsed page. ``warnings``: what had to be guessed about its bytes."""

    root: Node
    body: Node
    warnings: tuple[str, ...] = field(default=())


def parse(data: bytes, content_type: str | None) -> Source | Unreadable:
    """The bytes of an entity, content coding removed -> its tree."""
    refusal = _not_html(data, content_type)
    if refusal:
        return refusal
    decoded = _decode(data, content_type)
    if decoded is None:
        return Unreadable(reading="decode", detail="the bytes are text in no known charset")
    text, warnings = decoded
    if not _TAG.search(text):
        return Unreadable(reading="not-html", detail="there is no tag in it")
    if any(tag.count("=") > MOST_ATTRIBUTES for tag in long_tags(text)):
        return Unreadable(reading="extract-failed", detail=f"an element has more than {MOST_ATTRIBUTES} attributes")
    root, limit = _tree(text)
    if limit:
        root, limit = _tree(flatten(text))
        warnings = (*warnings, "nested deeper than is read: what lies there was moved up")
    if limit:
        return Unreadable(reading="extract-failed", detail=f"the parser gave up: {limit}")
    body = root.find("body") if root is not None else None
    if root is None or body is None:
        return Unreadable(reading="empty", detail="there is no element in it")
    return _accepted(Source(root, body, warnings), len(text))


def _accepted(source: Source, length: int) -> Source | Unreadable:
    if elements(source.root) > MOST_ELEMENTS:
        return Unreadable(reading="extract-failed", detail=f"the page has more than {MOST_ELEMENTS} elements")
    silent = all(map(str.isspace, source.body.itertext()))
    if silent and length > LONG_AND_SILENT:
        return Unreadable(reading="extract-failed", detail="no text was found in a long page")
    if silent and source.body.find(".//script") is None:
        return Unreadable(reading="empty", detail="the page has no text")
    title = source.root.findtext(".//title") or ""
    if is_challenge(source.root) and len(" ".join(source.body.text_content().split())) < SHORT_PAGE:
        return Unreadable(reading="refused", detail=f"a challenge page: {' '.join(title.split())[:80]}")
    return source


def is_challenge(root: Node) -> bool:
    """Whether it is called as the pages are that ask whether a reader is one."""
    return _CHALLENGE.search(root.findtext(".//title") or "") is not None


def is_only_utf8(data: bytes, content_type: str | None) -> bool:
    """Whether nothing says that the bytes are anything but UTF-8, and they are."""
    claims = _claims(data, content_type)
    if any(name.lower() not in ("utf-8", "utf8") for name in claims) or b"\0" in data:
        return False
    return not any(data.startswith(mark) for mark, _ in _BOMS) and _strictly(data, "utf-8") is not None


def _claims(data: bytes, content_type: str | None) -> list[str]:
    return [*_HEADER.findall(content_type or ""), *(m.decode("ascii") for m in _META.findall(data[:4096])[:1])]


def long_tags(text: str) -> Iterator[str]:
    """Tags that are longer than any should be. Splitting costs a tenth of what a pattern does."""
    for piece in text.split("<"):
        if len(piece) > LONG_TAG and piece[0].isascii() and piece[0].isalpha():
            tag = piece.partition(">")[0]
            if len(tag) > LONG_TAG:
                yield tag


def _not_html(data: bytes, content_type: str | None) -> Unreadable | None:
    if not data.strip(b" \t\r\n\0"):
        return Unreadable(reading="empty", detail="the body is empty")
    if len(data) > MOST_BYTES:
        return Unreadable(reading="extract-failed", detail=f"{len(data)} bytes; at most {MOST_BYTES} are read")
    kind = (content_type or "text/html").split(";")[0].strip().lower()
    if kind and "html" not in kind and not kind.startswith("text/"):
        return Unreadable(reading="not-html", detail=f"Content-Type is {kind[:80]}")
    if data.lstrip()[:16].startswith(_BINARY):
        return Unreadable(reading="not-html", detail=f"it begins with {data[:8]!r}")
    return None


def _decode(data: bytes, content_type: str | None) -> tuple[str, tuple[str, ...]] | None:
    """BOM, then header, then meta, then UTF-8, then Windows-1252: the first that fits the bytes strictly."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), ()
    if data[:200].count(b"\0") > len(data[:200]) // 3:  # UTF-16 without its mark
        data = data.decode("utf-16-be" if data[0] == 0 else "utf-16-le", "replace").encode("utf-8", "replace")
    claims = _claims(data, content_type)
    for position, name in enumerate([*claims, "utf-8", "windows-1252"]):
        text = _strictly(data, name)
        if text is not None:
            lied = position > 0 and claims
            return text, ((f"charset {claims[0]} does not fit; read as {name}",) if lied else ())
    if data.count(b"\0") > len(data) // 10:
        return None
    # One broken byte must not cost the page: the claim holds, with replacement characters.
    return data.decode("utf-8", "replace"), ("some bytes fit no charset",)


def _strictly(data: bytes, name: str) -> str | None:
    try:
        codec = codecs.lookup(_web_name(name))
        if not getattr(codec, "_is_text_encoding", True):
            return None
        return codec.decode(data, "strict")[0]
    except (LookupError, UnicodeError, ValueError):
        return None


def _web_name(name: str) -> str:
    """WHATWG Encoding: a page that says Latin-1 or ASCII means Windows-1252."""
    low = name.lower()
    return "windows-1252" if low in ("iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii") else low


def elements(root: Node) -> int:
    """How many there are, without making an object of each."""
    return round(float(str(_COUNT(root))))


def frame() -> Node:
    """An empty ``article`` in a document of its own."""
    article: Node = copy.deepcopy(_empty())[0][0]
    return article


@cache
def _empty() -> Node:
    page = "<html><body><article></article></body></html>"
    root: Node = lxml_html.document_fromstring(page, parser=_parser())
    return root


_OF_HEAD = frozenset(
    ("title", "base", "basefont", "bgsound", "link", "meta", "noframes", "noscript", "script", "style", "template")
)


def _parser() -> lxml_html.HTMLParser:
    # huge_tree: 2,048 levels instead of 256, and texts longer than ten million letters
    parser = lxml_html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, collect_ids=False
    )
    # lxml.html's own lookup asks a function in Python for an element's class, each time it is touched anew
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=Node))
    return parser


def _close_head(root: Node) -> None:
    """Move what libxml2 leaves in the head into the body: it does not know that "main" or "section" ends a head whose
    end no tag tells (HTML 13.2.6.4.4, "in head", anything else)."""
    head, body = root.find("head"), root.find("body")
    if head is None or body is None:
        return
    first = next((i for i, node in enumerate(head) if isinstance(node.tag, str) and node.tag not in _OF_HEAD), None)
    if first is None:
        return
    moved = head[first:]
    body.text, moved[-1].tail = None, (moved[-1].tail or "") + (body.text or "")
    for place, node in enumerate(moved):
        body.insert(place, node)


def _tree(text: str) -> tuple[Node | None, str | None]:
    """The document, and at which limit of the parser it ends if that is not its own end."""
    data = text.replace("\0", "").encode("utf-8", "replace")
    parser = _parser()
    try:
        root: Node = lxml_html.document_fromstring(data, parser=parser, ensure_head_body=True)
    except (etree.LxmlError, ValueError):
        return None, None
    _close_head(root)
    # libxml2 only notes it, and half a page would look like updates taken away.
    stops = [error.message for error in parser.error_log if error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT]
    return root, stops[0].partition(",")[0] if stops else None
