"""Promises about any page: those of tests/pages, and pages in any of the markups of a model."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from pipelines.extract import extract
from pipelines.model import Update, Version

from .markup import CLOCKS, URL, Entry, Look, render
from .test_pages import CASES, visit_of

AT = datetime(2026, 1, 15, 1, 7, tzinfo=UTC)
SENTENCES = (
    "Die Fähre liegt fest, bis der Wind nachlässt. Feuerwehr pumpt Keller leer und sperrt den Kai am Abend; 14 Boote "
    "sind vertäut. Busse fahren über den Ring, Bäume liegen quer, 2:1 Stimmen im Rat gegen Sandsäcke & Pumpen »heute«"
)
LISTS = {
    "article": ("div", "section"),
    "section": ("div",),
    "div": ("div", "section"),
    "li": ("ul", "ol"),
    "tr": ("table",),
}


@st.composite
def entries(draw: st.DrawFn, fewest: int = 4) -> list[Entry]:
    """Newest first, each some minutes before the one above it."""
    moment, made = AT.replace(second=0) - timedelta(minutes=2), []
    for place in range(draw(st.integers(fewest, 8))):
        moment -= timedelta(minutes=draw(st.integers(1, 55)))
        chosen = draw(st.lists(st.sampled_from(SENTENCES.split()), min_size=12, max_size=30))
        text = f"Meldung {place}: {' '.join(chosen)}."
        text += f"\nDazu {' '.join(reversed(chosen))}." if draw(st.booleans()) else ""
        made.append(Entry(7000 - place, text, f"Lage {place} am Kai", moment))
    return made


@st.composite
def looks(draw: st.DrawFn, *, ordered: bool = True) -> Look:
    flat = draw(st.sampled_from(["", "", "h2", "h3", "strong"])) if ordered else ""
    if flat:
        time = draw(st.sampled_from(sorted(CLOCKS)))
        return Look(
            flat=flat, time=time, titled=flat != "strong" and draw(st.booleans()), structured=draw(st.booleans())
        )
    tag = draw(st.sampled_from(sorted(LISTS)))
    times = st.sampled_from(["stated", "offset", "epoch", *([*CLOCKS, "age"] if ordered else [])])
    microdata = draw(st.booleans())
    return Look(
        tag=tag,
        list_tag=draw(st.sampled_from(LISTS[tag])),
        token=draw(st.sampled_from(["", "x", "item live", "blk--3f b"])),
        time=draw(st.sampled_from(["stated", "offset"])) if microdata else draw(times),
        id=draw(st.sampled_from(["id", "data", "anchor", *(["none"] if ordered else [])])),
        titled=draw(st.booleans()),
        structured=draw(st.booleans()) and not microdata,
        microdata=microdata,
        extras=draw(st.booleans()),
    )


@st.composite
def pages(draw: st.DrawFn, *, ordered: bool = True) -> tuple[list[Entry], Look]:
    said, look = draw(entries()), draw(looks(ordered=ordered))
    if look.flat:  # where the last update ends nothing says there, so that it may not be longer than all others
        said = [replace(e, text=e.text.split("\n")[0]) for e in said]
    return said, look


def read(page: bytes, url: str = URL, at: datetime = AT) -> Version:
    version = extract(page, url=url, at=at)
    assert isinstance(version, Version), version
    return version


def told(updates: tuple[Update, ...]) -> list[Update]:
    """Without the places, which move when one goes, and the ways they were found."""
    return [replace(u, position=0, provenance=()) for u in updates]


def without_spaces(updates: tuple[Update, ...]) -> list[Update]:
    """``html`` keeps the white space that the source has between its tags."""
    return [replace(u, html=re.sub(r"\s*(<[^<>]*>)\s*", r"\1", u.html)) for u in updates]


# Each example reads one to three pages, of 5 to 10 ms.
many = settings(max_examples=25, deadline=None)


@many
@given(pages())
def test_what_a_newsroom_writes_comes_out_in_any_markup(page: tuple[list[Entry], Look]) -> None:
    said, look = page
    version = read(render(said, look, AT))

    assert [u.text for u in version.updates] == [e.text for e in said]
    assert [u.published.replace(second=0) if u.published else None for u in version.updates] == [
        e.published + timedelta(seconds=0) for e in said
    ]
    assert [u.headline for u in version.updates] == [e.headline if look.titled else None for e in said]
    assert [u.id for u in version.updates] == [f"n{e.number}" if look.named or look.structured else None for e in said]


@many
@given(pages(), st.data())
def test_without_one_entry_only_that_entry_is_missing(page: tuple[list[Entry], Look], data: st.DataObject) -> None:
    said, look = page
    gone = data.draw(st.integers(0, len(said) - 1))
    whole = told(read(render(said, look, AT)).updates)
    rest = told(read(render(said[:gone] + said[gone + 1 :], look, AT)).updates)

    assert rest == whole[:gone] + whole[gone + 1 :]


@many
@given(pages(ordered=False), st.randoms(use_true_random=False))
def test_another_order_of_the_entries_is_another_order_of_the_updates(
    page: tuple[list[Entry], Look], chance: random.Random
) -> None:
    said, look = page
    before = told(read(render(said, look, AT)).updates)
    order = chance.sample(range(len(said)), len(said))

    after = told(read(render([said[i] for i in order], look, AT)).updates)
    assert after == [before[i] for i in order]


@many
@given(pages())
def test_doubled_boilerplate_and_wrappers_around_the_list_change_no_update(page: tuple[list[Entry], Look]) -> None:
    said, look = page
    plain = read(render(said, look, AT)).updates

    assert read(render(said, look, AT, boilerplate=2)).updates == plain
    assert read(render(said, look, AT, wrapped=True)).updates == plain


_SCRIPTS = re.compile(r"(<script.*?</script>|<!--.*?-->)", re.DOTALL)
_TAG = re.compile(r"<([a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?)+)\s*>")
_ATTRIBUTE = re.compile(r"([\w:-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_BLOCK = r"(?:p|div|article|section|li|ul|ol|header|footer|main|figure|h[1-6]|body|table|tr)"
_BETWEEN = re.compile(rf"(</?{_BLOCK}(?:\s[^<>]*)?>)\s*(?=</?{_BLOCK}[\s>])")


def outside_scripts(page: str, change: Callable[[str], str]) -> str:
    pieces = _SCRIPTS.split(page)
    return "".join(p if i % 2 else change(p) for i, p in enumerate(pieces))


def shuffled(page: str) -> str:
    chance = random.Random(11)

    def again(tag: re.Match[str]) -> str:
        held = [a[0] for a in _ATTRIBUTE.finditer(tag[2])]
        return f"<{tag[1]} {' '.join(chance.sample(held, len(held)))}>"

    return outside_scripts(page, lambda text: _TAG.sub(again, text))


def requoted(page: str) -> str:
    def quoted(found: re.Match[str]) -> str:
        values = [v for v in found.groups()[1:] if v is not None]
        if not values or "'" in values[0]:
            return found[0]
        return f"{found[1]}={values[0]}" if re.fullmatch(r"[\w.:+-]+", values[0]) else f"{found[1]} = '{values[0]}'"

    def again(tag: re.Match[str]) -> str:
        return f"<{tag[1]} {' '.join(quoted(a) for a in _ATTRIBUTE.finditer(tag[2]))}>"

    return outside_scripts(page, lambda text: _TAG.sub(again, text))


def rewritten(page: str) -> str:
    """Each tag with its attributes in another order and other quotes."""
    return requoted(shuffled(page))


def spaced(page: str) -> str:
    return outside_scripts(page, lambda text: _BETWEEN.sub("\\1\n\t  \n", text))


def squeezed(page: str) -> str:
    return outside_scripts(page, lambda text: _BETWEEN.sub("\\1", text))


def wrapped(page: str) -> str:
    """The whole of the story, and each list in it, in one more element."""
    root = lxml_html.document_fromstring(page.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
    (main,) = root.iter("main")
    for node in [c for c in main if c.tag in ("div", "ul", "ol", "section") and len(c) > 1]:
        wrap(main, [node])
    wrap(main, [c for c in main if c.tag != "h1"])
    return lxml_html.tostring(root, encoding="unicode", doctype="<!doctype html>")


def wrap(parent: lxml_html.HtmlElement, nodes: list[lxml_html.HtmlElement]) -> None:
    around = parent.makeelement("div")
    parent.insert(parent.index(nodes[0]), around)
    around.extend(nodes)


def case_text(case: Path) -> str:
    return (case / "page.html").read_text("utf-8")


@cache
def as_it_is(case: Path) -> Version:
    return read(case_text(case).encode(), **visit_of(case))


TEXTS = [c for c in CASES if c.name != "charset-lie"]  # its bytes are the point


@pytest.mark.parametrize("change", [rewritten, spaced, squeezed, wrapped], ids=lambda c: c.__name__)
@pytest.mark.parametrize("case", TEXTS, ids=lambda c: c.name)
def test_another_way_to_write_the_same_page_says_the_same(case: Path, change: Callable[[str], str]) -> None:
    before, visit = case_text(case), visit_of(case)
    after = change(before)

    assert after != before or change is squeezed
    plain, other = as_it_is(case), read(after.encode(), **visit)
    assert without_spaces(other.updates) == without_spaces(plain.updates)
    assert (other.live, other.state, other.window) == (plain.live, plain.state, plain.window)
    assert (other.headline, other.standfirst, other.warnings) == (plain.headline, plain.standfirst, plain.warnings)


@pytest.mark.parametrize("case", TEXTS, ids=lambda c: c.name)
def test_the_frame_of_a_page_twice_adds_no_update(case: Path) -> None:
    page, visit = case_text(case), visit_of(case)
    header, footer = re.search("<header class=.*?</header>", page), re.search("<footer.*?</footer>", page)
    assert header is not None
    assert footer is not None
    twice = page.replace(header[0], header[0] * 2).replace(footer[0], footer[0] * 2)

    assert read(twice.encode(), **visit).updates == as_it_is(case).updates


@dataclass(frozen=True, slots=True)
class Records:
    """The tree of a page and the elements of its updates."""

    root: lxml_html.HtmlElement
    nodes: list[lxml_html.HtmlElement]


def records(case: Path) -> Records | None:
    """None where the updates are no children of one element, or are also listed elsewhere."""
    texts = [u.get("text") for u in json.loads((case / "expected.json").read_text("utf-8")).get("updates", ())]
    page = case_text(case)
    if len(texts) < 4 or not all(texts) or "ld+json" in page:
        return None
    root = lxml_html.document_fromstring(page.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
    for parent in root.iter("div", "ul", "ol", "section"):
        nodes = [n for t in texts for n in parent if t in n.text_content()]
        if len(nodes) == len(texts) == len(set(nodes)):
            return Records(root, nodes)
    return None


SEVERAL = ("pinned-twice", "chinese-clocks-and-a-pinned-copy", "cells-of-a-grid")  # elements for one update
DELETABLE = [c for c in TEXTS if c.name not in SEVERAL and records(c)]


def test_many_pages_have_entries_that_can_be_deleted() -> None:
    assert len(DELETABLE) >= 12


@pytest.mark.parametrize("gone", [0, 1, 3])
@pytest.mark.parametrize("case", DELETABLE, ids=lambda c: c.name)
def test_an_entry_taken_out_of_a_page_takes_exactly_its_update_away(case: Path, gone: int) -> None:
    held, visit = records(case), visit_of(case)
    assert held is not None
    whole = told(as_it_is(case).updates)
    held.nodes[gone].drop_tree()

    rest = told(read(lxml_html.tostring(held.root, encoding="utf-8"), **visit).updates)
    assert rest == whole[:gone] + whole[gone + 1 :]
