"""Requisites go where their page goes: into an export that stands alone, and away with a takedown."""

from __future__ import annotations

from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.main_job.serving import ask
from tests.requisites.site import CSS, LIVE, crawled, html, images, serve, watched
from tests.running import stoppress
from tests.servers.raw_http import RawServer, page

pytestmark = pytest.mark.long


def exported(path: Path) -> list[tuple[str, str]]:
    with path.open("rb") as file:
        records = [(r.rec_type, r.rec_headers["WARC-Target-URI"] or "") for r in ArchiveIterator(file)]
    return sorted((kind, url.partition("/")[2].partition("/")[2].partition("/")[2]) for kind, url in records if url)


def test_an_export_has_what_its_pages_were_shown_with_also_from_before_its_time(
    raw_server: RawServer, tmp_path: Path
) -> None:
    url = serve(raw_server, '<img src="/i/1.png">', '<link rel="stylesheet" href="/s/a.css">')
    raw_server.route("/s/a.css", page(b"h1 { color: red }", content_type=CSS))
    images(raw_server, "/i/1.png", "/i/2.png")
    config = watched(tmp_path, url)
    crawled(config)
    raw_server.route(LIVE, page(html('<img src="/i/1.png"><img src="/i/2.png">')))
    second = stoppress("crawl", "--once", "--json", config=config).lines[0]
    since = second["captures"][0]

    whole, late = tmp_path / "whole.warc.gz", tmp_path / "late.warc.gz"
    assert ask(config, "export", "warc", url, "-o", str(whole)).code == 0
    times = ask(config, "cdx", url).out.decode().split()[1::7]
    done = ask(config, "export", "warc", url, "--since", times[-1], "-o", str(late), "--json")

    here = LIVE.removeprefix("/")
    assert since["url"] == url
    assert done.code == 0, done.err
    assert [name for _, name in exported(whole)] == ["i/1.png", "i/2.png", here, here, "s/a.css"]
    assert [name for _, name in exported(late)] == ["i/1.png", "i/2.png", here, "s/a.css"]
    assert done.lines[0]["originals"] == 2

    assert ask(config, "takedown", raw_server.url("/i/1.png"), "--reason", "a court").code == 0
    assert ask(config, "get", f"{raw_server.url('/i/1.png')}@now").code == 1
    fewer = tmp_path / "fewer.warc.gz"
    assert ask(config, "export", "warc", url, "-o", str(fewer)).code == 0
    assert "i/1.png" not in [name for _, name in exported(fewer)]
    assert ask(config, "takedown", url, "--redact", "--reason", "a court").code == 0
    assert ask(config, "get", f"{raw_server.url('/s/a.css')}@now").code == 1
