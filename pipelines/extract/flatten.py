"""A page nested deeper than any parser goes, made flat enough to be read: what lies deeper moves up."""

from __future__ import annotations

import re
from collections import Counter

DEEPEST = 200  # levels of wrappers; real pages have 40, and each level costs time for all that lies below it
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)[^<>]*>")
# What only wraps or decorates; all else says what something is.
_WRAPPERS = frozenset(
    {"b", "big", "blockquote", "center", "div", "em", "fieldset", "font", "form", "i", "ins", "nobr", "ol", "s"}
    | {"section", "small", "span", "strong", "sub", "sup", "u", "ul"}
)


def flatten(text: str, deepest: int = DEEPEST) -> str:
    """The source without the wrappers that lie within so many others; linear in its length.

    >>> flatten("<div><div><b>x</b></div>y</div>z", 2)
    '<div><div>x</div>y</div>z'
    """
    opened: list[str] = []
    dropped: Counter[str] = Counter()

    def keep(tag: re.Match[str]) -> str:
        closing, name = tag[1], tag[2].lower()
        if name not in _WRAPPERS:
            return tag[0]
        if not closing:
            if len(opened) < deepest:
                opened.append(name)
                return tag[0]
            dropped[name] += 1
            return ""
        if dropped[name]:
            dropped[name] -= 1
            return ""
        while name in opened and opened.pop() != name:
            pass
        return tag[0]

    return _TAG.sub(keep, text)
