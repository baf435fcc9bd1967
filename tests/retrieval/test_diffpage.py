"""The page of a diff: whatever a newsroom wrote, it is inert text; all of it readable without a script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.completeness import Caught, completeness
from pipelines.diff import changes
from pipelines.diff.render import unified
from pipelines.model import Change, Version
from pipelines.store.catalog import StoredVersion
from retrieval.diffpage import page as html_of
from tests.diff.made import STORIES, page, updates

EDITED = STORIES[0].replace("14", "17")
HOSTILE = [
    "<script>alert(1)</script>", "</style><script>x</script>", "<img src=x onerror=alert(1)>", "</title><svg/onload=x>",
    "\u202etxet desrever\u202c", "\u2067a\u2069", "\x1b]0;title\x07\x1b[31m red \x9b2J", "a\x00b", "\ud800", "&#x202e;",
    "javascript:alert(1)", "]]><!--", "{{7*7}} ${x}", "\ufeff\u2060\u00ad", "a\r\nSet-Cookie: x",
]  # fmt: skip
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "section", "article", "details", "summary",
    "h1", "h2", "h3", "p", "div", "span", "small", "code", "time", "ins", "del", "table", "tr", "th", "td", "br",
    "fieldset", "legend", "label", "input",
}  # fmt: skip


def stored(version: Version, seq: int) -> StoredVersion:
    return StoredVersion(
        urlkey="k", seq=seq, first_seen=version.at, last_seen=version.at + timedelta(minutes=1), record_id=f"urn:{seq}",
        digest="sha256:0", content_hash="", same_as=None, version=version,
    )  # fmt: skip


def drawn(old: Version, new: Version, found: Sequence[Change] | None = None, url: str = "https://x.example/") -> str:
    return html_of(url, stored(old, 1), stored(new, 2), changes(old, new) if found is None else found)


def harmless(document: str) -> bool:
    root = lxml.html.document_fromstring(document.encode("utf-8"))
    elements = [node for node in root.iter() if isinstance(node.tag, str)]
    names = {name for node in elements for name in node.attrib}
    return (
        {str(node.tag) for node in elements} <= ALLOWED
        and not {name for name in names if name.startswith("on")} | (names & {"src", "href", "srcset", "action"})
        and "url(" not in document.partition("</style>")[0]
        and not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", document)
    )


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_text_is_inert_wherever_it_stands(evil: str) -> None:
    old = page(STORIES[:3], headline="one", standfirst=evil)
    parts = tuple(
        replace(u, id=evil, key=f"id:{evil}{n}", headline=evil, authors=(evil,), links=(evil,), text=f"{u.text} {evil}")
        for n, u in enumerate(updates(*STORIES[:2], EDITED, STORIES[4]))
    )
    new = page(parts, headline=evil, standfirst="two", minutes=1)
    found = [replace(c, reasons=(evil,), field=evil, type=c.type) for c in changes(old, new)]

    assert harmless(drawn(old, new, url=f"https://x.example/{evil}"))
    assert harmless(drawn(old, new, found))
    assert harmless(drawn(new, old))


@given(st.text(), st.text())
def test_any_text_is_inert(one: str, other: str) -> None:
    assert harmless(drawn(page([one, other], headline=one), page([other], headline=other, minutes=1)))


def test_what_acts_or_hides_is_named() -> None:
    document = drawn(page(STORIES[:1]), page([*STORIES[:1], "safe\u202eevil\x1b[2J"], minutes=1))

    assert '<code class="sign">U+202E</code>evil<code class="sign">U+001B</code>[2J' in document


def test_words_stand_inline_and_on_both_sides() -> None:
    root = lxml.html.document_fromstring(drawn(page(STORIES[:2]), page([EDITED, STORIES[1]], minutes=1)))
    [inline] = root.find_class("inline")
    before, after = root.xpath("//div[@data-side]")

    assert ("14" in inline.text_content(), "17" in inline.text_content()) == (True, True)
    assert [[node.tag for node in side.iter("ins", "del")] for side in (before, after)] == [["del"], ["ins"]]
    assert before.text_content() == STORIES[0]
    assert after.text_content() == EDITED


def test_unchanged_updates_are_folded_and_all_there() -> None:
    root = lxml.html.document_fromstring(drawn(page(STORIES[:5]), page([EDITED, *STORIES[1:5]], minutes=1)))
    [folded] = root.xpath("//details")

    assert folded.find("summary").text_content() == "4 unchanged updates"
    assert all(text in folded.text_content() for text in STORIES[1:5])


def test_no_difference_is_told_by_colour_alone() -> None:
    style = drawn(page(STORIES[:2]), page([EDITED, STORIES[1]], minutes=1)).partition("</style>")[0]

    assert "underline" in re.search(r"\nins \{[^}]*\}", style)[0]  # type: ignore[index]
    assert "line-through" in re.search(r"\ndel \{[^}]*\}", style)[0]  # type: ignore[index]
    assert 'ins::before { content: "+"' in style
    assert 'del::before { content: "\\2212"' in style
    for media in ("prefers-color-scheme: dark", "print", "max-width"):
        assert media in style


def test_a_change_says_whether_it_is_confirmed_and_has_a_notice() -> None:
    found = changes(page(STORIES[:4]), page([EDITED, *STORIES[1:3]], minutes=1))
    text = lxml.html.document_fromstring(drawn(page(STORIES[:4]), page([EDITED, *STORIES[1:3]], minutes=1), found))

    assert "2 without a notice; 1 not confirmed" in text.text_content()
    assert "- removed editorial · not confirmed no notice" in " ".join(text.text_content().split())


@pytest.mark.parametrize("evil", HOSTILE)
def test_unified_text_cannot_steer_a_terminal(evil: str) -> None:
    shown = unified(page(STORIES[:1]), page([*STORIES[:1], evil], minutes=1))

    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


def test_how_much_is_likely_to_be_there_stands_above_the_changes() -> None:
    old, new = page(STORIES[:2]), page([EDITED, STORIES[1]])
    complete = completeness(Caught(looks=3, gaps=(60.0, 600.0)))

    told = html_of("https://x.example/", stored(old, 1), stored(new, 2), changes(old, new), complete)

    assert f'<p class="soft">{complete}</p>' in told
    assert "completeness" not in drawn(old, new)
