"""Every kind of answer, visited by the production crawler: what the ledger, the archive and the changes say of it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import html

from tests.main_job.serving import ask
from tests.other_tools import complaints

from .answers import Sends
from .case import REVISIT, UNCHANGED, VERSION, Case, Ending
from .catalogue import CASES, ROUNDS, Record, Told, path_of

pytestmark = pytest.mark.long


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_that(case: Case, told: Told) -> None:
    visits = told.visits(case)

    assert [ending(visit) for visit in visits] == expected(case), told.said[-1500:]
    assert [ending(visit) for visit in ask(told.config, "log", told.url(case), "--json").lines] == expected(case)
    assert all(visit["detail"] for visit in visits if visit["outcome"] in ("error", "truncated"))
    assert [types(visit) for visit in visits] == changes(case)
    for number, visit in enumerate(visits):
        is_kept_as_sent(told, case, number, visit)
    nothing_stored_before_is_harmed(told, case, visits)
    assert case.hits in (None, len(told.hits(case)))
    the_connection_is_not_used_again(case)


def ending(visit: dict[str, Any]) -> Ending:
    return visit["outcome"], visit["reason"], visit["reading"]


def expected(case: Case) -> list[Ending]:
    again = case.again_ends or (case.ends if not case.good and case.ends != UNCHANGED else REVISIT)
    return [VERSION, case.ends, again, again if case.good else VERSION]


def types(visit: dict[str, Any]) -> list[str]:
    """What is said of the updates; the introduction is everything before the first update that has a time."""
    return sorted(change["type"] for change in visit["changes"] if change["type"] != "standfirst")


def changes(case: Case) -> list[list[str]]:
    """Whatever came between: one update was added, when the page showed it."""
    return [[], list(case.says), [], []] if case.good else [[], [], [], ["added"]]


def is_kept_as_sent(told: Told, case: Case, number: int, visit: dict[str, Any]) -> None:
    sent = told.sent(case, number)
    if sent is None:
        return
    records = {record.fields["WARC-Record-ID"].strip("<>"): record for record in told.records}
    page = next((c for c in visit["captures"] if c["url"] == told.url(case)), None)
    if page is None:
        assert sent in [record.block for record in beside(told, case)], "no response: its bytes are beside the request"
        return
    record = records[page["record_id"]]
    head = sent[: len(record.block)]
    assert record.block == (head if record.kind == "revisit" else sent)
    assert ("WARC-Truncated" in record.fields) == (visit["outcome"] == "truncated")


def beside(told: Told, case: Case) -> list[Record]:
    """What was kept of this page's exchanges that had no response."""
    own = [r for r in told.records if r.kind == "request" and r.fields["WARC-Target-URI"] == told.url(case)]
    ids = {record.fields["WARC-Concurrent-To"] for record in own}
    return [r for r in told.records if r.kind == "metadata" and r.fields["WARC-Record-ID"] in ids]


def nothing_stored_before_is_harmed(told: Told, case: Case, visits: list[dict[str, Any]]) -> None:
    versions = ask(told.config, "versions", told.url(case), "--json").lines
    assert len(versions) == 2
    shown = visits[1] if case.good else visits[3]
    assert [v["record_id"] for v in versions] == [
        visits[0]["captures"][0]["record_id"],
        shown["captures"][0]["record_id"],
    ]
    first = told.answers(case)[0]
    assert isinstance(first, bytes)
    assert ask(told.config, "get", f"{told.url(case)}@v1").out == first.partition(b"\r\n\r\n")[2]


def the_connection_is_not_used_again(case: Case) -> None:
    """What an open connection still hears: the client's farewell, or its reset."""
    if isinstance(case.answer, Sends):
        assert b"".join(case.answer.heard) == b""


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES if case.row == "scripts"])
def test_a_script_is_inert_in_the_diff_page(case: Case, told: Told) -> None:
    shown = ask(told.config, "diff", told.url(case), "v1", "v2", "--html").out.decode()
    tree = html.document_fromstring(shown)
    links = [link for _, _, link, _ in tree.iterlinks()]

    assert "<ins" in shown
    assert list(tree.iter("script", "img", "iframe", "object")) == []
    assert [name for node in tree.iter() for name in node.attrib if name.startswith("on")] == []
    assert [link for link in links if link.lower().startswith(("javascript:", "data:"))] == []


