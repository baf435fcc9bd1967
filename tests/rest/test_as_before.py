"""Whether a page is as it was: by the answer before this one, however soon this one is in the archive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crawler.rest import RestOfPage
from pipelines.config import parse_config
from pipelines.model import Capture, Exchange, Visit
from pipelines.store.originals import Originals
from pipelines.urlkey import urlkey
from pipelines.warc import sha256

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://news.example/live"
NAME = (urlkey(URL), URL)


def capture(body: bytes, at: datetime, **more: Any) -> Capture:
    facts = {"record_id": f"urn:uuid:{at:%M}", "urlkey": NAME[0], "url": URL, "timestamp": at, "status": 200}
    place = {"filename": "x.warc.gz", "offset": 0, "length": 1}
    return Capture(**(facts | place | {"digest": sha256(body), "role": "page"} | more))


def rest(originals: Originals) -> RestOfPage:
    config = parse_config("[crawl]\ncontact = 'mailto:a@example.org'", Path("stoppress.toml"))
    keeper: Any = SimpleNamespace(config=config, recorder=SimpleNamespace(originals=originals))
    return RestOfPage(SimpleNamespace(), keeper)  # type: ignore[arg-type]


@pytest.mark.parametrize("written", [False, True], ids=["not-yet-written", "written-already"])
@pytest.mark.parametrize(("body", "same"), [(b"first", True), (b"second", False)])
def test_what_this_visit_has_brought_is_not_taken_for_what_was_there(written: bool, body: bytes, same: bool) -> None:
    originals = Originals()
    originals.saw(NAME, capture(b"first", NOW))
    at = NOW + timedelta(minutes=1)
    if written and same:
        originals.saw(NAME, capture(body, at, kind="revisit"))
    elif written:
        originals.saw(NAME, capture(body, at))
    block = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    exchange = Exchange(url=URL, started=at, request=b"", response=block, status=200)
    visit = Visit(id="1", url=URL, urlkey=NAME[0], started=at)

    assert rest(originals)._is_as_before(visit, exchange) is same


def test_a_first_answer_is_not_as_before() -> None:
    originals = Originals()
    originals.saw(NAME, capture(b"first", NOW))
    exchange = Exchange(url=URL, started=NOW, request=b"", response=b"HTTP/1.1 200 OK\r\n\r\nfirst", status=200)

    assert not rest(originals)._is_as_before(Visit(id="1", url=URL, urlkey=NAME[0], started=NOW), exchange)
