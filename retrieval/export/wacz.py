"""WACZ 1.1.1: a ZIP file that a browser replays, of records, their index, a list of pages, and digests of all of it.

https://specs.webrecorder.net/wacz/1.1.1/. Signed if there is a key for it: who packed it, and when.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from pipelines import cdxj
from pipelines.config_tables import PRODUCT
from pipelines.store.catalog import Catalog

from .choice import Choice
from .draft import Draft
from .estimates import Estimates
from .index import INDEX, write_index
from .pages import HEADER, PageLine, encoded, page_lines
from .records import Records
from .result import Tally
from .signing import Signer
from .sorted_lines import SortedLines
from .warc import Sink, first_record, write

VERSION = "1.1.1"
WARC = "export.warc.gz"
# How large a file gets is not known when its header is written, so that each has ZIP64's extra field there; in the
# directory at the end only those have one that are so large. wabac.js takes a file's header to have none if the
# directory has none for it, and would read from within the header. An empty field of ours stands in both.
_EXTRA = struct.pack("<2sH", b"SP", 0)  # .ZIP File Format Specification 4.5: id, length


@dataclass(slots=True)
class _Resource:
    """A file in the package, as it is written."""

    path: str
    stream: Sink
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def write(self, data: bytes, /) -> int:
        self.digest.update(data)
        self.size += len(data)
        return self.stream.write(data)

    @property
    def hash(self) -> str:
        return f"sha256:{self.digest.hexdigest()}"


@dataclass(slots=True)
class _Package:
    zip: ZipFile
    resources: list[_Resource] = field(default_factory=list)

    @contextmanager
    def file(self, path: str, *, stored: bool = False) -> Iterator[_Resource]:
        """``stored``: readers fetch parts of it, or it is compressed already. (The time is ZIP's first: the same
        export gives the same bytes.)"""
        facts = ZipInfo(path)
        facts.extra = _EXTRA
        facts.compress_type, facts.external_attr = ZIP_STORED if stored else ZIP_DEFLATED, 0o644 << 16
        with self.zip.open(facts, "w", force_zip64=True) as stream:
            made = _Resource(path, stream)
            yield made
        self.resources.append(made)


@dataclass(frozen=True, slots=True)
class Names:
    """What the package is called; None: after what is in it."""

    title: str | None = None
    description: str | None = None


def write_wacz(draft: Draft, choice: Choice, newest: datetime, catalog: Catalog, records: Records, tally: Tally,
               names: Names, signer: Signer | None, estimated: Estimates | None,
               told: Callable[[], None]) -> None:  # fmt: skip
    with ZipFile(cast("IO[bytes]", draft), "w") as zip_, SortedLines() as lines:
        package = _Package(zip_)
        with package.file(f"archive/{WARC}", stored=True) as warc:
            for capture in write(warc, first_record(choice, WARC, newest, estimated), records.items(tally), WARC):
                lines.add(cdxj.line(capture).encode("utf-8", "surrogateescape"))
                told()
        with package.file(f"indexes/{INDEX}", stored=True) as index:
            second = write_index(index, iter(lines))
        with package.file("indexes/index.idx") as idx:
            idx.write("".join(second).encode())
        newest_of = _write_pages(package, page_lines(catalog, choice.chosen, records.has), tally)
        _write_description(package, choice, names, newest_of, estimated, signer)


def _write_pages(package: _Package, lines: Iterator[PageLine], tally: Tally) -> dict[str, PageLine]:
    """Gives back the newest version of each page, without its words."""
    newest: dict[str, PageLine] = {}
    with package.file("pages/pages.jsonl") as file:
        file.write(encoded(HEADER))
        for line in lines:
            file.write(line.encoded())
            newest[line.urlkey] = replace(line, text="")
            tally.versions += 1
    return newest


def _write_description(package: _Package, choice: Choice, names: Names, newest: Mapping[str, PageLine],
                       estimated: Estimates | None, signer: Signer | None) -> None:  # fmt: skip
    main = next(iter(newest.values())) if len(newest) == 1 else None
    facts: dict[str, Any] = {
        "profile": "data-package",
        "wacz_version": VERSION,
        "title": names.title or (main and main.title) or str(choice),
        "description": names.description or f"Captures of live pages: {choice}",
        "software": PRODUCT,
    }
    if estimated:
        urls = {key: line.capture.url for key, line in newest.items()}
        facts["stoppress-completeness"] = estimated.to_json(urls)
    if main:
        facts |= {"mainPageUrl": main.capture.url, "mainPageDate": main.ts}
    created = signer.created() if signer else ""
    if created:  # wacz validate: the same in both files. Without a signature there is no clock in it
        facts["created"] = created
    facts["resources"] = [
        {"name": one.path.rpartition("/")[2], "path": one.path, "hash": one.hash, "bytes": one.size}
        for one in package.resources
    ]
    with package.file("datapackage.json") as file:
        file.write(json.dumps(facts, indent=2).encode())
    digest: dict[str, Any] = {"path": "datapackage.json", "hash": package.resources[-1].hash}
    if signer:
        digest["signedData"] = signer.signed(digest["hash"], created)
    with package.file("datapackage-digest.json") as file:
        file.write(json.dumps(digest, indent=2).encode())
