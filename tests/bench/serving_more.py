"""Beside ``serving``: a catalog of a million captures, the first line of long lists, records from S3."""

from __future__ import annotations

import os
import random
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from pipelines.face import version_to_json
from pipelines.model import Capture, Version
from pipelines.store import rows
from pipelines.store.catalog import Catalog
from pipelines.store.catalog_scans import Line, Span
from pipelines.store.tables import versions
from tests.servers import swift

TOGETHER = 10_000  # rows of one transaction
BUCKET = "bench"


def add_captures(catalog: Catalog, count: int) -> None:
    """Of other pages, in the order of time: rows alone, without bytes behind them."""
    one = next(catalog.scan(Span(low="", high="\x7f"), first=1))
    for begin in range(0, count, TOGETHER):
        catalog.captures_added([_other(one, number) for number in range(begin, min(begin + TOGETHER, count))])


def _other(one: Capture, number: int) -> Capture:
    page = f"test,news)/other/{number % 5_000:05d}"
    at = one.timestamp + timedelta(seconds=number)
    return replace(one, urlkey=page, timestamp=at, record_id=f"urn:uuid:{uuid.uuid4()}", visit_id=str(uuid.uuid4()))


def add_history(catalog: Catalog, count: int) -> str:
    """One page with so many captures and versions, each of a few updates' length; returns its URL."""
    url, begin = "http://news.test/long", datetime(2026, 2, 1, tzinfo=UTC)
    one = replace(next(catalog.scan(Span(low="", high="\x7f"), first=1)), urlkey="test,news)/long", url=url)
    times = [begin + timedelta(minutes=n) for n in range(count)]
    seen = [replace(one, record_id=f"urn:uuid:{uuid.uuid4()}", timestamp=at) for at in times]
    catalog.captures_added(seen)
    said = Version(url=url, at=begin, text="The harbour is closed to all ships. " * 60, headline="Storm")
    document = rows.document(version_to_json(said))
    told = [_version(capture, number, document) for number, capture in enumerate(seen, start=1)]
    catalog.write(lambda connection: connection.execute(insert(versions), told))
    return url


def _version(capture: Capture, number: int, document: str) -> dict[str, Any]:
    when = rows.micros(capture.timestamp)
    return {"urlkey": capture.urlkey, "seq": number, "visit_id": str(uuid.uuid4()), "first_seen": when,
            "last_seen": when, "record_id": capture.record_id, "digest": capture.digest,
            "content_hash": f"{number:064x}", "state": "live", "headline": "Storm", "document": document}  # fmt: skip


@contextmanager
def in_swift(config: Path, folder: Path) -> Iterator[tuple[Path, Any]]:
    """The same archive in a bucket: its config, and a bare client. Its catalog stays where it is."""
    with ExitStack() as running:
        (folder / "swift").mkdir()
        server = swift.start(folder / "swift", running)
        running.callback(server.close)
        os.environ |= server.env
        client = running.enter_context(server.client())
        client.create_bucket(Bucket=BUCKET)
        store = config.parent / "archive"
        for path in sorted(store.rglob("*.warc.gz")):
            client.upload_file(str(path), BUCKET, f"a/{path.relative_to(store)}")
        moved = config.with_name("swift.toml")
        text = config.read_text().replace('store   = "archive"', f'store   = "s3://{BUCKET}/a"')
        moved.write_text(text + f'\n[s3]\nendpoint_url = "{server.endpoint_url}"\n')
        yield moved, client


def bare_ranges(client: Any, lines: Sequence[Line], connections: int, seconds: float) -> float:
    """Records a second of a loop of range GETs, as many at once as there are connections."""
    until, done = time.perf_counter() + seconds, [0] * connections

    def read(mine: int) -> None:
        for line in lines[mine::connections]:
            if time.perf_counter() >= until:
                return
            end = line.offset + line.length - 1
            asked = client.get_object(Bucket=BUCKET, Key=f"a/{line.filename}", Range=f"bytes={line.offset}-{end}")
            assert len(asked["Body"].read()) == line.length
            done[mine] += 1

    begun = time.perf_counter()
    with ThreadPoolExecutor(connections) as threads:
        list(threads.map(read, range(connections)))
    return sum(done) / (time.perf_counter() - begun)


def shuffled(catalog: Catalog, seed: int) -> list[Line]:
    """All captures that have bytes, in a random order."""
    found = list(catalog.lines(Span(low="test,news)/live/", high="test,news)/live0")))
    random.Random(seed).shuffle(found)
    return found
