"""``stoppress export warc``: what is in the file, as other people's tools read it."""

from __future__ import annotations

from pathlib import Path

from retrieval.archive import open_archive
from tests.other_tools import complaints

from .conftest import Export
from .newsroom import Newsroom, bodies
from .reading import Seen, by_cdxj_indexer, by_fastwarc, by_warcio, members, record_id, unresolved


def exported(export: Export, path: Path, *words: str) -> list[Seen]:
    ran = export("warc", *words, "-o", path)
    assert ran.code == 0, ran.err
    return by_warcio(path)


def of(records: list[Seen], url: str, kind: str = "response") -> list[Seen]:
    return [record for record in records if record.url == url and record.type == kind]


def test_every_answer_is_there_with_the_bytes_that_were_served(
    export: Export, newsroom: Newsroom, tmp_path: Path
) -> None:
    records = exported(export, tmp_path / "storm.warc.gz", newsroom.storm)

    assert [record.payload for record in of(records, newsroom.storm)] == bodies()
    assert {record.url for record in records if record.type != "warcinfo"} == {newsroom.storm}


def test_records_are_the_members_of_the_archive_byte_for_byte(
    export: Export, newsroom: Newsroom, tmp_path: Path
) -> None:
    exported(export, tmp_path / "storm.warc.gz", newsroom.storm)
    files = [path.read_bytes() for path in newsroom.folder.glob("archive/warc/**/*.warc.gz")]
    stored = {record_id(plain): raw for data in files for _, raw, plain in members(data)}
    first, *found = members((tmp_path / "storm.warc.gz").read_bytes())
    emptied = [plain for _, _, plain in found if b"Stoppress-Emptied" in plain]
    copies = [(raw, stored[record_id(plain)]) for _, raw, plain in found if plain not in emptied]

    assert b"WARC-Type: warcinfo" in first[2]
    assert [raw for raw, _ in copies] == [raw for _, raw in copies] != []
    assert len(copies) + len(emptied) == len(found)


def test_other_tools_read_it_and_count_the_same(export: Export, newsroom: Newsroom, tmp_path: Path) -> None:
    path = tmp_path / "weather.warc.gz"
    ran = export("warc", "--tag", "weather", "-o", path, "--json")
    line, records = ran.lines[0], by_warcio(path)
    kinds = [record.type for record in records]

    assert complaints([path], {}) == []
    assert by_fastwarc(path) == [(r.type, r.id) for r in records]
    assert (line["responses"], line["revisits"]) == (kinds.count("response"), kinds.count("revisit"))
    assert len(by_cdxj_indexer(path)) == line["responses"] + line["revisits"]
    assert (line["size"], line["file"], line["left_out"]) == (path.stat().st_size, str(path), {})


def test_every_revisit_finds_its_original_in_the_file_alone(export: Export, newsroom: Newsroom, tmp_path: Path) -> None:
    records = exported(export, tmp_path / "weather.warc.gz", "--tag", "weather")
    revisits = [r for r in records if r.type == "revisit"]

    assert {r.fields["warc-profile"].rpartition("/")[2] for r in revisits} == {
        "identical-payload-digest", "server-not-modified",
    }  # fmt: skip
    assert unresolved(records) == []


def test_a_304_loses_its_header_which_tools_would_show_as_an_empty_page(
    export: Export, newsroom: Newsroom, tmp_path: Path
) -> None:
    records = exported(export, tmp_path / "storm.warc.gz", newsroom.storm)
    revisits = of(records, newsroom.storm, "revisit")
    same = [r for r in revisits if r.fields["warc-profile"].endswith("identical-payload-digest")]
    emptied = [r for r in revisits if r not in same]

    assert [r.block.split(b"\r\n")[0] for r in same] == [b"HTTP/1.1 200 OK"]
    assert len(emptied) >= 2
    for one in emptied:
        assert (one.block, one.fields["content-length"]) == (b"", "0")
        assert one.fields["stoppress-emptied"] != one.id
    with open_archive(newsroom.config) as archive:
        named = {archive.catalog.capture(one.fields["stoppress-emptied"].strip("<>")) for one in emptied}
        assert {capture.status for capture in named if capture} == {304}


