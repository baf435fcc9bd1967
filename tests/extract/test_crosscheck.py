"""A profile against the generic reader: who is believed when they differ, and what the page's version says of it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from pipelines.extract import extract
from pipelines.extract.profile import Profile
from pipelines.model import Version

AT = datetime(2026, 1, 14, 12, 30, tzinfo=UTC)
URL = "https://www.estuarypost.example/live/storm"
TEXTS = (
    "The ferry to Marrow Island stays in port until the wind drops, the harbour office says.",
    "Crews have taken away the plane tree that fell across Castle Road this morning.",
    "The weather service has raised its warning for the estuary to the second-highest step.",
    "Thirty-one cellars have been pumped dry since the morning, the fire brigade reports.",
)


def entry(number: int, css: str = "bit", minute: int | None = None) -> str:
    stated = f"2026-01-14T1{2 - number}:{30 - number if minute is None else minute:02d}:00Z"
    return (
        f'<article class="{css}" data-id="e{7000 + number}" data-sent="{1768390000 - 600 * number}">'
        f'<time datetime="{stated}">{stated[11:16]}</time><p>{TEXTS[number]}</p></article>'
    )


def page(*entries: str, more: str = "") -> bytes:
    head = "<title>Storm over the estuary: live updates</title>"
    return f"<html lang=en><head>{head}{more}</head><body><h1>Storm: live</h1>{''.join(entries)}</body></html>".encode()


def profile(verified: bool = True, **fields: object) -> Profile:
    given: dict[str, object] = {
        "name": "post", "verified": verified, "last_valid": date(2026, 12, 31), "hosts": ["estuarypost.example"],
        "entry": {
            "select": "article.bit",
            "id": {"attribute": "data-id"},
            "published": [{"select": "time", "attribute": "datetime", "form": "iso"}],
        },
    }  # fmt: skip
    return Profile.model_validate({**given, **fields})


def read(html: bytes, *profiles: Profile, url: str = URL) -> Version:
    version = extract(html, url=url, at=AT, profiles=profiles)
    assert isinstance(version, Version), version
    return version


THREE = page(*map(entry, range(3)))


def test_where_both_agree_nothing_is_said() -> None:
    assert read(THREE, profile()).warnings == ()


TWO = {"select": 'article:not([data-id="e7002"])'}
ONE = {"select": 'article[data-id="e7001"]'}


def test_a_valid_profile_that_counts_otherwise_leads_with_a_warning() -> None:
    version = read(THREE, profile(entry=TWO))

    assert [u.text for u in version.updates] == list(TEXTS[:2])
    assert version.warnings == (
        "profile:post: finds 2 updates, the generic reader 3: the site changed its markup; the profile's are taken",
    )


def test_a_profile_that_has_lost_most_of_the_page_takes_no_update_away() -> None:
    version = read(THREE, profile(entry=ONE))

    assert version.updates == read(THREE).updates
    assert version.warnings == (
        "profile:post: finds 1 updates, the generic reader 3: the site changed its markup; the generic reader's are "
        "taken, as the profile is too far from it",
    )


@pytest.mark.parametrize(
    ("fields", "why"),
    [({"verified": False}, "unverified"), ({"last_valid": date(2026, 1, 13)}, "valid until 2026-01-13")],
)
def test_a_doubtful_profile_that_counts_otherwise_loses_with_a_warning(fields: dict[str, object], why: str) -> None:
    version = read(THREE, profile(**fields, entry=TWO))  # type: ignore[arg-type]

    assert [u.text for u in version.updates] == list(TEXTS[:3])
    assert version.updates == read(THREE).updates
    assert version.warnings == (
        "profile:post: finds 2 updates, the generic reader 3: the site changed its markup; the generic reader's are "
        f"taken, as the profile is {why}",
    )


def test_a_profile_is_valid_on_its_last_day() -> None:
    version = read(THREE, profile(last_valid=AT.date()))

    assert {dict(u.provenance)["text"] for u in version.updates} == {"profile:post"}


def test_a_profile_that_finds_nothing_leaves_the_page_to_the_generic_reader() -> None:
    version = read(THREE, profile(entry={"select": "article.gone"}))

    assert version.updates == read(THREE).updates
    assert version.warnings == ("profile:post: finds no updates, the generic reader 3: the site changed its markup",)


def test_an_ordinary_page_of_a_known_site_is_no_changed_markup() -> None:
    version = read(page("<p>One article about a storm, with one paragraph and no updates at all.</p>"), profile())

    assert version.updates == ()
    assert not any("profile" in w for w in version.warnings)


def test_a_profile_that_finds_what_the_generic_reader_cannot_see_is_heard_only_if_verified() -> None:
    html = page(f'<div class="bit" data-id="e1"><p>{TEXTS[0]}</p></div>')
    one = {"select": "div.bit", "id": {"attribute": "data-id"}}

    assert [u.id for u in read(html, profile(entry=one)).updates] == ["e1"]
    assert read(html, profile(verified=False, entry=one)).updates == ()


def test_times_that_differ_are_the_valid_profiles_and_the_other_is_named() -> None:
    sent = {"select": "article.bit", "published": [{"attribute": "data-sent", "form": "epoch"}]}
    first = read(THREE, profile(entry=sent)).updates[0]

    assert first.published == datetime.fromtimestamp(1768390000, UTC)
    assert dict(first.provenance)["published not taken"] == "records: 2026-01-14T12:30:00Z"


def test_times_of_an_unverified_profile_lose_with_a_warning() -> None:
    sent = {"select": "article.bit", "published": [{"attribute": "data-sent", "form": "epoch"}]}
    version = read(THREE, profile(verified=False, entry=sent))

    assert [u.published for u in version.updates] == [u.published for u in read(THREE).updates]
    assert version.warnings == (
        "profile:post: another published in 3 of 3 updates; the generic reader's are taken, as the profile is "
        "unverified",
    )


def test_profiles_of_other_hosts_and_other_markers_are_not_asked() -> None:
    marked = profile(marker={"source": "data-platform", "select": "div[data-platform]"})

    assert dict(read(THREE, marked).updates[0].provenance)["text"] == "records"
    other = read(THREE, profile(), url="https://estuarypost.example.org/live")
    assert dict(other.updates[0].provenance)["text"] == "records"


def test_embedded_data_adds_what_the_page_does_not_show() -> None:
    state = (
        "<script>window.STORY = {posts: 1};</script><script>window.DATA = "
        '{"feed": {"posts": [{"key": "e7000", "by": "Ada Quill"}, {"key": "e7001"}, {"key": "e7002"},'
        f'{{"key": "e7003", "at": 1768380000000, "words": "<p>{TEXTS[3]}</p>"}}]}}}};</script>'
    )
    reads = {"variable": "window.DATA", "entries": "feed.posts", "id": "key", "authors": "by", "text": "words",
             "published": [{"path": "at", "form": "epoch"}]}  # fmt: skip
    version = read(page(*map(entry, range(3)), more=state), profile(entry=None, state=reads))

    assert [u.id for u in version.updates] == ["e7000", "e7001", "e7002", "e7003"]
    assert version.updates[0].authors == ("Ada Quill",)
    assert (version.updates[3].text, version.updates[3].published) == (
        TEXTS[3], datetime.fromtimestamp(1768380000, UTC),
    )  # fmt: skip
    assert version.warnings == (
        "profile:post: finds 4 updates, the generic reader 3: the site changed its markup; both are taken",
    )


@pytest.mark.parametrize("data", ["{'posts': 1}", "[" * 100_000, '{"feed": {"posts": [', "", "undefined"])
@pytest.mark.parametrize("path", ["feed.posts", "**.posts"])
def test_embedded_data_that_is_no_json_is_said_and_the_page_is_read(data: str, path: str) -> None:
    reads = {"variable": "window.DATA", "entries": path}
    html = page(*map(entry, range(3)), more=f"<script>window.DATA = {data};</script>")
    version = read(html, profile(entry=None, state=reads))

    assert version.updates == read(html).updates
    assert version.warnings == ("profile:post: the page's own data is not valid JSON",)


@pytest.mark.parametrize(
    "data",
    [
        '{"feed": {"posts": [{"key": "e7000"},],},}; window.more = 1',
        '{"feed": {"by": undefined, "posts": [{"key": "e7000", "by": undefined}]}}',
        'JSON.parse("{\\"feed\\": {\\"posts\\": [{\\"key\\": \\"e7000\\"}]}}")',
        '{"feed": {"posts": [{"key": "e7000", "line": "two\tand\nthree"}]}}',
    ],
)
def test_embedded_data_is_read_as_scripts_write_it(data: str) -> None:
    reads = {"variable": "window.DATA", "entries": "feed.posts", "id": "key"}
    html = page(f"<script>window.DATA = {data}</script><p>The updates come by script.</p>")

    assert [u.id for u in read(html, profile(entry=None, state=reads)).updates] == ["e7000"]


def test_style_sheets_in_embedded_text_are_not_said() -> None:
    said = "<style>.a { color: red }</style>One lane is open.<SCRIPT>go()</SCRIPT><p>Both later.</p><style>" * 2
    words = json.dumps(said).replace("</", "<\\/")  # as pages write it, so that the script does not end there
    state = f'<script>window.DATA = {{"posts": [{{"key": "e1", "words": {words}}}]}}</script>'
    reads = {"variable": "window.DATA", "entries": "posts", "id": "key", "text": "words"}
    (update,) = read(page(state, "<p>By script.</p>"), profile(entry=None, state=reads)).updates

    assert update.text == "One lane is open. Both later.\nOne lane is open. Both later."


@pytest.mark.parametrize("data", ['{"feed": {"posts": [1, "x"]}}', '{"feed": []}', '{"feed": {"posts": {}}}', "7"])
def test_embedded_data_of_another_shape_holds_no_updates(data: str) -> None:
    reads = {"variable": "window.DATA", "entries": "feed.posts", "id": "key"}
    html = page(*map(entry, range(3)), more=f"<script>window.DATA = {data};</script>")
    version = read(html, profile(entry=None, state=reads))

    assert [u.text for u in version.updates] == list(TEXTS[:3])


def test_a_page_nested_deeper_than_pages_are_is_not_given_to_selectors() -> None:
    deep = "<div>" * 150 + "</div>" * 150
    version = read(page(*map(entry, range(3)), deep), profile())

    assert len(version.updates) == 3
    assert version.warnings == ("profile:post: the page is nested too deeply; not used",)


def test_an_entry_within_an_entry_is_part_of_it() -> None:
    inner = '<article class="bit"><p>Quoted within.</p></article>'
    html = page(entry(0), entry(1).replace("</article>", inner + "</article>"), entry(2))

    assert [u.id for u in read(html, profile()).updates] == ["e7000", "e7001", "e7002"]


def test_the_window_is_what_the_profile_knows_of_it() -> None:
    signs = {"page": {"select": "b.at", "pattern": r"^(\d+) /"}, "pages": {"select": "b.at", "pattern": r"/ (\d+)$"},
             "older": "a.back"}  # fmt: skip
    html = page(*map(entry, range(3)), '<b class="at">2 / 5</b><a class="back" href="?p=3">»</a>')
    window = read(html, profile(window=signs)).window

    assert (window.page, window.pages, window.complete) == (2, 5, False)
    assert read(html, profile()).window.complete
