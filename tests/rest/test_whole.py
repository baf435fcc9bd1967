"""A page and its parts make one version: each update once, in order, and the window says what was reached."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipelines.extract import extract
from pipelines.model import Version
from tests.rest import pages

URL = "https://www.estuary.example/live/storm"
NINE = range(9, 0, -1)


def read(html: bytes, *parts: tuple[str, bytes]) -> Version:
    version = extract(html, url=URL, at=pages.AT, parts=parts)
    assert isinstance(version, Version), version
    return version


def older(page: int, numbers: Sequence[int] = NINE, **edited: str) -> tuple[str, bytes]:
    return f"{URL}?page={page}", pages.paged(numbers, page, 3, **edited)


def numbers(version: Version) -> list[int]:
    return [int(u.id or 0) - 50000 for u in version.updates]


def test_three_pages_come_out_whole() -> None:
    version = read(pages.paged(NINE, 1, 3), older(2), older(3))

    assert numbers(version) == list(NINE)
    assert [u.position for u in version.updates] == list(range(9))
    assert [u.text for u in version.updates] == [pages.text(n) for n in NINE]
    window = version.window
    assert (window.page, window.pages, window.parts, window.complete, window.load_more) == (1, 3, 2, True, False)
    assert (window.oldest, window.newest) == (pages.moment(1), pages.moment(9))
    assert pages.text(2) in version.text


def test_without_its_last_page_it_is_not_complete() -> None:
    version = read(pages.paged(NINE, 1, 3), older(2))

    assert numbers(version) == [9, 8, 7, 6, 5, 4]
    assert not version.window.complete
    assert "older: not everything was reached" in version.warnings


def test_what_slid_to_the_next_page_meanwhile_is_there_once() -> None:
    """An update came between page 1 and page 2; page 1 is looked at once more."""
    before, after = range(10, 0, -1), range(11, 0, -1)
    version = read(pages.paged(before, 1, 3), *(older(k, after) for k in (2, 3, 4)), (URL, pages.paged(after, 1, 3)))

    assert numbers(version) == list(after)
    assert not version.window.complete
    assert "older: the page changed while the rest of it was read" in version.warnings


def test_what_slid_to_the_page_before_meanwhile_is_not_lost() -> None:
    """Update 8 was taken away between page 1 and page 2: 6 is on neither, but on page 1 as it is now."""
    fewer = [9, 7, 6, 5, 4, 3, 2, 1]
    version = read(pages.paged(NINE, 1, 3), older(2, fewer), older(3, fewer), (URL, pages.paged(fewer, 1, 3)))

    assert numbers(version) == list(NINE)
    assert not version.window.complete


def test_the_page_once_more_without_a_change_says_nothing() -> None:
    version = read(pages.paged(NINE, 1, 3), older(2), older(3), (URL, pages.paged(NINE, 1, 3)))

    assert (numbers(version), version.window.complete) == (list(NINE), True)


def test_the_later_reading_of_an_update_counts() -> None:
    shifted = range(10, 0, -1)
    edited = "Report 7: the quay is open again, for all who live there, says the harbour office in the evening."
    version = read(pages.paged(NINE, 1, 3), older(2, shifted, n7=edited))

    assert {u.id: u.text for u in version.updates}["50007"] == edited


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "not-html"),
        (b'{"entries": "none"', "not-html"),
    ],
)
def test_a_part_that_cannot_be_read_is_named_and_harms_no_other(answer: bytes, why: str) -> None:
    version = read(pages.paged(NINE, 1, 3), older(2), (f"{URL}?page=3", answer))

    assert numbers(version) == [9, 8, 7, 6, 5, 4]
    assert not version.window.complete
    assert any(w.startswith(f"older: {URL}?page=3: {why}") for w in version.warnings)


def test_paging_that_leads_nowhere_is_not_taken_for_the_end() -> None:
    html = pages.paged(NINE, 2, 3)
    version = read(pages.paged(NINE, 1, 3), (f"{URL}?page=2", html), (f"{URL}?page=3", html))

    assert numbers(version) == [9, 8, 7, 6, 5, 4]
    assert not version.window.complete
    assert f"older: {URL}?page=3 brings nothing but what was shown before" in version.warnings


def test_a_pinned_copy_gives_way_to_its_original_on_an_older_page() -> None:
    page = pages.paged(NINE, 1, 3)
    pinned = page.replace(b'<div class="stream">', b'<div class="stream">' + pages.entry(2).encode() +
                          pages.entry(2).encode())  # fmt: skip
    version = read(pinned, older(2), older(3))

    assert numbers(version) == list(NINE)
    assert [u.pinned for u in version.updates] == [n == 2 for n in NINE]


def test_counters_that_begin_anew_on_each_page_are_no_identity() -> None:
    def renumbered(page: int) -> bytes:
        html = pages.paged(NINE, page, 3)
        for place, n in enumerate(NINE[(page - 1) * 3 : page * 3], start=1):
            html = html.replace(f"post-{50000 + n}".encode(), f"post-{10000 + place}".encode())
        return html

    version = read(renumbered(1), (f"{URL}?page=2", renumbered(2)), (f"{URL}?page=3", renumbered(3)))

    assert [u.text for u in version.updates] == [pages.text(n) for n in NINE]
    assert len({u.key for u in version.updates}) == 9


def test_a_script_only_page_says_what_its_feed_says() -> None:
    endpoint = "https://www.estuary.example/wp-json/liveblog/v1/901"
    parts = [
        (f"{endpoint}/get-entries/{k}/0-0", pages.wordpress_answer(NINE[3 * k - 3 : 3 * k], k, 3, 9)) for k in (1, 2, 3)
    ]
    for listed in ([], [9, 8]):
        version = read(pages.wordpress(endpoint + "/", 9, listed), *parts)

        assert numbers(version) == list(NINE)
        assert (version.live, version.headline) == (True, "Storm over the estuary: live")
        assert (version.window.complete, version.window.total, version.window.parts) == (True, 9, 3)
        assert "not_segmented" not in version.warnings


def test_a_total_that_was_not_reached_is_said() -> None:
    endpoint = "https://www.estuary.example/wp-json/liveblog/v1/901"
    part = (f"{endpoint}/get-entries/1/0-0", pages.wordpress_answer(NINE, 1, 1, 12))
    version = read(pages.wordpress(endpoint, 9), part)

    assert "older: 9 updates of 12 were found" in version.warnings
    assert not version.window.complete


def test_what_a_feed_says_is_deleted_is_no_update_but_is_known() -> None:
    posts = "https://api.estuary.example/api/v2/client_blogs/58bfeb4c15720af1a94c1052/posts"
    answer = pages.sourcefabric_answer([3, 1], 1, 1, 2, gone=[2])
    version = read(pages.sourcefabric("//api.estuary.example"), (posts, answer))

    assert [u.text for u in version.updates] == [pages.text(3), pages.text(1)]
    assert version.deleted == ("id:urn:newsml:localhost:2026:50002",)


def test_the_same_bytes_give_the_same_version() -> None:
    parts = (older(2), older(3))

    assert read(pages.paged(NINE, 1, 3), *parts) == read(pages.paged(NINE, 1, 3), *parts)


def test_an_older_page_in_which_no_update_is_recognised_is_not_taken_for_the_end() -> None:
    version = read(
        pages.paged(NINE, 1, 3), older(2), (f"{URL}?page=3", pages.html("<p>Please sign in to read on.</p>"))
    )

    assert not version.window.complete
    assert f"older: {URL}?page=3: no update was recognised in it" in version.warnings


def test_a_single_update_on_the_last_page_is_known_by_its_likeness() -> None:
    ten = range(10, 0, -1)
    version = read(pages.paged(ten, 1, 3), *(older(k, ten) for k in (2, 3, 4)))

    assert (numbers(version), version.window.complete) == (list(ten), True)
    assert version.updates[-1].text == pages.text(1)
