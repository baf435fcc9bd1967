"""Pages that are well sent and mean harm, or are only made badly."""

from __future__ import annotations

from datetime import timedelta

from tests.servers.raw_http import page

from .answers import DAY, START, entry, live, of_entries
from .case import UNCHANGED, VERSION, Case

FOUR = (4, 3, 2, 1)
LEVELS = 100_000


def _page(row: str, name: str, body: bytes, **more: object) -> Case:
    content_type = str(more.pop("content_type", "text/html; charset=utf-8"))
    values: dict[str, object] = {"ends": VERSION, **more}
    return Case(row=row, name=name, answer=page(body, content_type=content_type), **values)  # type: ignore[arg-type]


HUGE = [
    _page("huge-page", "updates_within_100000_open_elements_are_found", live(FOUR, top=b"<div>" * LEVELS)),
    _page("huge-page", "updates_after_100000_nested_elements_are_found",
          live(FOUR, top=b"<div>" * LEVELS + b"</div>" * LEVELS)),
    _page("huge-page", "updates_beside_a_text_of_12_mib_and_an_attribute_of_8_are_found",
          live(FOUR, top=b'<p title="' + b"x" * 8 * 2**20 + b'">' + b"word " * (12 * 2**20 // 5) + b"</p>")),
]  # fmt: skip


def _ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


JSON_LD = [
    _page("json-ld", f"json_ld_that_is_{name}_costs_nothing", live(FOUR, head=_ld(text)))
    for name, text in {
        "broken_off": '{"@type":"LiveBlogPosting","liveBlogUpdate":[{"headline":"a"',
        "100000_arrays_deep": "[" * LEVELS,
        "100000_objects_deep": '{"liveBlogUpdate":' * LEVELS + "1" + "}" * LEVELS,
        "of_wrong_types": '{"@type":["LiveBlogPosting",{}],"headline":{"a":1},"liveBlogUpdate":[1,null,"x",'
        '{"@type":5,"datePublished":99,"author":[[1]],"url":"http://[x","articleBody":["q"]},[{}]]}',
        "a_number_without_end": '{"@type":"LiveBlogPosting","liveBlogUpdate":' + "9" * 10_000 + "}",
        "not_a_number": '{"@type":"LiveBlogPosting","liveBlogUpdate":[NaN,Infinity]}',
    }.items()
]


def _stamped(stamp: str) -> bytes:
    return of_entries(entry(4, stamp=stamp), *(entry(n) for n in (3, 2, 1)))


def _on(day: str, *clocks: str) -> bytes:
    return of_entries(*(entry(n, stamp=f"{day}T{clocks[n - 1]}") for n in range(len(clocks), 0, -1)))


def _hours(name: str, day: str, *clocks: str) -> Case:
    return _page("entry-times", f"an_update_in_{name}_is_kept", _on(day, *clocks), first=page(_on(day, *clocks[:3])))


TIMES = [
    *(
        _page("entry-times", f"an_update_dated_{name}_is_kept_and_drops_no_other", _stamped(stamp))
        for name, stamp in {
            "without_zone": f"{DAY}T06:04:00",
            "in_milliseconds": str(int((START + timedelta(minutes=4)).timestamp() * 1000)),
            "2999": "2999-01-01T00:00:00Z",
            "2001": "2001-01-01T00:00:00Z",
            "0001": "0001-01-01T00:00:00Z",
            "12026": "12026-11-26T06:04:00Z",
            "not_at_all": "",
            "by_garbage": "yesterday-ish",
            "as_infinity": "1e999",
        }.items()
    ),
    _hours("a_doubled_hour", "2025-10-26", "01:30:00+01:00", "02:30:00+02:00", "02:30:00+01:00", "03:30:00+01:00"),
    _hours("a_missing_hour", "2025-03-30", "01:30:00", "01:59:00", "02:30:00", "03:30:00"),
]

DOUBLED = [
    _page("doubled-entries", "two_updates_with_one_id_are_both_kept",
          of_entries(entry(4, name="update-3"), *(entry(n) for n in (3, 2, 1)))),
    _page("doubled-entries", "new_ids_for_equal_texts_are_no_change", ends=UNCHANGED,
          body=of_entries(*(entry(n, name=f"block-{n * 7919}") for n in (3, 2, 1)))),
]  # fmt: skip

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"
ESCAPED = EVIL.replace("<", "&lt;")
SCRIPTS = [
    _page("scripts", "a_script_in_an_updates_text_is_text", of_entries(
        entry(4, text=f"Report 4 {EVIL} <a href='javascript:alert(3)'>here</a> {ESCAPED} and no more of it."),
        *(entry(n) for n in (3, 2, 1)))),
    _page("scripts", "a_script_in_an_id_is_text", of_entries(
        entry(4, name="x'onmouseover=alert(1) y=&quot;&lt;script&gt;"), *(entry(n) for n in (3, 2, 1)))),
]  # fmt: skip

DTD = (
    b'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY a0 "lol">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]>"
)
ENTITIES = [
    _page("xml-entities", f"xhtml_with_{name}_reads_no_file_and_stays_small", content_type="application/xhtml+xml",
          body=DTD + live(FOUR, top=b"<p>&%s;</p>" % which).partition(b">")[2])
    for name, which in {"an_external_entity": b"file", "a_billion_laughs": b"a11"}.items()
]  # fmt: skip

ENDLESS_PAGES = [
    # Its answer is kept anew each time, so that the visit is no revisit though the page says the same.
    _page("endless-pages", "a_next_page_that_shows_the_same_is_followed_no_further",
          live(FOUR, head='<link rel="next" href="?page=2">', end=b'<a rel="next" href="?page=2">Older</a>'),
          again_ends=("archived", None, "unchanged"), hits=None),
]  # fmt: skip

CASES = [*HUGE, *JSON_LD, *TIMES, *DOUBLED, *SCRIPTS, *ENTITIES, *ENDLESS_PAGES]
