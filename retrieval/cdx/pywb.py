"""The index as pywb asks for it: CDXJ lines, and in the place of each revisit its original under the revisit's time.

pywb would ask a second time to find the original, and shows what a server had answered with 304 as an empty page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipelines.cdxj import second14
from pipelines.store.catalog import Catalog
from pipelines.store.catalog_scans import Line

from .answer import captures, originals
from .fields import field
from .query import Query, query

MEDIA_TYPE = "text/x-cdxj"
REVISITS = "revisit"  # the folder of files that exist only while they are asked for


def asked(given: Sequence[tuple[str, str]]) -> Query:
    """pywb's parameters -> a query. It always says ``sort=closest``, and ``closest`` may be empty, ``now``, or beside a
    prefix, where it has no meaning."""
    said = dict(reversed(given))
    one = said.get("matchType", "exact") == "exact" and "*" not in said.get("url", "")
    near = one and said.get("closest", "").isdigit()
    ours = [(name, value) for name, value in given if near or name not in ("closest", "sort")]
    return replace(query(ours), json=False)


def lines(catalog: Catalog, wanted: Query) -> Iterator[str]:
    """``urlkey timestamp {url, mime, status, digest, length, offset, filename}``. A revisit whose original is not in
    the archive is left out: pywb has no way to say so."""
    original = originals(catalog)
    for line in captures(catalog, wanted):
        shown = original(line) if line.kind == "revisit" else line
        if shown is not None and not shown.redacted:
            yield _told(line, shown)


def _told(line: Line, shown: Line) -> str:
    facts = {
        "url": field("original", line),
        "mime": field("mimetype", shown),
        "status": field("statuscode", shown),
        "digest": shown.digest,
    }
    if shown is line:
        facts |= {name: field(name, shown) for name in ("length", "offset", "filename")}
    else:
        facts |= {"offset": "0", "filename": f"{REVISITS}/{line.record_id}"}
    return f"{line.urlkey} {second14(line.micros)} {json.dumps(facts)}\n"
