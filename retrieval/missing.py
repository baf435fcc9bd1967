"""What to say when nothing is found: why, and the next step. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from pipelines.store.catalog import PageSummary

_ALIKE = 0.6  # difflib's own default for close matches


def nothing_kept(url: str, urlkey: str, pages: Sequence[PageSummary]) -> str:
    """Why there is nothing of this URL: never visited, never answered, never readable, or never heard of."""
    page = next((page for page in pages if page.urlkey == urlkey), None)
    if page is None:
        return _unknown(url, urlkey, pages)
    if not page.visits and page.captures:
        what = _count(page.captures, "capture")
        return f"{url} has {what} by a spider that is not ours, and no version: next: stoppress get {url}@now"
    if not page.visits:
        return f"nothing is kept of {url} yet: it is watched but was not visited; next: stoppress crawl --once"
    last = f"the last of {_count(page.visits, 'visit')} ended as {page.last_outcome}"
    if not page.captures:
        return f"nothing is kept of {url} yet: {last}; next: stoppress log {url}"
    return f"{url} has {_count(page.captures, 'capture')} but no version yet: {last}; next: stoppress log {url}"


def nothing_at(url: str, asked: int, newest: int) -> str:
    """The page has versions, but not this one."""
    known = "only v1" if newest == 1 else f"v1 to v{newest}"
    return f"{url} has no v{asked}; it has {known}; next: stoppress versions {url}"


def _unknown(url: str, urlkey: str, pages: Sequence[PageSummary]) -> str:
    near = nearest(urlkey, pages)
    if near:
        return f"nothing is kept of {url}; did you mean {near}? All pages: stoppress pages"
    if pages:
        return f"nothing is kept of {url}; stoppress pages lists what is, stoppress watch {url} starts"
    return f"nothing is kept of {url}: the archive is empty; next: stoppress watch {url}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def nearest(urlkey: str, pages: Sequence[PageSummary]) -> str | None:
    """The known page that is spelled most like this one, if any is alike."""
    known = {page.urlkey: page.url for page in pages}
    found = difflib.get_close_matches(urlkey, known, n=1, cutoff=_ALIKE)
    return known[found[0]] if found else None
