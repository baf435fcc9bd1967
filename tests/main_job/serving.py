"""Versions of a page, served one after another to the production crawler, and what must hold for every archive."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Hashable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

import stoppress as product
from pipelines.face import iso
from retrieval.archive import open_archive
from tests.running import Ran, crawl_until, stoppress, write_config
from tests.servers.buckets import Bucket
from tests.servers.raw_http import RawServer, page

PAGES = Path(__file__).resolve().parents[1] / "pages"


@dataclass(frozen=True)
class Backend:
    """Where an archive is kept, by config alone."""

    store: str
    catalog: str
    bucket: Bucket | None = None


@dataclass
class Archived:
    config: Path
    url: str
    bodies: list[bytes]
    visits: list[dict[str, Any]]


def serve_in_turn(server: RawServer, path: str, bodies: Sequence[bytes]) -> str:
    """Each visit sees the next version; the last one stays."""
    left = list(bodies)

    async def answer(_reader: object, writer: Any) -> None:
        body = left.pop(0) if len(left) > 1 else left[0]
        writer.write(page(body))
        await writer.drain()

    return server.route(path, answer)


def archive(server: RawServer, sequences: Sequence[Sequence[bytes]], folder: Path, backend: Backend) -> list[Archived]:
    """All pages at once, one crawl: each is visited until its last version was served."""
    server.route("/robots.txt", page(b"User-agent: *\nAllow: /\n", content_type="text/plain"))
    wanted = {serve_in_turn(server, f"/live/{n}", bodies): bodies for n, bodies in enumerate(sequences)}
    config = configured(folder, backend, *wanted)
    visits = crawl_until(config, lambda seen: _all_served(seen, wanted))
    return [
        Archived(config, url, list(bodies), [visit for visit in visits if visit["url"] == url])
        for url, bodies in wanted.items()
    ]


def _all_served(visits: list[dict[str, Any]], wanted: dict[str, Sequence[bytes]]) -> bool:
    made = Counter(visit["url"] for visit in visits if visit["outcome"] in ("archived", "revisit"))
    return all(made[url] >= len(bodies) for url, bodies in wanted.items())


def configured(folder: Path, backend: Backend, *urls: str) -> Path:
    """A config that is applied: these pages, kept there."""
    endpoint = backend.bucket.endpoint_url if backend.bucket else None
    config = write_config(folder, *urls, store=backend.store, catalog=backend.catalog, endpoint_url=endpoint)
    applied = stoppress("apply", str(config))
    assert applied.code == 0, applied.err
    return config


def ask(config: Path, *words: str) -> Ran:
    """The same command line as ``stoppress``, in this process: twenty questions without twenty starts."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            product.main(["-c", str(config), *words])
        except SystemExit as end:
            code = end.code
    assert isinstance(code, int)
    return Ran(code, out.buffer.getvalue(), err.getvalue())  # type: ignore[attr-defined]


def warc_files(backend: Backend, folder: Path) -> list[Path]:
    """The archive's WARC files, fetched by plain boto3 where they lie in a bucket."""
    if backend.bucket is None:
        return sorted(folder.glob("archive/warc/**/*.warc.gz"))
    found = []
    with backend.bucket.server.client() as client:
        for item in client.list_objects_v2(Bucket=backend.bucket.bucket, Prefix="live/warc/")["Contents"]:
            path = folder / Path(item["Key"]).name
            client.download_file(backend.bucket.bucket, item["Key"], str(path))
            found.append(path)
    return sorted(found)


def payloads(paths: Sequence[Path], url: str) -> list[bytes]:
    """Bodies of all full captures of a URL, read by warcio, in the order of their dates."""
    found = []
    for path in paths:
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type == "response" and record.rec_headers["WARC-Target-URI"] == url:
                    found.append((record.rec_headers["WARC-Date"], record.content_stream().read()))
    return [body for _, body in sorted(found)]


def check(archived: Archived, backend: Backend, folder: Path, contents: Sequence[Hashable]) -> list[dict[str, Any]]:
    """What must hold for every sequence; returns the visits that saw new content.

    ``contents``: what each body says, known to the test without the extractor.
    """
    visits = archived.visits[: len(archived.bodies)]
    assert [v["outcome"] for v in visits] == ["archived"] * len(visits)
    assert payloads(warc_files(backend, folder), archived.url) == archived.bodies  # what came later is the same again
    assert [v["captures"][0]["digest"] for v in visits] == [sha256(body) for body in archived.bodies]
    every_version_is_given_back(archived)
    new = [True, *(before != after for before, after in pairwise(contents))]
    assert [v["reading"] for v in visits] == ["version" if is_new else "unchanged" for is_new in new]
    turns = [visit for visit, is_new in zip(visits, new, strict=True) if is_new]
    versions = ask(archived.config, "versions", archived.url, "--json").lines
    assert [v["record_id"] for v in versions] == [v["captures"][0]["record_id"] for v in turns]
    for number, turn in enumerate(turns[1:], start=2):
        diff = ask(archived.config, "diff", archived.url, f"v{number - 1}", f"v{number}", "--json")
        assert _said(diff.lines) == _said(turn["changes"]) != [], diff.err
    return turns


def every_version_is_given_back(archived: Archived) -> None:
    """``get URL@TIME`` for the time of each capture; for the last of them as a process of its own, too."""
    moments = fetched(archived)
    for moment, body in zip(moments, archived.bodies, strict=True):
        got = ask(archived.config, "get", f"{archived.url}@{moment}")
        assert got.out == body, got.err
    assert stoppress("get", f"{archived.url}@{moments[-1]}", config=archived.config).out == archived.bodies[-1]


def fetched(archived: Archived) -> list[str]:
    """When each body came: on a busy machine that may be nearer to another visit's start than to its own."""
    ids = [visit["captures"][0]["record_id"] for visit in archived.visits[: len(archived.bodies)]]
    with open_archive(archived.config) as archive:
        found = [archive.catalog.capture(record_id) for record_id in ids]
    return [iso(capture.timestamp) for capture in found if capture]


def _said(changes: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return sorted((c["type"], str(c["update"]), str(c["old"]), str(c["new"])) for c in changes)


def sha256(body: bytes) -> str:
    return "sha256:" + hashlib.sha256(body).hexdigest()
