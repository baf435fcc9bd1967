"""What a worker process does with archived answers: take apart, decode strictly, extract. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .entity import DecodeError, decode, entity, parse
from .extract import extract
from .extract import look as look_at
from .extract.whole import Look, whole
from .model import Unreadable, Version


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was kept: the page's own, that of an older page or of a feed."""

    block: bytes
    url: str
    at: datetime
    truncated: str | None = None


def read(block: bytes, url: str, at: datetime) -> Version | Unreadable:
    """A response block as kept -> what the page said, or why that cannot be told."""
    try:
        message = parse(block)
        content = decode(entity(message), message.header("Content-Encoding"))
    except (DecodeError, ValueError) as e:
        return Unreadable(reading="decode", detail=str(e))
    return extract(content, url=url, at=at, content_type=message.header("Content-Type"))


def look(answer: Answer, first: str | None = None, beside: Answer | None = None) -> Look:
    """What one answer says, and what it says there is beside it. ``first``: the page that it is a part of.

    ``beside``: that page's own answer, for a part in which nothing was recognised without it.
    """
    try:
        message = parse(answer.block)
        if first is not None and message.status != 200:
            return Look(answer.url, Unreadable(reading="refused", detail=f"it answered {message.status}"))
        if answer.truncated:
            return Look(answer.url, Unreadable(reading="decode", detail=f"it was cut ({answer.truncated})"))
        content = decode(entity(message), message.header("Content-Encoding"))
        page = _content(beside) if beside else None
    except (DecodeError, ValueError) as e:
        return Look(answer.url, Unreadable(reading="decode", detail=str(e)))
    kind = message.header("Content-Type")
    return look_at(content, url=answer.url, at=answer.at, content_type=kind, first=first, beside=page)


def _content(answer: Answer) -> bytes:
    message = parse(answer.block)
    return decode(entity(message), message.header("Content-Encoding"))


def read_whole(answers: Sequence[Answer]) -> Version | Unreadable:
    """A page and its parts, in the order in which they were fetched."""
    page = look(answers[0])
    return whole(page, [_part(part, page.url, answers[0]) for part in answers[1:]])


def _part(part: Answer, first: str, page: Answer) -> Look:
    seen = look(part, first)
    return look(part, first, page) if seen.is_bare else seen
