"""``stoppress export wacz``: structure, digests, index and pages, each looked at by code that is not ours."""

from __future__ import annotations

import gzip
import hashlib
import json
import struct
import zlib
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest

from retrieval.archive import open_archive
from retrieval.export import index, sorted_lines
from tests.rebuild.kept import CLOSED, POWER, RIVER

from .conftest import Export
from .newsroom import HOSTILE, Newsroom
from .reading import by_cdxj_indexer, by_warcio, members, unresolved

WARC = "archive/export.warc.gz"


@pytest.fixture
def wacz(export: Export, newsroom: Newsroom, tmp_path: Path) -> Path:
    ran = export("wacz", newsroom.storm, "-o", tmp_path / "storm.wacz")
    assert ran.code == 0, ran.err
    return tmp_path / "storm.wacz"


def pages(path: Path) -> list[dict[str, Any]]:
    # splitlines() knows more ends of lines than JSON lines have: none of them is left in a line.
    with ZipFile(path) as file:
        return [json.loads(line) for line in file.read("pages/pages.jsonl").decode().splitlines()]


def indexed(path: Path) -> list[tuple[str, str, dict[str, Any]]]:
    """The lines of the index, fetched block by block as its second file says."""
    with ZipFile(path) as file:
        data, blocks = file.read("indexes/index.cdx.gz"), file.read("indexes/index.idx").decode().splitlines()
    found: list[str] = []
    for line in blocks[1:]:
        key, timestamp, facts = line.split(" ", 2)
        where = json.loads(facts)
        lines = gzip.decompress(data[where["offset"] : where["offset"] + where["length"]]).decode().splitlines()
        assert lines[0].startswith(f"{key} {timestamp} ")
        found += lines
    assert gzip.decompress(data).decode().splitlines() == found == sorted(found, key=str.encode)
    return [(key, timestamp, json.loads(facts)) for key, timestamp, facts in (line.split(" ", 2) for line in found)]


def test_it_is_a_zip_of_the_parts_that_the_format_asks_for(wacz: Path) -> None:
    with ZipFile(wacz) as file:
        names, stored = file.namelist(), {i.filename for i in file.infolist() if i.compress_type == ZIP_STORED}
        package = json.loads(file.read("datapackage.json"))

        assert file.testzip() is None
    assert names == [
        WARC, "indexes/index.cdx.gz", "indexes/index.idx", "pages/pages.jsonl", "datapackage.json",
        "datapackage-digest.json",
    ]  # fmt: skip
    assert stored == {WARC, "indexes/index.cdx.gz"}
    assert (package["profile"], package["wacz_version"]) == ("data-package", "1.1.1")


def test_where_a_file_begins_is_found_as_wabac_looks_for_it(wacz: Path) -> None:
    """It looks into the header before a file only if the directory has an extra field for the file."""
    data = wacz.read_bytes()
    with ZipFile(wacz) as file:
        for facts in file.infolist():
            name, extra = struct.unpack_from("<HH", data, facts.header_offset + 26)
            begins = facts.header_offset + 30 + name + (extra if facts.extra else 0)
            packed = data[begins : begins + facts.compress_size]
            plain = packed if facts.compress_type == ZIP_STORED else zlib.decompress(packed, wbits=-15)

            assert plain == file.read(facts), facts.filename


def test_every_file_has_its_digest_and_the_list_of_them_has_its_own(wacz: Path) -> None:
    with ZipFile(wacz) as file:
        package = file.read("datapackage.json")
        digest = json.loads(file.read("datapackage-digest.json"))
        listed = {r["path"]: (r["name"], r["hash"], r["bytes"]) for r in json.loads(package)["resources"]}
        found = {name: file.read(name) for name in file.namelist() if not name.startswith("datapackage")}

    assert listed == {
        name: (name.rpartition("/")[2], f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))
        for name, data in found.items()
    }
    assert digest == {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}


def test_the_index_leads_to_every_record(wacz: Path, tmp_path: Path) -> None:
    with ZipFile(wacz) as file:
        data = file.read(WARC)
    (tmp_path / "export.warc.gz").write_bytes(data)
    rows = [facts for _, _, facts in indexed(wacz)]
    theirs = {(int(r["offset"]), int(r["length"]), r["url"]) for r in by_cdxj_indexer(tmp_path / "export.warc.gz")}
    held = {offset: (len(raw), plain) for offset, raw, plain in members(data)}

    assert {(int(r["offset"]), int(r["length"]), r["url"]) for r in rows} == theirs
    assert {r["filename"] for r in rows} == {"export.warc.gz"}
    for row in rows:
        length, plain = held[int(row["offset"])]
        assert length == int(row["length"])
        assert f"WARC-Record-ID: <{row['record_id']}>".encode() in plain
        assert f"WARC-Payload-Digest: {row['digest']}".encode() in plain
        assert (row["mime"] == "warc/revisit") == (b"WARC-Type: revisit" in plain)
        assert row["status"] == "200"  # of a 304 too: a replay shows what it stands for
    assert unresolved(by_warcio(tmp_path / "export.warc.gz")) == []


