"""Which pages' captures are taken: those watched, or those that were named. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipelines.errors import WatchlistError
from pipelines.urlkey import normalise, urlkey

HTML = frozenset({"text/html", "application/xhtml+xml", None})


@dataclass(frozen=True, slots=True)
class Pages:
    """``named``: urlkey -> URL; ``prefixes``: of urlkeys; ``all``: whatever answers with HTML."""

    named: dict[str, str] = field(default_factory=dict)
    prefixes: tuple[str, ...] = ()
    all: bool = False

    def page(self, url: str) -> str | None:
        """The URL of the page that this one is an address of, None if it is none that is asked for."""
        key = urlkey(url)
        if key in self.named:
            return self.named[key]
        if not (self.all or key.startswith(self.prefixes)):
            return None
        try:
            return normalise(url)
        except WatchlistError:  # whoever takes it will say what is wrong
            return url

    def is_page(self, url: str, mime: str | None) -> bool:
        """What was named is a page whatever it answers; beside it images and scripts have addresses, too."""
        return urlkey(url) in self.named or mime in HTML


def pages(urls: Iterable[str], prefixes: Iterable[str], watched: Iterable[str], *, everything: bool = False) -> Pages:
    """``watched`` are those of the watches; they are meant where nothing else is named. WatchlistError: no URL."""
    urls, prefixes = list(urls), list(prefixes)
    asked = urls if urls or prefixes or everything else list(watched)
    named = {urlkey(url): url for url in map(normalise, asked)}
    named |= {key: url for url in watched if (key := urlkey(url)) in named}
    return Pages(named, tuple(urlkey(normalise(prefix)) for prefix in prefixes), everything)
