"""``stoppress takedown``: who asks gets 451 with reason and date; that something was there stays visible."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

import stoppress
from pipelines.config import load_config
from pipelines.errors import TakenDown
from pipelines.keeper import Keeper
from pipelines.moments import Target
from pipelines.opened import opened
from pipelines.taking_down import asked_for, take_down
from pipelines.urlkey import urlkey
from tests.rebuild.kept import CLOSED, POWER, RIVER, STORM, T0, Crawl, page
from tests.rebuilt import differences, dump, rebuilt

from .places import OTHER, Place

pytestmark = pytest.mark.long

WHY = ("--reason", "court order 12/26", "--actor", "legal")


def test_every_reading_command_answers_451_with_reason_and_date(here: Place) -> None:
    assert here.run("takedown", STORM, *WHY).code == 0

    for words in (["get", STORM], ["get", f"{STORM}@v1"], ["show", STORM], ["show", f"{STORM}@20260103100000"],
                  ["versions", STORM], ["diff", STORM, "v1", "v2"], ["changes", "--url", STORM]):  # fmt: skip
        ran = here.run(*words)

        assert (ran.code, ran.out) == (1, b""), words
        assert f"451: {STORM} was taken down on 2" in ran.err
        assert "by legal: court order 12/26" in ran.err
    assert here.run("get", f"{OTHER}@v1").code == 0


def test_that_the_page_was_visited_stays_visible_and_its_words_do_not(here: Place) -> None:
    before = here.run("log", STORM).out
    here.run("takedown", STORM, *WHY)
    log, pages, changes = here.run("log", STORM), here.run("pages", "--json"), here.run("changes", "--json")

    assert (log.code, log.out) == (0, before)
    assert "451: " in log.err
    assert {line["url"]: line["headline"] for line in pages.lines} == {STORM: None, OTHER: "Flood in the valley"}
    assert (changes.code, changes.lines) == (0, [])
    assert "451: " in changes.err


def test_one_capture_is_taken_down_with_those_that_show_the_same(here: Place) -> None:
    ran = here.run("takedown", f"{STORM}@20260103100100", *WHY, "--json")  # a revisit of the one a minute before

    assert (ran.lines[0]["scope"], ran.lines[0]["timestamp"]) == ("capture", "2026-01-03T10:00:00Z")
    for moment in ("20260103100000", "20260103100100", "v1"):
        assert here.run("get", f"{STORM}@{moment}").code == 1
    assert here.run("get", f"{STORM}@v2").code == 0
    versions = here.run("versions", STORM, "--json").lines
    assert [line["redacted"] is not None for line in versions] == [True, False, False, False]
    assert [line["headline"] for line in versions] == [None, *["Flood in the valley"] * 3]
    assert here.run("diff", STORM, "v1", "v2").code == 1
    assert here.run("diff", STORM, "v2", "v3").code == 0
    assert b"v1 -> v2" not in here.run("changes").out


@pytest.mark.parametrize("redact", [(), ("--redact",)])
def test_the_same_bytes_are_taken_down_wherever_the_page_shows_them_again(
    here: Place, redact: tuple[str, ...]
) -> None:
    here.add(page(CLOSED, RIVER))  # v5 shows what v2 did
    assert here.run("takedown", f"{STORM}@v2", *redact, *WHY).code == 0

    assert [here.run("get", f"{STORM}@v{n}").code for n in (1, 2, 3, 4, 5)] == [0, 1, 0, 0, 1]
    assert (CLOSED[:20] in here.words()) == (not redact)
    here.add(page(POWER, RIVER), page(CLOSED, RIVER), after=70)
    assert [here.run("get", f"{STORM}@v{n}").code for n in (6, 7)] == [0, 1]
    with here.catalog() as catalog:
        assert not catalog.blocks().all_done()
    assert here.run("takedown", f"{STORM}@v2", "--redact", *WHY).code == 0
    assert CLOSED[:20] not in here.words()
    fresh, _ = rebuilt(here.config)
    assert differences(dump(here.config), dump(fresh)) == []


def test_a_prefix_takes_down_all_pages_that_begin_so(here: Place) -> None:
    here.run("takedown", "https://news.example.org/live/", "--prefix", *WHY)

    assert [here.run("get", url).code for url in (STORM, OTHER)] == [1, 1]


def test_a_prefix_that_ends_with_a_slash_leaves_pages_alone_that_only_begin_with_the_same_word(here: Place) -> None:
    prices, front = "https://news.example.org/livestock/prices", "https://news.example.org/live/?page=2"
    here.add(page(RIVER), url=prices)
    here.add(page(CLOSED, RIVER), url=front, after=61)
    ran = here.run("takedown", "https://news.example.org/live/", "--prefix", "--redact", *WHY)

    assert ran.code == 0, ran.err
    assert [here.run("get", url).code for url in (STORM, front, prices)] == [1, 1, 0]
    assert CLOSED[:20] not in here.words()
    assert RIVER[:20] in here.words()


@pytest.mark.parametrize(("beginning", "said"), [
    ("https://news.example.org/" + "p" * 920 + "/", "too long for a beginning"),
    ("https://news.example.org/live?page=", "parts of a query"),
])  # fmt: skip
def test_a_prefix_that_would_not_cover_all_that_begins_so_is_refused(here: Place, beginning: str, said: str) -> None:
    ran = here.run("takedown", beginning, "--prefix", *WHY)

    assert (ran.code, ran.out) == (2, b"")
    assert said in ran.err
    assert here.objects("control/") == {}


def test_a_block_can_be_lifted_and_given_again(here: Place) -> None:
    here.run("takedown", STORM, *WHY)
    again = here.run("takedown", STORM, *WHY)
    lifted = here.run("takedown", STORM, "--lift", "--reason", "withdrawn")

    assert (again.code, "already" in again.err, lifted.code) == (0, True, 0)
    assert here.run("get", STORM).code == 0
    assert here.run("takedown", STORM, "--lift", "--reason", "withdrawn").code == 1
    here.run("takedown", STORM, *WHY)
    assert here.run("get", STORM).code == 1
    assert len(here.run("takedown", "--list", "--json").lines) == 2


def test_orders_lie_in_the_store_and_a_rebuilt_catalog_obeys_them(place: Place) -> None:
    place.run("takedown", STORM, *WHY)
    place.run("takedown", f"{OTHER}@v1", *WHY)
    place.run("takedown", STORM, "--lift", "--reason", "withdrawn")
    orders = [json.loads(line) for _, data in sorted(place.objects("control/").items()) for line in data.splitlines()]
    fresh, ran = rebuilt(place.config, env=place.bucket.env if place.bucket else None)

    assert [order["verb"] for order in orders] == ["takedown", "takedown", "lift"]
    assert {order["actor"] for order in orders[:2]} == {"legal"}
    assert ran.code == 0, ran.err
    assert differences(dump(place.config), dump(fresh)) == []


@pytest.mark.parametrize("then", ["--lift", "--redact"])
def test_what_is_said_of_a_takedown_holds_after_a_rebuild_though_the_clock_was_ahead_when_it_was_given(
    here: Place, then: str
) -> None:
    with opened(load_config(here.config)) as (catalog, store):
        ahead = datetime.now(UTC) + timedelta(hours=1)
        asked = asked_for(Target(STORM), catalog, prefix=False, reason="order", actor="legal", now=ahead)
        take_down(asked, catalog, store)
    assert here.run("takedown", STORM, then, *WHY).code == 0
    fresh, ran = rebuilt(here.config)

    assert ran.code == 0, ran.err
    assert differences(dump(here.config), dump(fresh)) == []
    [one] = Place(fresh).run("takedown", "--list", "--json").lines
    assert (one["lifted"] is None) == (then == "--redact") == (one["redact"] is not None)


def test_an_order_that_did_not_come_as_far_as_the_catalog_is_in_the_store(here: Place) -> None:
    assert here.run("takedown", STORM, *WHY, crash="takedown_ordered").code == -9
    fresh, _ = rebuilt(here.config)

    assert here.run("get", STORM).code == 0
    with Place(fresh).catalog() as catalog:
        assert catalog.blocks().page(urlkey(STORM))
    here.run("takedown", STORM, *WHY)
    assert here.run("get", STORM).code == 1


def test_without_a_catalog_the_orders_in_the_store_are_obeyed(here: Place) -> None:
    here.run("takedown", STORM, *WHY)
    for path in (here.config.parent / "archive").glob("catalog.db*"):
        path.unlink()
    with stoppress.open_archive(here.config.parent / "archive") as archive:
        with pytest.raises(TakenDown, match=r"451: .* legal: court order"):
            archive.page(STORM).get()
        with pytest.raises(TakenDown):
            archive.page(STORM).versions()
        assert archive.page(OTHER).get().status == 200


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([STORM], 2, "--reason"),
        ([STORM, "--reason", "  "], 2, "--reason"),
        ([], 2, "URL"),
        (["file:///etc/passwd", *WHY], 2, "file"),
        ([f"{STORM}@2026-13-01", *WHY], 2, "2026-13-01"),
        ([f"{STORM}@v9", *WHY], 1, "no v9"),
        ([f"{STORM}@20260103095959", *WHY], 1, "nearest was made 2026-01-03T10:00:00Z"),
        ([f"{STORM}@v1", "--prefix", *WHY], 2, "--prefix"),
        ([STORM, "--lift", *WHY], 1, "no such takedown"),
        ([STORM, "--list", "--redact", *WHY], 2, "--list"),
        (["--list", "--lift"], 2, "--list"),
    ],
)
def test_what_cannot_be_taken_down_is_named(here: Place, words: list[str], code: int, said: str) -> None:
    ran = here.run("takedown", *words)

    assert (ran.code, ran.out) == (code, b"")
    assert said in ran.err
    assert here.objects("control/") == {}


def test_a_store_that_cannot_be_written_takes_no_order_and_blocks_nothing(here: Place) -> None:
    (here.config.parent / "archive" / "control").write_text("a file in the way")
    ran = here.run("takedown", STORM, *WHY)

    assert ran.code == 1
    assert "cannot be written" in ran.err
    assert here.run("get", STORM).code == 0


def test_a_page_that_redirects_says_nothing_of_what_was_taken_down_where_it_leads(here: Place) -> None:
    moved, there = "https://news.example.org/live/moved", "https://www.example.org/there"
    with Keeper(load_config(here.config)) as keeper:
        crawl = Crawl(keeper, T0 + timedelta(hours=3))
        for texts in ((RIVER,), (CLOSED, RIVER)):
            crawl.visit(page(*texts), url=moved, via=there)

    for taken in (there, moved):
        assert here.run("get", f"{moved}@v1").code == here.run("get", there).code == 0
        here.run("takedown", taken, *WHY)
        for words in (["get", there], ["get", f"{moved}@v1"], ["show", moved], ["diff", moved, "v1", "v2"]):
            ran = here.run(*words)
            assert (ran.code, ran.out) == (1, b""), words
            assert "451: " in ran.err
        assert moved.encode() not in here.run("changes").out
        assert {line["url"]: line["headline"] for line in here.run("pages", "--json").lines}[moved] is None
        listed = here.run("versions", moved, "--json")
        assert [line["headline"] for line in listed.lines] == ([None, None] if taken == there else [])
        here.run("takedown", taken, "--lift", "--reason", "withdrawn")
