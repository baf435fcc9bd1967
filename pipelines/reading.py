"""What a worker process does with one archived answer: take apart, decode strictly, extract. Pure."""

from __future__ import annotations

from datetime import datetime

from .entity import DecodeError, decode, entity, parse
from .extract import extract
from .model import Unreadable, Version


def read(block: bytes, url: str, at: datetime) -> Version | Unreadable:
    """A response block as kept -> what the page said, or why that cannot be told."""
    try:
        message = parse(block)
        content = decode(entity(message), message.content_encoding)
    except (DecodeError, ValueError) as e:
        return Unreadable(reading="decode", detail=str(e))
    return extract(content, url=url, at=at, content_type=message.header("Content-Type"))
