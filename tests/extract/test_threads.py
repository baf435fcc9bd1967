"""A reporter's thread: posts that lie in each other are updates of their own; what only looks so stays whole."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.extract import extract
from pipelines.model import Update, Version

AT = datetime(2026, 1, 3, 14, 0, tzinfo=UTC)


def post(name: str, minute: int, text: str, inner: str = "", attributes: str = 'id="post-{0}"') -> str:
    time = f'<time datetime="2026-01-03T12:{minute:02}:00Z">12:{minute:02}</time>'
    return f'<li class="item" {attributes.format(name)}><article>{time}<p>{text}</p></article>{inner}</li>'


def thread(*posts: str) -> str:
    return f"<details open><summary>Thread: {len(posts)} more from Ada</summary><ol>{''.join(posts)}</ol></details>"


def updates(*posts: str) -> tuple[Update, ...]:
    html = f"<html><title>Harbour: live</title><body><h1>Harbour: live</h1><ol>{''.join(posts)}</ol></body></html>"
    read = extract(html.encode(), url="https://www.example.org/live/harbour", at=AT, profiles=())
    assert isinstance(read, Version)
    return read.updates


FIRST = "The pilot station has asked all ferries to wait outside of the breakwater."
SECOND = "The first of them has turned round and goes back to the island for the night."
THIRD = "Its captain says that the swell in the narrows was more than four metres high."
LAST = "Good morning from the quay, where the wind has not yet come up as it should have."


def test_each_post_of_a_thread_is_an_update_in_the_order_of_the_page() -> None:
    inner = thread(post("102", 31, SECOND), post("103", 32, THIRD))

    found = updates(post("101", 30, FIRST, inner), post("100", 5, LAST))

    assert [(u.id, u.text) for u in found] == [("101", FIRST), ("102", SECOND), ("103", THIRD), ("100", LAST)]


def test_threads_in_threads_too() -> None:
    deeper = thread(post("103", 32, THIRD))

    found = updates(post("101", 30, FIRST, thread(post("102", 31, SECOND, deeper))), post("100", 5, LAST))

    assert [u.text for u in found] == [FIRST, SECOND, THIRD, LAST]


def test_text_behind_a_post_stays_where_it_was() -> None:
    inner = f"<ol>{post('102', 31, SECOND)} and so on {post('103', 32, THIRD)}</ol>"

    found = updates(post("101", 30, FIRST, inner), post("100", 5, LAST))

    assert [u.text for u in found] == [f"{FIRST}\n- and so on", SECOND, THIRD, LAST]


def test_a_card_of_the_same_class_in_an_update_is_a_part_of_it() -> None:
    card = (
        '<li class="item"><time datetime="2026-01-01T09:00:00Z">1 January</time><p>An older story, told once.</p></li>'
    )

    found = updates(post("101", 30, FIRST, f"<ul>{card}{card}</ul>"), post("100", 5, LAST))

    assert [u.id for u in found] == ["101", "100"]


def test_a_post_that_is_cited_is_a_part_of_what_cites_it() -> None:
    cited = f"<blockquote>{post('90', 2, SECOND)}</blockquote>"

    found = updates(post("101", 30, FIRST, cited), post("102", 20, THIRD), post("100", 5, LAST))

    assert [u.id for u in found] == ["101", "102", "100"]


def test_a_post_that_stands_on_the_page_too_is_cited() -> None:
    cited = f"<div>{post('100', 5, LAST)}</div>"

    found = updates(post("101", 30, FIRST, cited), post("102", 20, THIRD), post("100", 5, LAST))

    assert [u.text for u in found][1:] == [THIRD, LAST]
    assert LAST in found[0].text


def test_a_pinned_copy_changes_nothing_of_a_thread() -> None:
    posts = post("101", 30, FIRST, thread(post("102", 31, SECOND))), post("100", 5, LAST)

    found = updates(post("100", 5, LAST), *posts)

    assert [u.text for u in found] == [FIRST, SECOND, LAST]


def test_moments_of_a_match_in_an_update_are_parts_of_it() -> None:
    moments = "".join(post(str(200 + n), n, "Goal") for n in range(8))

    found = updates(post("101", 30, FIRST, f"<ol>{moments}</ol>"), post("102", 20, THIRD), post("100", 5, LAST))

    assert [u.id for u in found] == ["101", "102", "100"]


def test_one_answer_is_enough_for_a_thread() -> None:
    found = updates(post("101", 30, FIRST, thread(post("102", 31, SECOND))), post("100", 5, LAST))

    assert [u.text for u in found] == [FIRST, SECOND, LAST]
