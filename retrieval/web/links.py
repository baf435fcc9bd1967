"""Links between mementos (RFC 7089, RFC 8288), as a header and as a TimeMap in two formats. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from pipelines.cdxj import timestamp14
from pipelines.face import iso
from pipelines.model import Capture
from pipelines.store.catalog_mementos import Around, Seen

from ..mementos import second
from .address import in_header, memento

LINK_FORMAT = "application/link-format"


@dataclass(frozen=True, slots=True)
class Origins:
    """Where the two services are, without a slash at the end; from the configuration, never from a request."""

    base: str
    archive: str

    def timegate(self, url: str) -> str:
        return f"{self.archive}/web/{in_header(url)}"

    def timemap(self, url: str, form: str = "link") -> str:
        return f"{self.base}/web/timemap/{form}/{in_header(url)}"


@lru_cache(10_000)
def http_date(moment: datetime) -> str:
    """RFC 1123, GMT."""
    return format_datetime(second(moment), usegmt=True)


def about_url(origins: Origins, url: str) -> list[str]:
    """What every answer about a URL links to."""
    return [f'<{in_header(url)}>; rel="original"', f'<{origins.timegate(url)}>; rel="timegate"', _timemap(origins, url)]


def timegate_links(origins: Origins, url: str) -> str:
    return ", ".join([f'<{in_header(url)}>; rel="original"', _timemap(origins, url)])


def memento_links(origins: Origins, capture: Capture, around: Around, mode: str) -> str:
    """The links of a memento: its URL's, its neighbours with their times, and the versions around what it shows; the
    mode stays what it is.

    A version is linked apart from the same memento as a neighbour (RFC 5829): plain clients look for exactly
    ``prev memento``.
    """
    relations: dict[str, list[str]] = {}
    for name, one in (("first", around.first), ("prev", around.before), ("next", around.after), ("last", around.last)):
        if one is not None:
            relations.setdefault(_link_of(origins, one, mode), []).append(name)
    relations.setdefault(_link_of(origins, capture, mode), [])
    links = [_memento(link, [*names, "memento"]) for link, names in relations.items()]
    named = {"predecessor-version": around.versions.predecessor, "successor-version": around.versions.successor}
    links += [_link_of(origins, one, mode).replace("{}", name, 1) for name, one in named.items() if one]
    return ", ".join([*about_url(origins, capture.url), *links])


def _link_of(origins: Origins, capture: Capture | Seen, mode: str) -> str:
    address = memento(origins.archive, capture.timestamp, capture.url, mode)
    return f'<{address}>; rel="{{}}"; datetime="{http_date(capture.timestamp)}"'


def _memento(link: str, names: list[str]) -> str:
    return link.replace('rel="{}"', f'rel="{" ".join(names)}"', 1)


def _timemap(origins: Origins, url: str) -> str:
    return f'<{origins.timemap(url)}>; rel="timemap"; type="{LINK_FORMAT}"'


@dataclass(frozen=True, slots=True)
class Part:
    """A TimeMap's part of a URL's history: ``begins`` with the first memento; ``following`` begins the next part."""

    url: str
    found: Sequence[Capture]
    begins: bool = True
    following: Capture | None = None


def link_format(origins: Origins, part: Part) -> Iterator[str]:
    """A TimeMap, line by line; a part names the next one (RFC 7089 5)."""
    here = origins.timemap(part.url) if part.begins else _later_map(origins, part.url, part.found[0])
    since, until = http_date(part.found[0].timestamp), http_date(part.found[-1].timestamp)
    yield f'<{in_header(part.url)}>; rel="original"'
    yield f',\n<{here}>; rel="self"; type="{LINK_FORMAT}"; from="{since}"; until="{until}"'
    yield f',\n<{origins.timegate(part.url)}>; rel="timegate"'
    if part.following:
        there = _later_map(origins, part.url, part.following)
        yield f',\n<{there}>; rel="timemap"; type="{LINK_FORMAT}"; from="{http_date(part.following.timestamp)}"'
    for number, capture in enumerate(part.found, start=1):
        first = ["first"] if part.begins and number == 1 else []
        last = ["last"] if not part.following and number == len(part.found) else []
        yield f",\n{_memento(_link_of(origins, capture, ''), [*first, *last, 'memento'])}"
    yield "\n"


def _later_map(origins: Origins, url: str, first: Capture, form: str = "link") -> str:
    return origins.timemap(url, f"{form}/{timestamp14(first.timestamp)}")


def json_map(origins: Origins, part: Part) -> Iterator[str]:
    """A TimeMap in JSON: ``original_uri``, ``timegate_uri``, ``mementos.list`` with ``datetime`` and ``uri``."""
    head = {"original_uri": part.url, "timegate_uri": origins.timegate(part.url)}
    if part.following:
        head["next_timemap_uri"] = _later_map(origins, part.url, part.following, "json")
    yield json.dumps(head)[:-1] + ', "mementos": {"list": ['
    for number, capture in enumerate(part.found):
        uri = memento(origins.archive, capture.timestamp, capture.url)
        line = {"datetime": iso(second(capture.timestamp)), "uri": uri, "timestamp": timestamp14(capture.timestamp)}
        yield (",\n" if number else "\n") + json.dumps(line)
    yield "\n]}}\n"
