"""The addresses in a style sheet: other sheets that it imports, fonts, images. Pure; a tokenizer, no parser.

Comments and strings are passed over as wholes, so that what only looks like an address in them is none (CSS Syntax
Level 3, 4.3). Each pattern takes time in the length of the sheet, whatever is in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""
      /\*(?:[^*]|\*(?!/))*+(?:\*/)?
    | (?P<url>\burl\(\s*+(?:"(?P<double>(?:[^"\\\n]|\\.)*+)"|'(?P<single>(?:[^'\\\n]|\\.)*+)'
              |(?P<bare>(?:[^"'()\s\\]|\\.)*+))\s*+\))(?P<after>\s*+(?:format\(\s*+["']?(?P<format>[\w-]++)["']?\s*+\))?)
    | "(?P<text2>(?:[^"\\\n]|\\.)*+)" | '(?P<text1>(?:[^'\\\n]|\\.)*+)'
    | (?P<at>@[a-zA-Z-]++)
    | (?P<src>\bsrc\s*+:)
    | (?P<sign>[{};])
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(\n)|(.))", re.DOTALL)
# What browsers of today do not load as a font; "embedded-opentype" is for one of before 2011.
_DEAD_FORMATS = frozenset({"embedded-opentype", "svg"})
_DEAD_ENDINGS = (".eot", ".svg")


@dataclass(slots=True)
class Addresses:
    """As they are written, in the order of the sheet."""

    sheets: list[str] = field(default_factory=list)
    fonts: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)


def addresses_in(style: str) -> Addresses:
    """Of a sheet, or of the declarations in a ``style`` attribute.

    Of the sources of one font the first that a browser knows, as a browser takes it (CSS Fonts 4, 4.3).
    """
    found, rule, in_font = Addresses(), "", False
    sources: list[str] = []
    for token in _TOKEN.finditer(style):
        if name := token["at"]:
            rule, in_font = name.lower(), name.lower() == "@font-face"
        elif token["src"]:
            sources = [] if in_font else sources
        elif token["url"]:
            address = _unescaped(next((t for n in ("double", "single", "bare") if (t := token[n])), ""))
            if rule == "@import":
                found.sheets.append(address)
                rule = ""
            elif in_font:
                sources += [address] if _is_of_today(address, token["format"]) else []
            elif rule != "@namespace":
                found.images.append(address)
        elif rule == "@import" and (text := token["text1"] or token["text2"]):
            found.sheets.append(_unescaped(text))
            rule = ""
        elif token["sign"]:
            if token["sign"] == "}" and in_font:
                found.fonts += sources[:1]
                sources, in_font = [], False
            rule = rule if token["sign"] == "{" and in_font else ""
    found.fonts += sources[:1] if in_font else []
    return found


def _is_of_today(address: str, format_: str | None) -> bool:
    path = address.partition("#")[0].partition("?")[0].lower()
    return (format_ or "").lower() not in _DEAD_FORMATS and not path.endswith(_DEAD_ENDINGS)


def _unescaped(text: str) -> str:
    """CSS Syntax Level 3, 4.3.7: a number in hex with a blank behind it, or the sign itself; a line's end goes."""
    return _ESCAPE.sub(_sign, text) if "\\" in text else text


def _sign(found: re.Match[str]) -> str:
    if found[1]:
        number = int(found[1], 16)
        return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return found[3] or ""
