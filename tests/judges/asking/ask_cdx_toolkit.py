"""cdx_toolkit, pointed at this archive."""

import cdx_toolkit
from checks import Checks

checks = Checks()
base, kept, url = (checks.world[name] for name in ("base_url", "archive_url", "url"))
fetcher = cdx_toolkit.CDXFetcher(source=f"{base}/cdx/search/cdx", wb=f"{kept}/web")

found = list(fetcher.iter(url))
checks.equal("rows", [one["timestamp"] for one in found], [c["timestamp"] for c in checks.captures])
for one, capture in zip(found, checks.captures, strict=True):
    checks.body(capture["timestamp"], one.content, capture)
checks.equal("get", [one["timestamp"] for one in fetcher.get(url)], [c["timestamp"] for c in checks.captures])
checks.equal("nothing", list(fetcher.iter("https://a.example/")), [])
checks.done()
