"""What a worker process does with archived answers: take apart, decode strictly, extract. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from .entity import DecodeError, decode, entity, parse
from .extract import extract, source
from .extract import look as look_at
from .extract.memory import Memory
from .extract.requisites import Requisite, of_page, of_sheet
from .extract.whole import Look, whole
from .model import Answer, Unreadable, Version


def read(block: bytes, url: str, at: datetime, memory: Memory | None = None) -> Version | Unreadable:
    """A response block as kept -> what the page said, or why that cannot be told.

    ``memory``: what is known from earlier pages; it makes the answer sooner, not another.
    """
    try:
        message = parse(block)
        content = decode(entity(message), message.content_encoding)
    except (DecodeError, ValueError) as e:
        return Unreadable(reading="decode", detail=str(e))
    return extract(content, url=url, at=at, content_type=message.header("Content-Type"), memory=memory)


def look(
    answer: Answer, first: str | None = None, beside: Answer | None = None, memory: Memory | None = None
) -> Look:
    """What one answer says, and what it says there is beside it. ``first``: the page that it is a part of.

    ``beside``: that page's own answer, for a part in which nothing was recognised without it.
    """
    try:
        message = parse(answer.block)
        if first is not None and message.status != 200:
            return Look(answer.url, Unreadable(reading="refused", detail=f"it answered {message.status}"))
        if answer.truncated:
            return Look(answer.url, Unreadable(reading="decode", detail=f"it was cut ({answer.truncated})"))
        content = decode(entity(message), message.content_encoding)
        page = _content(beside) if beside else None
    except (DecodeError, ValueError) as e:
        return Look(answer.url, Unreadable(reading="decode", detail=str(e)))
    kind = message.header("Content-Type")
    return look_at(
        content, url=answer.url, at=answer.at, content_type=kind, first=first, beside=page, memory=memory
    )


def _content(answer: Answer) -> bytes:
    message = parse(answer.block)
    return decode(entity(message), message.content_encoding)


def read_whole(answers: Sequence[Answer], memory: Memory | None = None) -> Version | Unreadable:
    """A page and its parts, in the order in which they were fetched; as ``read`` where it has none."""
    if len(answers) == 1:
        return read(answers[0].block, answers[0].url, answers[0].at, memory)
    page = look(answers[0], memory=memory)
    return whole(page, [_part(part, page.url, answers[0], memory) for part in answers[1:]])


def _part(part: Answer, first: str, page: Answer, memory: Memory | None) -> Look:
    seen = look(part, first, memory=memory)
    return look(part, first, page, memory) if seen.is_bare else seen


def requisites(answer: Answer, memory: Memory | None = None) -> list[Requisite]:
    """What an answer needs to look right: of a page or of a style sheet; nothing where it is neither."""
    try:
        content = _content(answer)
        kind = parse(answer.block).header("Content-Type") or ""
    except (DecodeError, ValueError):
        return []
    if kind.partition(";")[0].strip().lower() == "text/css":
        return of_sheet(content.decode("utf-8", "replace"), answer.url)
    page = source.parse(content, kind)
    return of_page(page.root, answer.url) if isinstance(page, source.Source) else []
