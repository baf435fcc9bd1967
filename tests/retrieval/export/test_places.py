"""Where the archive lies, and who else is at work there: S3, a store without a catalog, a spool, a read-only folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.keeper import Keeper
from pipelines.model import Exchange
from retrieval.archive import open_archive
from tests.main_job.serving import ask
from tests.rebuild.kept import CLOSED, POWER, RIVER, STORM, T0, Crawl, configured, page
from tests.running import PATIENCE, ROOT, environment
from tests.servers.buckets import Bucket
from tests.servers.raw_http import RawServer

from .newsroom import Newsroom, bodies, kept
from .reading import by_warcio, unresolved

pytestmark = pytest.mark.long

PLAIN_USER = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []


@pytest.mark.swift
def test_a_bucket_gives_each_record_once_and_is_only_read(
    raw_server: RawServer, tmp_path: Path, swift_s3: Bucket
) -> None:
    newsroom = kept(raw_server, tmp_path, store=f"{swift_s3.url}/live", endpoint_url=swift_s3.endpoint_url)
    made: list[tuple[str, dict[str, Any]]] = []
    with open_archive(newsroom.config) as archive:
        files = {c.filename for c in archive.catalog.captures(archive.page(newsroom.storm).urlkey, role=None)}
        store: Any = archive.reader._store
        store._client.meta.events.register(
            "before-parameter-build.s3", lambda params, model, **_: made.append((model.name, dict(params)))
        )
        archive.export_warc(tmp_path / "storm.warc.gz", urls=[newsroom.storm])
    packed = ask(newsroom.config, "export", "wacz", "--tag", "weather", "-o", str(tmp_path / "w.wacz"), "--json")
    records = by_warcio(tmp_path / "storm.warc.gz")

    assert [r.payload for r in records if r.type == "response"] == bodies()
    assert unresolved(records) == []
    assert sorted((name, p["Key"]) for name, p in made) == sorted(("GetObject", f"live/{key}") for key in files)
    assert (packed.code, packed.lines[0]["left_out"], packed.lines[0]["versions"]) == (0, {}, 4)


def test_a_store_without_its_catalog_gives_the_same(newsroom: Newsroom, tmp_path: Path) -> None:
    shutil.copytree(newsroom.folder / "archive", tmp_path / "bare")
    for path in (tmp_path / "bare").glob("catalog.db*"):
        path.unlink()
    made = []
    for name, where in (("whole", newsroom.config), ("bare", tmp_path / "bare")):
        with open_archive(where) as archive:
            warc = archive.export_warc(tmp_path / f"{name}.warc.gz", urls=[newsroom.storm])
            wacz = archive.export_wacz(tmp_path / f"{name}.wacz", urls=[newsroom.storm])
        made.append(([(r.type, r.id) for r in by_warcio(warc.path)[1:]], wacz.sha256, wacz.tally.versions))

    assert made[0] == made[1]


@pytest.mark.postgres
def test_a_catalog_in_postgresql_gives_what_one_in_sqlite_does(tmp_path: Path, postgres_url: str) -> None:
    config = configured(tmp_path, catalog=postgres_url)
    with Keeper(config) as keeper:
        crawl = Crawl(keeper)
        for payload in (page(RIVER), page(RIVER), page(CLOSED, RIVER)):
            crawl.visit(payload)
        crawl.visit(page(POWER, RIVER), url="https://news.example.org/live/other", via="https://www.example.org/there")
    made = []
    for name, where in (("pg", tmp_path / "spool.toml"), ("bare", tmp_path / "archive")):
        with open_archive(where) as archive:
            whole = archive.export_warc(tmp_path / f"{name}.all", since="2026")
            part = archive.export_wacz(tmp_path / f"{name}.part", urls=[STORM], since=T0 + timedelta(minutes=1))
        made.append((by_warcio(whole.path)[1:], part.sha256, part.tally.originals, part.tally.versions))

    assert made[0] == made[1]
    assert made[0][2:] == (1, 2)


def test_what_a_crawler_has_still_in_its_spool_is_there_and_lies_where_it_will_lie(tmp_path: Path) -> None:
    config = configured(tmp_path)
    words = ("export", "warc", STORM, "--json")
    with Keeper(config) as keeper:
        crawl = Crawl(keeper)
        for payload in (page(RIVER), page(RIVER), page(CLOSED, RIVER)):
            crawl.visit(payload)
        during = ask(tmp_path / "spool.toml", *words, "-o", str(tmp_path / "x.warc.gz"))
        (tmp_path / "x.warc.gz").rename(tmp_path / "during.warc.gz")
        crawl.visit(page(POWER, RIVER), url="https://news.example.org/live/other")
    after = ask(tmp_path / "spool.toml", *words, "-o", str(tmp_path / "x.warc.gz"))

    assert (during.code, during.lines[0]["responses"], during.lines[0]["revisits"]) == (0, 2, 1)
    assert after.lines == during.lines
    assert (tmp_path / "x.warc.gz").read_bytes() == (tmp_path / "during.warc.gz").read_bytes()


def test_what_lies_in_a_spool_elsewhere_is_counted_and_no_failure(tmp_path: Path) -> None:
    config = configured(tmp_path)
    with Keeper(config) as keeper:
        crawl = Crawl(keeper)
        crawl.visit(page(RIVER))
    with Keeper(config) as keeper:
        Crawl(keeper, crawl.start.replace(hour=11)).visit(page(CLOSED, RIVER))
        text = (tmp_path / "spool.toml").read_text().replace('spool = "spool"', 'spool = "another"')
        (tmp_path / "reader.toml").write_text(text)
        ran = ask(tmp_path / "reader.toml", "export", "warc", STORM, "-o", str(tmp_path / "x.warc.gz"), "--json")

    assert (ran.code, ran.lines[0]["responses"], ran.lines[0]["left_out"]) == (0, 1, {"not stored yet": 1})
    assert "--until leaves it out" in ran.err


def test_who_may_only_read_the_archive_may_export_it(own: Newsroom, tmp_path: Path) -> None:
    if PLAIN_USER and not shutil.which("setpriv"):
        pytest.skip("run by root, and there is no setpriv to be somebody else")
    (tmp_path / "out").mkdir()
    folder = own.folder / "archive"
    before = sorted(folder.rglob("*"))
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    typed = [sys.executable, str(ROOT / "stoppress.py"), "-c", str(own.config), "export"]
    try:
        codes = [
            subprocess.run(
                [*PLAIN_USER, *typed, form, own.storm, "-o", str(tmp_path / "out" / form)],
                capture_output=True, timeout=PATIENCE, check=False, env=environment(),
            ).returncode
            for form in ("warc", "wacz")
        ]  # fmt: skip
    finally:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)

    assert codes == [0, 0]
    assert sorted(folder.rglob("*")) == before


def test_captures_of_spiders_that_are_not_ours_belong_to_no_visit_and_are_exported(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page(RIVER)
    with Keeper(configured(tmp_path)) as keeper:
        exchange = Exchange(url=STORM, started=T0, request=b"GET / HTTP/1.1\r\n\r\n", response=answer, status=200)
        keeper.recorder.exchange(exchange, visit_id=None, role="page").result()
    ran = ask(tmp_path / "spool.toml", "export", "wacz", STORM, "-o", str(tmp_path / "x.wacz"), "--json")

    assert (ran.code, ran.lines[0]["responses"], ran.lines[0]["versions"]) == (0, 1, 0)
