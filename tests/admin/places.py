"""One small archive to take things out of, in a directory or in a bucket, and what is in its bytes."""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.config import load_config
from pipelines.keeper import Keeper
from pipelines.store.catalog import Catalog
from tests.rebuild.kept import CLOSED, POWER, RIVER, STORM, T0, TRAINS, Crawl, page
from tests.running import Ran, stoppress, write_config

OTHER = "https://news.example.org/live/other"
KINDS = ["directory", pytest.param("swift_s3", marks=pytest.mark.swift)]


@dataclass
class Place:
    """An archive of two pages in two WARC files."""

    config: Path
    bucket: Any = None

    def run(self, *words: str, crash: str | None = None) -> Ran:
        more = dict(self.bucket.env) if self.bucket else {}
        if self.bucket and words[0] in ("compact", "gc"):
            time.sleep(2)  # its clock, by which ages are told, has whole seconds only
        return stoppress(*words, config=self.config, env={**more, **({"STOPPRESS_CRASH_AT": crash} if crash else {})})

    def catalog(self) -> Catalog:
        return Catalog.open(load_config(self.config).archive.catalog, read_only=True)

    def objects(self, prefix: str = "") -> dict[str, bytes]:
        """Looked at by other means than ours."""
        if self.bucket is None:
            root = self.config.parent / "archive"
            found = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
            return {
                key: path.read_bytes() for key, path in found.items()
                if key.startswith(prefix) and not key.startswith("catalog")
            }  # fmt: skip
        with self.bucket.server.client() as client:
            listed = client.list_objects_v2(Bucket=self.bucket.bucket, Prefix=prefix).get("Contents", ())
            keys = [item["Key"] for item in listed]
            return {key: client.get_object(Bucket=self.bucket.bucket, Key=key)["Body"].read() for key in keys}

    def words(self) -> str:
        """Everything that all WARC files and the catalog say, in one text."""
        said = [plain(data) for key, data in self.objects().items() if key.endswith(".gz")]
        with self.catalog() as catalog:
            said.append(str(catalog.dump()))
        return "\n".join(said)

    def add(self, *payloads: bytes, url: str = STORM, after: int = 60) -> None:
        with Keeper(load_config(self.config)) as keeper:
            crawl = Crawl(keeper, T0 + timedelta(minutes=after))
            for payload in payloads:
                crawl.visit(payload, url=url)


def plain(data: bytes) -> str:
    """All gzip members, inflated by zlib alone."""
    said = []
    while data:
        inflater = zlib.decompressobj(wbits=31)
        said.append(inflater.decompress(data))
        data = inflater.unused_data
    return b"".join(said).decode("utf-8", "replace")


def filled(folder: Path, bucket: Any = None) -> Place:
    if bucket:
        config = write_config(folder, store=bucket.url, endpoint_url=bucket.endpoint_url)
    else:
        config = write_config(folder)
    place = Place(config, bucket)
    place.add(page(RIVER), page(RIVER), page(CLOSED, RIVER), after=0)
    place.add(page(POWER, RIVER), url=OTHER, after=10)
    place.add(page(POWER, RIVER), page(TRAINS, POWER, RIVER), after=20)
    return place


@pytest.fixture
def here(tmp_path: Path) -> Place:
    return filled(tmp_path)


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return filled(tmp_path, None if request.param == "directory" else request.getfixturevalue(request.param))
