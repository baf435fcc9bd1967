"""An archive with as many captures as one likes: the files that the recorder would have written, then their index."""

from __future__ import annotations

import gzip
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from pipelines import warc
from pipelines.ledger import facts
from pipelines.model import Exchange, Visit
from pipelines.store.catalog import Catalog
from pipelines.store.indexing import Indexer
from pipelines.store.local import LocalStore
from pipelines.store.warcs import warc_key
from pipelines.urlkey import urlkey

WORKER = "bench_00000000"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
EVERY = timedelta(minutes=10)  # between two captures of a page
PER_FILE = 2_000  # captures
LETTERS = "etaoinshrdlucmfw"
CONFIG = """\
[archive]
store   = "archive"
catalog = "sqlite:///archive/catalog.db"

[crawl]
contact = "mailto:bench@example.org"

[serve]
base_url    = "http://127.0.0.1:8710"
archive_url = "http://127.0.0.1:8711"
memory      = "{memory}"
"""


def url_of(page: int) -> str:
    return f"http://news.test/live/{page:05d}"


def at(look: int) -> datetime:
    return BEGIN + look * EVERY


def make(folder: Path, *, pages: int, looks: int, body: int, memory: str = "64MiB") -> Path:
    """Config, store and catalog in ``folder``; ``body``: bytes of a page, gzip-coded about a third. Returns the config.

    Captures are in the order of time over all pages, as crawling leaves them.
    """
    store = folder / "archive"
    every = ((page, look) for look in range(looks) for page in range(pages))
    for number in range(-(-pages * looks // PER_FILE)):
        _write(store, number, list(islice(every, PER_FILE)), body)
    with Catalog.open(f"sqlite:///{store / 'catalog.db'}") as catalog:
        catalog.begin_rebuild()
        for _ in Indexer(catalog, LocalStore(store)).run():
            pass
        catalog.end_rebuild()
    config = folder / "stoppress.toml"
    config.write_text(CONFIG.replace("{memory}", memory))
    return config


def _write(store: Path, number: int, looks: list[tuple[int, int]], body: int) -> None:
    opened = at(looks[0][1]) + timedelta(milliseconds=number)
    name = f"stoppress-{opened:%Y%m%d%H%M%S}{number % 1000:03d}-{number:05d}-{WORKER}.warc.gz"
    path = store / warc_key(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    words = _words(random.Random(number), body)
    with path.open("wb") as file:
        file.write(warc.member(warc.warcinfo(name, {"software": "bench"}, opened)))
        for page, look in looks:
            file.writelines(_visit(page, look, next(words)))


def _words(chance: random.Random, size: int) -> Iterator[bytes]:
    known = ["".join(chance.choices(LETTERS, k=chance.randint(2, 12))) for _ in range(3000)]
    while True:
        yield gzip.compress(" ".join(chance.choices(known, k=size // 8)).encode(), 6)


def _visit(page: int, look: int, body: bytes) -> Iterator[bytes]:
    url, started = url_of(page), at(look)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n"
    made = Exchange(
        url=url, started=started, request=b"GET /live HTTP/1.1\r\nHost: news.test\r\n\r\n",
        response=head + b"Content-Length: %d\r\n\r\n" % len(body) + body, status=200, fidelity="wire",
    )  # fmt: skip
    visit = Visit(id=str(uuid.uuid4()), url=url, urlkey=urlkey(url), started=started, why="due", scheduled=started)
    kept = warc.exchange_records(made, record_id=warc.new_id(), visit_id=visit.id, role="page", original=None)
    yield from (warc.member(record) for record in kept.records)
    line = facts(visit, "wire", WORKER) | {"outcome": "archived"}
    yield warc.member(warc.visit_record(visit.id, line, started, kept.records[0].id))
