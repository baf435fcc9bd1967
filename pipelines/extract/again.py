"""Looking at a page again: where only its scripts and tokens differ, what it said the last time is what it says.

The bytes are compared without the contents of scripts and styles and without the tokens that a server makes anew for
each answer. That is only done where it is certain to change nothing: each doubt (another charset than UTF-8, scripts
that the parser sees elsewhere than this does, a profile that reads scripts, a time that ticks) means reading again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from . import profiled
from .dom import address
from .lasting import Lasting
from .memory import Memory, digest
from .profile import Profile
from .rest import IN_SCRIPTS
from .source import Source, is_challenge, is_only_utf8, long_tags
from .text import MOST_LETTERS
from .whole import Look

_RAW = re.compile(rb"<(script|style)\b([^>]*)>(.*?)</\1", re.IGNORECASE | re.DOTALL)
# in a script's text: what may end or nest it in another way, and what is looked for in the first bytes of a page
_TELLING = re.compile(rb"<!--|charset|\0", re.IGNORECASE)
_TOKEN = re.compile(rb"""\s(?:nonce|integrity)\s*=\s*(?:"[^"<>]*"|'[^'<>]*')""", re.IGNORECASE)
_HIDDEN = re.compile(rb"""<input\b(?=[^<>]*\stype\s*=\s*["']?hidden\b)[^<>]*>""", re.IGNORECASE)
# shorter values may be words on a button
_VALUE = re.compile(rb"""\svalue\s*=\s*(?:"[^\s"<>]{25,}"|'[^\s'<>]{25,}')""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Known:
    """What a page said, and for how long."""

    told: Look
    lasting: Lasting


@dataclass(frozen=True, slots=True)
class Outline:
    """A page's bytes as they are compared with those of another visit."""

    key: bytes
    scripts: tuple[bytes, ...]  # the texts that were left out, or kept, in their order

    def seen(self, memory: Memory, at: datetime) -> Look | None:
        known: Known | None = memory.get(self.key)
        if known is None or known.told.version is None or not known.lasting.until(at):
            return None
        return replace(known.told, read=replace(known.told.version, at=at))

    def keep(self, memory: Memory, told: Look, lasting: Lasting) -> None:
        if lasting.steady and told.version and told.version.text:
            memory.keep(self.key, Known(told, lasting))

    def agrees(self, source: Source) -> bool:
        """Whether the parser sees the same scripts, so that their texts are nothing but that."""
        seen = [(node.text or "").encode() for node in source.root.iter("script", "style")]
        return seen == list(self.scripts) and not is_challenge(source.root)


def outline(
    html: bytes, profiles: Sequence[Profile], *, url: str, day: date, content_type: str | None, extractor: str
) -> Outline | None:
    """None for a page that is better read."""
    if len(html) > MOST_LETTERS or not is_only_utf8(html, content_type):
        return None
    likely = profiled.likely(profiles, html, (address(url).hostname or "").lower())
    if any(p.state for p in likely):
        return None  # what a script holds counts
    scripts: list[bytes] = []

    def left_out(raw: re.Match[bytes]) -> bytes:
        scripts.append(raw[3])
        if b"ld+json" in raw[2].lower() or _TELLING.search(raw[3]) or any(name in raw[3] for name in IN_SCRIPTS):
            return raw[0]
        return b"<%b%b>" % (raw[1], _TOKEN.sub(b"", raw[2]))

    bare = _RAW.sub(left_out, html)
    bare = _HIDDEN.sub(lambda tag: _VALUE.sub(b"", tag[0]), bare)
    if any(True for text in scripts for _ in long_tags(text.decode())):
        return None
    doubts = [f"{p.model_dump_json()} {p.doubt(day)}" for p in likely]
    return Outline(digest("page", [extractor, url, content_type, *doubts, bare]), tuple(scripts))
