"""Changes in lines of text: ``[-out-]{+in+}`` as wdiff writes it, in colour on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

import typer

from pipelines.diff.render import FORM, Piece, heading, of_change, shortened
from pipelines.gaps import span
from pipelines.model import Change

from .common import safe

_COLOURS = {"-": "red", "+": "green"}


def headed(change: Change, *, full: bool) -> str:
    """One change on one line: what kind, where, and in which words; ``full``: nothing cut short."""
    pieces = of_change(change)
    return f"{heading(change)}  {line(pieces if full else shortened(pieces))}".rstrip()


def dated(change: Change) -> str:
    """How long nobody had looked when it was seen, how old the update was by then, and whether a notice tells of it."""
    gap = None if change.gap_s is None else f"within {span(change.gap_s)}"
    age = None if change.age_s is None else f"at age {span(change.age_s)}"
    notice = "no notice" if change.stealth else f"{change.notice} notice" if change.notice else None
    told = ", ".join(part for part in (gap, age, notice) if part)
    return f"  ({told})" if told else ""


def line(pieces: Iterable[Piece]) -> str:
    """Pieces on one line, with their signs where there is no colour."""
    return "".join(_drawn(sign, _one_line(text)) for sign, text in pieces)


def _drawn(sign: str, text: str) -> str:
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    if sign != "=" and coloured:
        # Not by colour alone: what went is struck through, what came is underlined.
        return typer.style(text, fg=_COLOURS[sign], **{"strikethrough" if sign == "-" else "underline": True})
    return FORM[sign].format(text)


def _one_line(text: str) -> str:
    """``safe``, with the spaces at both ends kept: they part this piece from its neighbours."""
    head = " " if text[:1].isspace() else ""
    tail = " " if text[-1:].isspace() and text.strip() else ""
    return head + safe(text) + tail
