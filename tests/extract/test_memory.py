"""What is remembered from earlier visits makes a reading sooner, never another."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trafilatura import extract as trafilatura_extract

from pipelines.extract import again, extract, reading, source, text
from pipelines.extract.memory import Memory
from pipelines.model import Update, Version

from .markup import URL, Entry, Look, render
from .test_pages import CASES, visit_of
from .test_properties import AT, many, pages

SAID = "Die Fähre liegt fest bis der Wind nachlässt und der Kai ist gesperrt"
LATER = [
    timedelta(),
    timedelta(minutes=1),
    timedelta(hours=2),
    timedelta(hours=11),
    timedelta(days=3),
    timedelta(days=200),
]


def told(update: Update) -> tuple[object, ...]:
    """All of it, what equality leaves out too."""
    return update, update.provenance


def same(one: object, other: object) -> bool:
    assert one == other
    if isinstance(one, Version) and isinstance(other, Version):
        assert [told(u) for u in one.updates] == [told(u) for u in other.updates]
    return True


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_a_page_looked_at_again_at_any_time_says_what_it_says_to_one_who_sees_it_first(case: Path) -> None:
    html, visit, memory = (case / "page.html").read_bytes(), visit_of(case), Memory()
    for later in LATER:
        visit["at"] = visit["at"] + later

        assert same(extract(html, memory=memory, **visit), extract(html, **visit))


def test_local_times_that_are_marked_as_utc_are_read_anew_when_they_lie_ahead_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = next(c for c in CASES if c.name == "local-times-ahead-of-the-fetch")
    html, visit, memory, read = (case / "page.html").read_bytes(), visit_of(case), Memory(), []
    begun, whole = visit["at"] - timedelta(minutes=20), reading.read
    monkeypatch.setattr(reading, "read", lambda *given, **options: read.append(1) or whole(*given, **options))
    for minute in range(0, 240, 2):
        visit["at"] = begun + timedelta(minutes=minute)
        fresh, before = extract(html, **visit), len(read)

        assert same(extract(html, memory=memory, **visit), fresh)
        read[before:] = [2] * (len(read) - before)

    assert read.count(1) == 120
    assert read.count(2) < 40  # remembered in between


@st.composite
def changed(draw: st.DrawFn, said: list[Entry]) -> list[Entry]:
    """The list at the next visit: an update added, edited, taken away, moved up, or none of these."""
    said, at = list(said), draw(st.integers(0, len(said) - 1))
    how = draw(st.sampled_from(["added", "edited", "removed", "moved", "same"]))
    if how == "added":
        moment = said[0].published + timedelta(minutes=1)
        said.insert(
            0, Entry(7100 + draw(st.integers(0, 9)), f"Neu gemeldet: {said[at].text}", "Neue Lage am Kai", moment)
        )
    elif how == "edited":
        said[at] = replace(said[at], text=f"{said[at].text}\nNachtrag: Die Zahl ist {draw(st.integers(2, 99))}.")
    elif how == "removed" and len(said) > 3:
        del said[at]
    elif how == "moved":
        said.insert(0, said.pop(at))
    return said


@many
@given(pages(), st.data())
def test_visit_after_visit_nothing_remembered_changes_a_result(
    page: tuple[list[Entry], Look], data: st.DataObject
) -> None:
    (said, look), memory, at = page, Memory(), AT
    for _ in range(4):
        html = render(said, look, at)

        assert same(extract(html, url=URL, at=at, memory=memory), extract(html, url=URL, at=at))
        said, at = data.draw(changed(said)), at + data.draw(st.sampled_from(LATER))


def with_script(html: bytes, script: bytes, nonce: bytes) -> bytes:
    return html.replace(b"<body>", b'<body><script nonce="%b">%b</script><style>p{}</style>' % (nonce, script))


@settings(max_examples=40, deadline=None)
@given(pages(), st.lists(st.text("ab=<>/!-&;'\"{} \n", max_size=30), min_size=2, max_size=3), st.booleans())
def test_other_scripts_and_tokens_make_no_other_result(
    page: tuple[list[Entry], Look], scripts: list[str], closing: bool
) -> None:
    html, memory = render(*page, AT), Memory()
    for number, script in enumerate(scripts):
        told = script.replace("</", "< /").encode() + (
            b"</script x><p>Und noch ein Satz am Kai.</p>" if closing else b""
        )
        other = with_script(html, told, b"%d" % number)

        assert same(extract(other, url=URL, at=AT, memory=memory), extract(other, url=URL, at=AT))


def test_updates_and_text_that_were_seen_are_not_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(c for c in CASES if c.name == "advertisements-of-the-same-class")  # steady: what it says lasts
    html, visit, memory = (case / "page.html").read_bytes(), visit_of(case), Memory()
    extract(html, memory=memory, **visit)
    monkeypatch.setattr(source, "_tree", None)
    monkeypatch.setattr(text, "_text", None)
    monkeypatch.setattr(reading, "read", None)
    ticking = with_script(html, b"", b"")

    assert isinstance(extract(html, memory=memory, **visit), Version)
    assert not isinstance(extract(ticking, memory=memory, **visit), Version)


def test_a_memory_holds_no_more_than_its_limit() -> None:
    memory = Memory(limit=20_000)
    for number in range(500):
        memory.keep(b"%d" % number, "x" * (number % 900))

    assert memory.size <= 20_000
    assert memory.get(b"499") == "x" * 499
    assert memory.get(b"0") is None
    memory.keep(b"large", "x" * 20_000)
    assert memory.get(b"large") is None


@pytest.mark.parametrize(
    "html",
    [
        b"<script>var a='</script foo>'</script>",
        b"<script><!-- <script> </script> --></script>",
        b"<!-- <script>1</script> -->",
        b"<title><script>1</script></title>",
        b"<textarea><script>1</script></textarea>",
        b"<p title='<script>1</script>'>x</p>",
        b"<script>1",
    ],
)
def test_where_the_parser_sees_other_scripts_nothing_is_remembered_or_it_is_the_same(html: bytes) -> None:
    memory, at = Memory(), datetime(2026, 1, 14, 12, tzinfo=UTC)
    for number in (b"1", b"2", b"</p>3", b"<!--4"):
        page = b"<html><body><h1>Die Lage am Kai</h1><p>Die Boote sind vertaut.</p>%b</body></html>"
        page %= html.replace(b"1", number)

        assert same(extract(page, url=URL, at=at, memory=memory), extract(page, url=URL, at=at))


def _paragraphs(count: int, chance: random.Random) -> str:
    words = SAID.split()
    return "".join(f"<p>{' '.join(chance.choices(words, k=chance.randint(4, 40)))}.</p>" for _ in range(count))


@pytest.mark.parametrize("seed", range(40))
def test_the_whole_text_is_trafilaturas_own_letter_for_letter(seed: int) -> None:
    """With much or little of the page in its story, so that its other engines win now and then."""
    chance = random.Random(seed)
    story = _paragraphs(chance.choice([1, 3, 12, 40]), chance)
    around = "".join(f"<div class='{c}'>{_paragraphs(chance.choice([0, 2, 9]), chance)}</div>"
                     for c in ("share-bar", "teaser", "entry", "text", "cookie", "x"))  # fmt: skip
    forum = '<script type="application/ld+json">{"@type": "DiscussionForumPosting"}</script>' if seed % 7 == 0 else ""
    table = "<table><tr><td>14.05</td><td>Der Kai ist gesperrt</td></tr></table>" * chance.choice([0, 0, 5])
    tag = chance.choice(["article", "main", "div", "section"])
    page = f"<html><head><title>Kai</title>{forum}</head><body><{tag}>{story}{table}</{tag}>{around}</body></html>"
    read = source.parse(page.encode(), None)
    assert isinstance(read, source.Source)
    theirs = trafilatura_extract(page, include_comments=False) or ""

    assert text.whole_text(read.root, read.body) == theirs


def test_a_page_in_another_charset_is_read_each_time() -> None:
    page = "<html><body><h1>Grüße</h1><p>Die Fähre nach Köln.</p></body></html>"

    assert again.outline(page.encode("cp1252"), (), url=URL, day=AT.date(), content_type=None, extractor="") is None
    assert again.outline(page.encode(), (), url=URL, day=AT.date(), content_type=None, extractor="") is not None
    assert again.outline(page.encode(), (), url=URL, day=AT.date(), content_type="text/html; charset=latin-1",
                      extractor="") is None  # fmt: skip
