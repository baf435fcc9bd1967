"""What a worker process does with one archived answer: take apart, decode strictly, extract. Pure."""

from __future__ import annotations

from datetime import datetime

from .entity import DecodeError, decode, entity, parse
from .extract import extract
from .extract.memory import Memory
from .model import Unreadable, Version


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
