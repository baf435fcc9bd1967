"""JSON-LD as pages really ship it: control characters, trailing commas, graphs, single objects, markup inside.

Nothing here raises: what cannot be read is a warning, and the other carriers go on.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .distrust import FIRST_WORDS, OBJECT_BODY
from .found import Found, Group
from .source import Node
from .times import Read, attribute
from .words import words_of

Object = dict[str, Any]
DEEPEST = 40  # levels; real documents have fewer than ten
_TRAILING_COMMA = re.compile(r",(\s*[\]}])")
_MARKUP = re.compile(r"<[^<>]{1,2000}>")
_PLACEHOLDER = re.compile(r"\[\[[^\[\]]{1,200}\]\]")  # an embed that only the site can resolve
_BLOCK_END = re.compile(r"</(?:p|div|li|h\d|blockquote)\s*>|<br\s*/?>", re.IGNORECASE)
MOST_UPDATES = 5_000
# schema.org's types of pages that are lists of something else
_OTHERS = words_of(
    "ImageGallery MediaGallery QAPage FAQPage DiscussionForumPosting Recipe HowTo JobPosting "
    "TVSeason TVSeries TVEpisode PodcastSeries PodcastEpisode TheaterEvent MusicAlbum"
)


@dataclass(frozen=True, slots=True)
class Structured:
    """What the page's JSON-LD says: its live object (or article, or nothing), and its updates."""

    page: Object
    live: bool
    group: Group
    warnings: tuple[str, ...]
    other: str | None = None  # what the page says that it is instead of an article


def read(root: Node) -> Structured:
    objects: list[Object] = []
    warnings: list[str] = []
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        document = load(script.text or "")
        if document is None:
            warnings.append("json-ld: one block is not valid JSON")
        else:
            objects.extend(_objects(document))
    lives = [o for o in objects if "LiveBlogPosting" in _types(o)]
    page = max(lives, key=lambda o: len(_many(o.get("liveBlogUpdate"))), default=None) or _article(objects)
    known = _by_reference(objects, lives)
    found = [f for o in lives for f in _updates(o, known)]
    group = Group("json-ld", tuple(found[:MOST_UPDATES]))
    other = None if page else next((t for o in objects for t in _types(o) if t in _OTHERS), None)
    return Structured(page, bool(lives), group, tuple(warnings), other)


def load(text: str) -> Any:
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    for attempt in (text, without_trailing_commas(text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def without_trailing_commas(text: str) -> str:
    return _TRAILING_COMMA.sub(r"\1", text)


def _objects(value: Any, depth: int = 0) -> Iterator[Object]:
    """Every object of the document that has a type, outside in."""
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _objects(item, depth + 1)
    elif isinstance(value, dict):
        if _types(value):
            yield value
        for key, item in value.items():
            if key != "liveBlogUpdate" and isinstance(item, dict | list):
                yield from _objects(item, depth + 1)


def _types(value: Object) -> list[str]:
    return [str(t).rsplit("/", 1)[-1].rsplit(":", 1)[-1] for t in _many(value.get("@type"))]


def _article(objects: list[Object]) -> Object:
    return next((o for o in objects if any(t.endswith(("Article", "Posting")) for t in _types(o))), {})


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _by_reference(objects: list[Object], lives: list[Object]) -> dict[str, Object]:
    """The objects that stand elsewhere and are named by their ``@id``; asked for only where a list names some."""
    listed = [i for o in lives for i in _many(o.get("liveBlogUpdate"))]
    if not any(_reference(item) for item in listed):
        return {}
    return {str(o["@id"]): o for o in objects if isinstance(o.get("@id"), str) and len(o) > 1}


def _reference(item: Any) -> str | None:
    """An item that is nothing but the name of another object."""
    if isinstance(item, str):
        return item
    alone = isinstance(item, dict) and item.keys() <= {"@id", "@type"}
    return str(item["@id"]) if alone and isinstance(item.get("@id"), str) else None


def _updates(page: Object, known: dict[str, Object]) -> Iterator[Found]:
    for item in _many(page.get("liveBlogUpdate")):
        whole = known.get(_reference(item) or "", item)
        if isinstance(whole, dict):
            yield _update(whole)


def _update(item: Object) -> Found:
    url = words(item.get("url")) or words(item.get("mainEntityOfPage"))
    native = words(item.get("@id")) or words(item.get("identifier")) or (url if url and "#" in url else "")
    text = words(item.get("articleBody")) or words(item.get("text"))
    given = words(item.get("headline")) or words(item.get("name"))
    headline = _headline(given, text)
    distrust = [OBJECT_BODY] if not text and isinstance(item.get("articleBody"), dict) else []
    distrust += [FIRST_WORDS] if given and not headline else []
    return Found(
        carrier="json-ld",
        id=native or None,
        url=url or None,
        text=text,
        headline=headline,
        authors=names(item.get("author")),
        published=moment(item.get("datePublished")) or moment(item.get("dateCreated")),
        updated=moment(item.get("dateModified")),
        created=moment(item.get("dateCreated")) if item.get("datePublished") else None,
        distrust=tuple(distrust),
    )


def _headline(headline: str, text: str) -> str | None:
    """Some systems put the first words of the body there: then there is no headline."""
    bare = headline.rstrip(" .…")
    return None if not bare or text.startswith(bare) else headline


def words(value: Any) -> str:
    """A value as clean text, paragraphs on lines of their own; objects and numbers are no text."""
    if isinstance(value, dict):
        return words(value.get("@id") or value.get("@value"))
    if not isinstance(value, str):
        return ""
    text = _PLACEHOLDER.sub("", html.unescape(html.unescape(value)))
    text = _MARKUP.sub("", _BLOCK_END.sub("\n", text)) if "<" in text else text
    return "\n".join(line for part in text.split("\n") if (line := " ".join(part.split())))


def names(value: Any) -> tuple[str, ...]:
    found = (words(v.get("name")) if isinstance(v, dict) else words(v) for v in _many(value))
    return tuple(dict.fromkeys(n for n in found if n and not n.startswith("http")))


def moment(value: Any) -> Read | None:
    return attribute(value) if isinstance(value, str) else None
