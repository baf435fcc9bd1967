"""A recorder with its catalog and folder, what a crawler hands over to it, and what is found of that."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines import warc
from pipelines.errors import StoreError
from pipelines.model import Exchange, Visit
from pipelines.promise import Promise
from pipelines.store.catalog import Catalog
from pipelines.store.recorder import Limits, Recorder
from pipelines.store.spool import file_name
from pipelines.urlkey import urlkey

URL = "http://news.test/live"
NOON = datetime(2026, 1, 3, 12, 0, 0, 123456, tzinfo=UTC)
NAME = file_name(NOON, 1, "w1")
FOREVER = timedelta(days=365 * 100)
NEVER_ROLL = Limits(roll_age=FOREVER)


def exchange(body: bytes = b"<p>one</p>", *, url: str = URL, minute: int = 0, status: int = 200,
             header: bytes = b"", response: bytes | None = None, **more: Any) -> Exchange:  # fmt: skip
    condition = b'If-None-Match: "a"\r\n' if status == 304 else b""
    head = b"HTTP/1.1 %d Said\r\nContent-Type: text/html\r\n%s\r\n" % (status, header)
    return Exchange(
        url=url,
        started=NOON + timedelta(minutes=minute),
        request=b"GET /live HTTP/1.1\r\nHost: news.test\r\n%s\r\n" % condition,
        response=head + body if response is None else response,
        status=status,
        fidelity="wire",
        **more,
    )


def visit_of(made: Exchange | None, name: str = "v1") -> Visit:
    started = made.started if made else NOON
    return Visit(id=name, url=URL, urlkey=urlkey(URL), started=started, exchange=made)


def warcinfo(name: str) -> warc.Record:
    return warc.warcinfo(name, {"software": "test"}, NOON)


@dataclass
class Desk:
    """A recorder with its catalog and folder; nothing rolls by age unless asked to."""

    folder: Path
    catalog: Catalog
    sealed: list[Path] = field(default_factory=list)
    recorders: list[Recorder] = field(default_factory=list)

    def open(self, limits: Limits = NEVER_ROLL) -> Recorder:
        made = Recorder(
            self.folder, self.catalog, worker="w1", warcinfo=warcinfo, sealed=self.sealed.append, limits=limits
        )
        self.recorders.append(made)
        return made

    def keep(self, recorder: Recorder, made: Exchange, name: str) -> Visit:
        recorder.exchange(made, visit_id=name, role="page")
        kept = recorder.visit(visit_of(made, name)).result(30)
        assert kept is not None
        return kept


def sealed_file(desk: Desk) -> Path:
    """One file with a page, a 304, the same payload again, an error page, and a visit without any byte."""
    recorder = desk.open()
    etag = b'ETag: "a"\r\n'
    desk.keep(recorder, exchange(header=etag), "v1")
    desk.keep(recorder, exchange(b"", status=304, minute=1, header=etag), "v2")
    desk.keep(recorder, exchange(minute=2, header=b"X-Cache: other\r\n"), "v3")
    desk.keep(recorder, exchange(b"gone", status=404, minute=3), "v4")
    silent = exchange(minute=4, error="timeout")
    desk.keep(recorder, Exchange(url=URL, started=silent.started, request=silent.request, error="timeout"), "v5")
    recorder.exchange(exchange(b"Allow: /", url="http://news.test/robots.txt"), visit_id=None, role="robots")
    recorder.close()
    (path,) = desk.sealed
    return path


def placed(path: Path) -> list[warc.Placed]:
    with path.open("rb") as file:
        return list(warc.scan(file))


def visits_in(path: Path) -> list[str]:
    blocks = [p.record.block for p in placed(path) if p.record.get("Content-Type") == warc.VISIT_TYPE]
    return [json.loads(block)["visit"] for block in blocks]


def tool(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sysconfig.get_path("scripts")) / arguments[0]
    return subprocess.run([sys.executable, program, *arguments[1:]], capture_output=True, text=True, check=False)


def failing(future: Promise[Any]) -> str:
    with pytest.raises(StoreError) as raised:
        future.result(30)
    return str(raised.value)


class BadDisk:
    """``os.fsync`` that fails as often as it is told to."""

    def __init__(self, real: Callable[[int], None]) -> None:
        self.real, self.failures = real, 0

    def __call__(self, handle: int) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError(5, "Input/output error")
        self.real(handle)


def members(count: int) -> list[bytes]:
    made = [warcinfo(NAME)]
    made += [warc.visit_record(f"v{i}", {"visit": f"v{i}"}, NOON, None) for i in range(1, count)]
    return [warc.member(record) for record in made]
