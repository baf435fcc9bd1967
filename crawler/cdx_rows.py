"""What a CDX server answers, and where the captures it tells of are. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a CDX server: a capture."""

    timestamp: str  # 14 digits
    url: str
    status: str
    digest: str

    @property
    def at(self) -> datetime:
        return datetime.strptime(self.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Where another archive answers; ``captures``: an address with {timestamp} and {url}."""

    cdx: str
    captures: str = ""
    since: str | None = None  # 1 to 14 digits, as the CDX server has it
    until: str | None = None
    most: int | None = None  # captures of a page

    def address(self, row: Row) -> str:
        parts = urlsplit(self.cdx)
        template = self.captures or f"{parts.scheme}://{parts.netloc}/web/{{timestamp}}id_/{{url}}"
        url = quote(row.url, safe="!$%&'()*+,/:;=?@~")
        return template.replace("{timestamp}", row.timestamp).replace("{url}", url)


def page_of(text: str) -> tuple[list[Row | str], str]:
    """The rows, and the key to those that follow: behind an empty line."""
    lines, _, key = text.replace("\r\n", "\n").partition("\n\n")
    return [_row(line) for line in lines.split("\n") if line], key.strip()


def _row(line: str) -> Row | str:
    words = line.split(" ")
    if len(words) < 7 or not re.fullmatch("[0-9]{14}", words[1]):
        return f"{line[:100]!r} is no line of seven fields with a time of 14 digits"
    row = Row(words[1], words[2], words[4], words[5])
    try:
        row.at  # noqa: B018
    except ValueError:
        return f"{line[:100]!r} has a time that is none"
    return row
