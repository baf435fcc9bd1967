"""How many requests a paged live page costs: one crawl of it, with and without its older pages.

    python -m tests.bench.older [VISITS]

The page has 100 updates on five pages and gets a new one with every second visit; a real server counts.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from tests.rest.serving import LIVE, Site, watched
from tests.running import crawl_until, stoppress
from tests.servers.raw_http import RawServer, serving


def measured(visits: int, folder: Path, *, pages: int) -> dict[str, Any]:
    folder.mkdir()
    with serving(RawServer()) as server:
        site = Site(server, list(range(100, 0, -1)), size=20)
        looks = 0

        def publish(number: int) -> None:
            nonlocal looks
            looks += number == 1
            if number == 1 and looks % 2 == 0:
                site.numbers.insert(0, site.numbers[0] + 1)

        site.before = publish
        config = watched(folder, site.url, crawl=f"older_pages = {pages}")
        made = crawl_until(config, lambda seen: len(seen) >= visits)[:visits]
        asked = Counter(hit.path.removeprefix(LIVE) or "page" for hit in server.hits if hit.path.startswith(LIVE))
    per_visit = [len(visit["captures"]) for visit in made]
    newest = stoppress("show", f"{site.url}@v1", "--json", config=config).lines[0]
    kinds = Counter(change["type"] for visit in made for change in visit["changes"])
    return {
        "older_pages": pages, "visits": len(made), "requests": sum(per_visit), "first_visit": per_visit[0],
        "later_visits": sum(per_visit[1:]) / (len(made) - 1), "by_address": dict(asked),
        "updates_of_the_first_version": len(newest["updates"]), "changes": dict(kinds),
    }  # fmt: skip


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as home:
        for pages_ in (0, 20):
            print(json.dumps(measured(count, Path(home) / str(pages_), pages=pages_)))