def test_every_version_is_a_page_with_its_text_at_a_capture_of_the_index(wacz: Path, newsroom: Newsroom) -> None:
    header, *found = pages(wacz)
    at = {(timestamp, facts["url"]) for _, timestamp, facts in indexed(wacz)}
    with open_archive(newsroom.config) as archive:
        versions = archive.page(newsroom.storm).versions()

    assert (header["format"], header["id"]) == ("json-pages-1.0", "pages")
    assert [line["text"] for line in found] == [stored.version.text for stored in versions]
    assert [[text for text in (RIVER, CLOSED, POWER) if text in line["text"]] for line in found] == [
        [RIVER], [RIVER, CLOSED], [RIVER, CLOSED, POWER],
    ]  # fmt: skip
    assert {(line["ts"].translate({ord(c): None for c in "-:TZ"}), line["url"]) for line in found} <= at
    assert len({line["id"] for line in found}) == len(found)


def test_a_title_that_would_be_obeyed_is_only_text(wacz: Path, newsroom: Newsroom) -> None:
    with open_archive(newsroom.config) as archive:
        headline = archive.page(newsroom.storm).at().version.headline
    title = pages(wacz)[-1]["title"]
    with ZipFile(wacz) as file:
        package = json.loads(file.read("datapackage.json"))

    assert title == headline == package["title"]
    assert title.startswith('</script><script>alert(1)</script> "\\"')
    assert title.split()[0] == HOSTILE.split()[0]


def test_the_newest_version_is_what_opens_first(wacz: Path, newsroom: Newsroom) -> None:
    with ZipFile(wacz) as file:
        package = json.loads(file.read("datapackage.json"))

    assert (package["mainPageUrl"], package["mainPageDate"]) == (newsroom.storm, pages(wacz)[-1]["ts"])


def test_several_pages_are_titled_after_what_was_asked_for_or_as_one_says(
    export: Export, newsroom: Newsroom, tmp_path: Path
) -> None:
    export("wacz", "--tag", "weather", "-o", tmp_path / "1.wacz")
    export("wacz", "--tag", "weather", "-o", tmp_path / "2.wacz", "--title", 'T "1"', "--description", "D\n2")
    packages = []
    for path in (tmp_path / "1.wacz", tmp_path / "2.wacz"):
        with ZipFile(path) as file:
            packages.append(json.loads(file.read("datapackage.json")))

    assert [p["title"] for p in packages] == ["tag weather", 'T "1"']
    assert packages[1]["description"] == "D\n2"
    assert "mainPageUrl" not in packages[0]
    assert {line["url"] for line in pages(tmp_path / "1.wacz")[1:]} == {newsroom.storm, newsroom.moved}


def test_a_version_that_was_on_show_before_the_time_is_listed_where_every_replay_shows_it(
    export: Export, newsroom: Newsroom, tmp_path: Path
) -> None:
    with open_archive(newsroom.config) as archive:
        first, second, *_ = archive.catalog.captures(archive.page(newsroom.storm).urlkey)
    path, moment = tmp_path / "second.wacz", second.timestamp.isoformat()
    ran = export("wacz", newsroom.storm, "--since", moment, "--until", moment, "-o", path, "--json")
    _, *found = pages(path)

    assert (second.kind, ran.lines[0]["versions"]) == ("revisit", 1)
    assert [line["id"] for line in found] == [second.record_id.removeprefix("urn:uuid:")]
    assert [line["ts"] for line in found] == [first.timestamp.strftime("%Y-%m-%dT%H:%M:%SZ")]
    assert RIVER in found[0]["text"]


def test_the_same_export_gives_the_same_bytes(export: Export, tmp_path: Path) -> None:
    for name in ("a.wacz", "b.wacz"):
        export("wacz", "--tag", "weather", "-o", tmp_path / name)

    assert (tmp_path / "a.wacz").read_bytes() == (tmp_path / "b.wacz").read_bytes()


def test_an_index_that_does_not_fit_into_memory_is_the_same(
    export: Export, wacz: Path, newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sorted_lines, "_RUN", 2)
    export("wacz", newsroom.storm, "-o", tmp_path / "runs.wacz")
    monkeypatch.setattr(index, "_BLOCK", 2)
    export("wacz", newsroom.storm, "-o", tmp_path / "blocks.wacz")

    assert (tmp_path / "runs.wacz").read_bytes() == wacz.read_bytes()
    assert indexed(tmp_path / "blocks.wacz") == indexed(wacz)


def test_python_has_it_too(newsroom: Newsroom, tmp_path: Path) -> None:
    with open_archive(newsroom.config) as archive:
        made = archive.export_wacz(tmp_path / "storm.wacz", urls=[newsroom.storm], title="The storm")

    assert (made.size, made.tally.versions) == ((tmp_path / "storm.wacz").stat().st_size, 3)
    assert made.sha256 == hashlib.sha256((tmp_path / "storm.wacz").read_bytes()).hexdigest()
