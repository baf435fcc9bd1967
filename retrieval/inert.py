"""Captured text inside a page of ours: never markup, never a command, and nothing in it is hidden. Pure."""

from __future__ import annotations

import re
from html import escape

# What turns the order of letters round, steers a terminal or cannot be seen. Marks that Arabic and Hebrew text needs
# (U+200E, U+200F, joiners) stay.
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")


def inert(text: str) -> str:
    """HTML that shows the text; signs that would act or hide are named, as in ``U+202E``."""
    return _ODD.sub(lambda found: f'<code class="sign">U+{ord(found[0]):04X}</code>', escape(text))


def plain(text: str) -> str:
    """The same for an attribute or a title, where no element can stand."""
    return escape(_ODD.sub("\N{REPLACEMENT CHARACTER}", text))