def test_each_hop_is_a_capture_of_its_visit_and_endless_ones_end_after_six(told: Told) -> None:
    cases = {case.name: case for case in CASES}
    followed = told.visits(cases["a_redirect_is_followed_and_its_page_is_the_page"])[1]
    endless = told.visits(cases["redirects_without_end_are_redirect_after_six_requests"])[1]

    assert [capture["role"] for capture in followed["captures"]] == ["page", "redirect"]
    assert len(endless["captures"]) == 6


def test_no_two_captures_of_a_url_are_of_one_second(told: Told) -> None:
    """CDX and Memento address by seconds: one of two could not be reached."""
    captures = [record.fields for record in told.records if record.kind in ("response", "revisit")]
    times = Counter(
        (fields["WARC-Target-URI"], fields["WARC-Date"][: len("2026-01-03T12:00:00")]) for fields in captures
    )

    assert [name for name, count in times.items() if count > 1] == []


def test_a_next_page_that_shows_the_same_is_asked_for_once_a_visit_and_nothing_behind_it(told: Told) -> None:
    case = next(case for case in CASES if case.row == "endless-pages")
    further = [hit.path.partition("?")[2] for hit in told.server.hits if hit.path.startswith(f"{path_of(case)}?")]

    assert set(further) == {"page=2"}
    assert len(further) <= ROUNDS
    assert len(told.hits(case)) <= 2 * ROUNDS  # the page itself, and once more when the other one had been read


def test_no_hop_carries_a_header_or_a_cookie_that_a_server_put_there(told: Told) -> None:
    arrived = [hit for hit in told.server.hits if hit.path.startswith("/moved-here")]
    elsewhere = [hit for hit in arrived if (hit.header("Host") or "").startswith("localhost")]

    assert elsewhere
    assert "/moved-here?x=%0d%0aX-Injected:%20yes" in {hit.path for hit in arrived}
    for name in ("Cookie", "Authorization", "Referer", "X-Injected"):
        assert [hit.head for hit in told.server.hits if hit.header(name) is not None] == []


def test_the_texts_of_all_charsets_are_found(told: Told) -> None:
    cases = [case for case in CASES if case.shows]
    texts = {case.name: ask(told.config, "show", f"{told.url(case)}@v2", "--json").lines[0]["text"] for case in cases}

    assert len(cases) > 8
    assert [name for case in cases for name in [case.name] if case.shows not in texts[name]] == []


def test_no_nul_and_no_lone_surrogate_is_in_the_catalog(told: Told) -> None:
    with sqlite3.connect(told.config.parent / "archive" / "catalog.db") as catalog:
        said = [
            row
            for table in ("versions", "visits", "captures", "changes")
            for row in catalog.execute(f"SELECT * FROM {table}")
        ]
    texts = [value for row in said for value in row if isinstance(value, str)]
    catalog.close()

    assert len(texts) > 1000
    assert [
        text[:80]
        for text in texts
        if "\0" in text or (not text.isascii() and text != text.encode("utf-8", "replace").decode())
    ] == []


def test_no_file_of_this_machine_was_read(told: Told) -> None:
    for case in (case for case in CASES if case.row == "xml-entities"):
        [version] = ask(told.config, "show", f"{told.url(case)}@v2", "--json").lines
        assert "root:" not in version["text"]
        assert len(version["text"]) < 10_000


def test_records_are_dated_by_our_clock(told: Told) -> None:
    dates = {record.fields["WARC-Date"][:10] for record in told.records}
    today = datetime.now(UTC)

    assert dates <= {f"{today:%Y-%m-%d}", f"{today - timedelta(days=1):%Y-%m-%d}"}


def test_nobody_came_to_the_private_address(told: Told) -> None:
    assert not told.knocked


def test_the_archive_of_the_catalogue_is_sound(told: Told) -> None:
    folder = told.config.parent
    indexes = {p.name.replace(".cdxj.", ".warc."): p.read_bytes() for p in folder.rglob("*.cdxj.gz")}

    assert complaints([*folder.rglob("*.warc.gz")], indexes) == []
    assert ask(told.config, "verify", "--deep").code == 0
    assert not [*folder.glob("spool/*.warc.gz*")]


def test_each_visit_has_exactly_one_end(told: Told) -> None:
    assert [len(lines) for lines in told.rounds] == [len(CASES) + 1] * ROUNDS
    assert "Traceback" not in told.said
