"""EDGI's wayback, pointed at this archive."""

import re

import wayback
import wayback._client
import wayback._utils
from checks import Checks

checks = Checks()
base, kept, url = (checks.world[name] for name in ("base_url", "archive_url", "url"))
wayback._client.CDX_SEARCH_URL = f"{base}/cdx/search/cdx"
wayback._utils.MEMENTO_URL_TEMPLATE = f"{kept}/web/{{timestamp}}{{mode}}/{{url}}"
wayback._utils.MEMENTO_URL_PATTERN = re.compile(rf"^{re.escape(kept)}/web/(\d+)(\w\w_)?/(.+)$")

with wayback.WaybackClient() as client:
    # It takes an address with a number for its host for malformed.
    rows = list(client.search(url, skip_malformed_results=False))
    paged = list(client.search(url, limit=2, skip_malformed_results=False))
    checks.equal("rows", [f"{row.timestamp:%Y%m%d%H%M%S}" for row in rows], [c["timestamp"] for c in checks.captures])
    checks.equal("the same two by two", paged, rows)
    for row, capture in zip(rows, checks.captures, strict=True):
        memento = client.get_memento(url, timestamp=row.timestamp, mode=wayback.Mode.original)
        checks.body(capture["timestamp"], memento.content, capture)
        checks.equal("its time", f"{memento.timestamp:%Y%m%d%H%M%S}", capture["timestamp"])
        checks.equal("its status", memento.status_code, capture["status"])
        checks.equal("its address", memento.url, url)
        checks.equal("its type as it was", memento.headers["Content-Type"], "text/html; charset=utf-8")
    first, last = checks.captures[0]["timestamp"], checks.captures[-1]["timestamp"]
    links = client.get_memento(url, timestamp=rows[2].timestamp, mode=wayback.Mode.original).links
    checks.equal("first", any(first in link["url"] for name, link in links.items() if "first" in name), True)
    checks.equal("last", any(last in link["url"] for name, link in links.items() if "last" in name), True)
checks.done()