def test_a_page_that_redirects_comes_with_the_redirect_and_what_is_behind_it(
    export: Export, newsroom: Newsroom, tmp_path: Path
) -> None:
    records = exported(export, tmp_path / "flood.warc.gz", newsroom.flood)

    assert {r.url for r in records if r.type != "warcinfo"} == {newsroom.flood, newsroom.moved}
    assert of(records, newsroom.moved)
    assert of(records, newsroom.flood)[0].block.startswith(b"HTTP/1.1 302 Found")


def test_pages_are_chosen_by_url_and_by_tag_together(export: Export, newsroom: Newsroom, tmp_path: Path) -> None:
    storms = exported(export, tmp_path / "1.warc.gz", "--tag", "storms")
    both = exported(export, tmp_path / "2.warc.gz", newsroom.flood, "--tag", "storms")
    weather = exported(export, tmp_path / "3.warc.gz", "--tag", "weather", "--tag", "storms")

    assert {r.url for r in storms if r.url} == {newsroom.storm}
    assert {r.id for r in both[1:]} == {r.id for r in weather[1:]} > {r.id for r in storms[1:]}


def test_a_time_alone_takes_all_that_was_captured_in_it(export: Export, newsroom: Newsroom, tmp_path: Path) -> None:
    everything = exported(export, tmp_path / "all.warc.gz", "--since", "2026-01-01")
    urls = {r.url for r in everything if r.url}

    assert urls >= {newsroom.storm, newsroom.flood, newsroom.moved}
    assert any(url.endswith("/robots.txt") for url in urls)


def test_what_a_revisit_of_the_time_refers_to_comes_along_from_before_it(
    export: Export, newsroom: Newsroom, tmp_path: Path
) -> None:
    with open_archive(newsroom.config) as archive:
        captures = list(archive.catalog.captures(archive.page(newsroom.storm).urlkey))
    first, second = captures[:2]
    path = tmp_path / "second.warc.gz"
    moment = second.timestamp.isoformat()
    ran = export("warc", newsroom.storm, "--since", moment, "--until", moment, "-o", path, "--json")
    records = by_warcio(path)

    assert (first.status, second.status, second.kind) == (200, 304, "revisit")
    assert [(r.type, r.id.strip("<>")) for r in records[1:2]] == [("response", first.record_id)]
    assert [r.type for r in records] == ["warcinfo", "response", "revisit"]
    assert unresolved(records) == []
    assert (ran.lines[0]["originals"], ran.lines[0]["responses"]) == (1, 1)


def test_the_first_record_says_what_was_exported(export: Export, newsroom: Newsroom, tmp_path: Path) -> None:
    path = tmp_path / "päge\n\x1b.warc.gz"
    records = exported(export, path, newsroom.storm, "--tag", "storms", "--since", "2026-01-01")
    said = dict(line.split(": ", 1) for line in records[0].block.decode().splitlines())

    assert records[0].type == "warcinfo"
    assert records[0].fields["warc-filename"] == "p%C3%A4ge%0A%1B.warc.gz"
    assert said["stoppress-export-urls"] == newsroom.storm
    assert (said["stoppress-export-tags"], said["stoppress-export-since"]) == ("storms", "2026-01-01T00:00:00Z")
    assert newsroom.storm in said["description"]


def test_the_same_export_gives_the_same_bytes(export: Export, newsroom: Newsroom, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    for path in (tmp_path / "a.warc.gz", tmp_path / "again" / "a.warc.gz"):
        exported(export, path, "--tag", "weather")

    assert (tmp_path / "a.warc.gz").read_bytes() == (tmp_path / "again" / "a.warc.gz").read_bytes()


def test_python_has_it_too(newsroom: Newsroom, tmp_path: Path) -> None:
    heard = []
    with open_archive(newsroom.config) as archive:
        path = tmp_path / "storm.warc.gz"
        made = archive.export_warc(path, urls=[newsroom.storm], told=lambda tally: heard.append(tally.captures))

    assert (made.path, made.size, made.findings) == (path, path.stat().st_size, 0)
    assert (made.tally.responses, dict(made.tally.left_out)) == (3, {})
    assert len(heard) == made.tally.responses + made.tally.revisits
