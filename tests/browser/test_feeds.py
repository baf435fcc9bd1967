"""A page whose feed fails us is no page whose updates are gone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.browser.feeds import Feeds, Known
from crawler.browser.rendered import rendered
from pipelines.entity import parse
from pipelines.model import Exchange

PAGE = "https://www.example.org/live"
OURS, THEIRS = "https://api.example.org/feed", "https://count.example.com/hit"
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def exchange(status: int | None = 200, error: str | None = None, truncated: str | None = None) -> Exchange:
    return Exchange(url="", started=NOW, request=b"x", status=status, error=error, truncated=truncated)


def visit(url: str, how: Exchange | None, why: str = "") -> Feeds:
    feeds = Feeds(PAGE)
    feeds.asked(url + "?page=1")
    feeds.ended(url + "?page=1", how, why)
    return feeds


@pytest.mark.parametrize(
    "how", [exchange(500), exchange(429), exchange(None, "timeout"), exchange(200, None, "length")]
)
def test_what_the_newsroom_does_not_answer_is_lacking(how: Exchange) -> None:
    assert visit(OURS, how).lacking(()) is not None


@pytest.mark.parametrize("how", [exchange(), exchange(404), exchange(403), exchange(None, "blocked")])
def test_what_it_has_answered_or_what_will_not_pass_is_not(how: Exchange) -> None:
    assert visit(OURS, how).lacking(()) is None


def test_a_stranger_who_fails_is_missed_only_if_he_has_answered_before() -> None:
    feeds = visit(THEIRS, exchange(None, "dns"))

    assert feeds.lacking(()) is None
    assert feeds.lacking([THEIRS]) == (THEIRS, "dns")


def test_one_good_answer_of_an_address_is_enough() -> None:
    feeds = visit(OURS, exchange(500))
    feeds.asked(OURS)
    feeds.ended(OURS, exchange())

    assert feeds.lacking([OURS]) is None


def test_a_question_that_is_never_answered_is_lacking_only_where_an_answer_is_known() -> None:
    feeds = Feeds(PAGE)
    feeds.asked(OURS)

    assert feeds.lacking(()) is None  # a connection that is held open
    assert feeds.lacking([OURS]) == (OURS, "timeout")


def test_what_a_page_no_longer_asks_for_is_not_missed() -> None:
    known = Known()
    known.saw("page", [OURS])

    assert Feeds(PAGE).lacking(known.of("page")) is None


@pytest.mark.parametrize("other", ["https://127.0.0.2/feed", "https://example.com/feed", "https://org/feed"])
def test_other_sites_are_no_neighbours(other: str) -> None:
    feeds = Feeds("https://127.0.0.1/live" if "127" in other else PAGE)
    feeds.asked(other)
    feeds.ended(other, exchange(500))

    assert feeds.lacking(()) is None


# The page out of the browser


def test_halves_of_characters_become_what_browsers_show() -> None:
    block = rendered(PAGE, "a\ud800b\N{GRINNING FACE}", status=200, at=NOW, browser="Chromium/1", limit=99).response

    assert block is not None
    assert parse(block).body == "a\N{REPLACEMENT CHARACTER}b\N{GRINNING FACE}".encode()


def test_a_page_that_is_too_large_is_kept_as_far_as_it_may_and_marked() -> None:
    made = rendered(PAGE, "\N{GREEK SMALL LETTER ALPHA}" * 60, status=200, at=NOW, browser="Chromium/1", limit=100)

    assert (made.truncated, made.error, made.fidelity, made.request) == ("length", "too-large", "browser", b"")
    assert len(parse(made.response or b"").body) == 100
