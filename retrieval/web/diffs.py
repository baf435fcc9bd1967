"""What changed around a capture, as a page: ``/diff/before/20260103100000/URL`` and ``/diff/after/…``."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pipelines.errors import NotArchived

from ..archive import Archive
from ..diffpage import page as html
from . import address

# The page holds its own style, and nothing that runs.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; "
    "frame-ancestors 'none'; base-uri 'none'"
}
SIDES = ("before", "after")


class Diffs:
    """For one archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def around(self, request: Request) -> Response:
        """The version that was shown at a time, beside the one before it or after it."""
        side = request.path_params["side"]
        asked = address.asked(address.behind(request, f"/diff/{side}/"), request.url.query)
        if side not in SIDES or asked.moment is None:
            raise ValueError("it is /diff/before/TIME/URL or /diff/after/TIME/URL, the time in 1 to 14 digits")
        page = self._archive.page(asked.url)
        shown = page.at(asked.moment)
        other = page.neighbour(shown, -1 if side == "before" else 1)
        if other is None:
            last = "first version, nothing is known before it" if side == "before" else "last version so far"
            raise NotArchived(f"{page.url}: v{shown.seq} is the {last}")
        old, new = (other, shown) if side == "before" else (shown, other)
        return HTMLResponse(html(page.url, old, new, page.diff(old.seq, new.seq), page.completeness()), headers=HEADERS)
