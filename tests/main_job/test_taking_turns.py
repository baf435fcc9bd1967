"""A host that schedules of fixed turns keep busy: adaptive watches of it are not left out, and neither are they."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.running import crawl_until, stoppress, write_config
from tests.servers.raw_http import RawServer, page

HARBOUR = b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed.</p></body></html>"


def test_where_turns_always_wait_an_adaptive_page_gets_every_other_visit_that_it_is_worth(
    raw_server: RawServer, tmp_path: Path
) -> None:
    raw_server.route("/robots.txt", page(b"", content_type="text/plain"))
    timed = [raw_server.route(f"/timed{n}", page(HARBOUR)) for n in range(3)]
    weighed = raw_server.route("/weighed", page(HARBOUR))
    config = write_config(tmp_path, *timed)
    text = config.read_text().replace('min_gap = "0s"', 'min_gap = "500ms"')
    config.write_text(text + f'[[watch]]\nurl = "{weighed}"\nschedule = "adaptive"\nmin = "1s"\nmax = "2s"\n')
    stoppress("apply", str(config))

    visits = crawl_until(config, lambda visits: len(visits) >= 16)

    seen = Counter(visit["url"] for visit in visits)
    assert seen[weighed] >= 3
    assert all(seen[url] >= 3 for url in timed)
