"""Of which day and where: what a small newsroom's page says of that, and what it leaves open."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pipelines.extract import extract
from pipelines.model import Version

from .test_made_by_hand import CLOCKS, TEXTS, clocks, read, texts

AT = datetime(2026, 2, 3, 13, 50, tzinfo=UTC)
LINES = "".join(f"<h3>{clock} Title</h3><p>{text}</p>" for clock, text in zip(CLOCKS, TEXTS, strict=True))
RISING = "".join(f"<h3>{c} Title</h3><p>{t}</p>" for c, t in zip(CLOCKS[::-1], TEXTS[::-1], strict=True))


def told(body: str, *, head: str = "", lang: str = "", title: str = "Storm", at: datetime = AT) -> Version:
    """Of a page that does not announce itself."""
    page = f'<html{lang and f" lang={lang}"}><title>{title}</title>{head}<body>{body}</body></html>'
    found = extract(page.encode(), url="https://fm.example.org/n/17", at=at, profiles=())
    assert isinstance(found, Version)
    return found


def days(version: Version) -> set[date]:
    return {update.published.date() for update in version.updates if update.published}


def test_where_no_zone_is_known_the_day_that_is_printed_counts_though_its_clocks_are_ahead_of_the_fetch() -> None:
    kept = "<p>We write as it happens, newest first.</p>"
    found = told(f"<h1>Storm</h1><p>3 February 2026</p>{kept}{LINES}")

    assert clocks(found) == list(CLOCKS)
    assert days(found) == {date(2026, 2, 3)}


def test_a_line_may_begin_with_the_day() -> None:
    lead = "Tuesday 3 February 2026. Two of us are at the harbour and tell what we see, as long as the net holds."
    late = (("15:10", 0), ("18:40", 1), ("23:35", 2), ("02:10", 3), ("07:30", 4))
    lines = "".join(f"<h3>{clock} Title</h3><p>{TEXTS[n]}</p>" for clock, n in late)
    page = f"<h1>Live: storm</h1><p>{lead}</p>{lines}"
    found = told(page, title="Live: storm", at=datetime(2026, 2, 4, 7, 4, tzinfo=UTC))

    assert [f"{u.published:%d %H:%M}" for u in found.updates if u.published] == [
        "03 15:10", "03 18:40", "03 23:35", "04 02:10", "04 07:30",
    ]  # fmt: skip


def test_a_post_may_be_marked_with_when_it_began_and_when_it_was_changed() -> None:
    marks = (
        '<p>Posted <time class="entry-date published" datetime="2026-02-03T10:21:00+01:00">3 February 2026</time>'
        '<time class="updated" datetime="2026-02-03T14:41:00+01:00">3 February 2026</time></p>'
    )
    called = LINES.replace("<h3>", "<h3>Update ").replace(" Title", "")
    found = told(f'<div class="right-sidebar"><h1>Storm</h1>{marks}{called}</div>')

    assert (found.datePublished, found.dateModified) == (
        datetime(2026, 2, 3, 9, 21, tzinfo=UTC), datetime(2026, 2, 3, 13, 41, tzinfo=UTC),
    )  # fmt: skip
    assert clocks(found) == ["13:40", "12:05", "11:31", "10:15", "09:20"]  # in UTC


def test_each_day_may_lie_deep_in_a_box_of_its_own() -> None:
    def box(day: str, lines: str) -> str:
        deep = f"<div><div><div><div><h2>{day}</h2>{lines}</div></div></div></div>"
        return f'<section>{deep}</section>'

    rows = [f'<p class="line"><b>{c}</b> – {t}</p>' for c, t in zip(CLOCKS, TEXTS, strict=True)]
    found = read(box("Tuesday, 3 February", rows[0]) + box("Monday, 2 February", "".join(rows[1:])))

    assert texts(found) == list(TEXTS)
    assert [u.published and u.published.day for u in found.updates] == [3, 2, 2, 2, 2]


def test_the_time_of_a_record_may_be_a_link_in_an_aside() -> None:
    rows = "".join(
        f'<article class="entry" id="e{n}"><aside class="at"><a href="/live/x#e{n}"><span>{n + 1} h ago</span>'
        f"<span>{clock}</span></a></aside><div><p>{text}</p></div></article>"
        for n, (clock, text) in enumerate(zip(CLOCKS, TEXTS, strict=True))
    )
    found = read(f"<div>{rows}</div>")

    assert (texts(found), clocks(found)) == (list(TEXTS), list(CLOCKS))


def test_a_box_that_leads_to_another_story_has_that_storys_time() -> None:
    rows = "".join(
        f'<article class="entry" id="e{n}"><p>{text}</p>'
        f'<aside><a href="/other/{n}">What the harbour is for</a> <span>{clock}</span></aside></article>'
        for n, (clock, text) in enumerate(zip(CLOCKS, TEXTS, strict=True))
    )

    assert clocks(read(f"<div>{rows}</div>")) == []


CHANGED = '<meta property="article:modified_time" content="2026-02-03T{0}:00+00:00">'
BEGUN = '<meta property="article:published_time" content="2026-02-03T{0}:00+00:00">'


@pytest.mark.parametrize("changed", ["13:41", "14:45"])
def test_a_page_that_was_never_changed_since_it_was_published_is_dated_no_later_than_its_newest_update(
    changed: str,
) -> None:
    head = CHANGED.format(changed) + BEGUN.format("10:18")
    at = datetime(2026, 2, 3, 15, 0, tzinfo=UTC)
    page = f"<h1>A night in the bakery</h1>{RISING.replace('14:40', '14:00')}"

    assert len(told(page, head=head, at=at).updates) == 5
    assert len(told(page, head=CHANGED.format(changed) + BEGUN.format(changed), at=at).updates) == 5 * (changed > "14")


@pytest.mark.parametrize(("day", "live"), [("3 February 2026", True), ("30 January 2026", False)])
def test_the_day_in_the_headline_is_that_of_the_clocks_or_it_is_another_kind_of_page(day: str, live: bool) -> None:
    head = CHANGED.format("14:43") + BEGUN.format("10:18")
    title = f"The council's meeting of {day}"
    found = told(f"<h1>{title}</h1>{RISING}", head=head, title=title, at=datetime(2026, 2, 3, 15, 0, tzinfo=UTC))

    assert bool(found.updates) == live


ROUND = ("06:00", "07:30", "09:05", "10:00", "11:15", "12:30", "13:30", "14:00")


@pytest.mark.parametrize("falls", [False, True])
def test_clocks_that_are_round_but_for_one_are_a_programme_unless_the_newest_stands_first(falls: bool) -> None:
    lines = [f"<h3>{clock} Title</h3><p>{TEXTS[n % 5]}</p>" for n, clock in enumerate(ROUND)]
    head = CHANGED.format("14:03") + BEGUN.format("05:58")
    found = told(f"<h1>Storm</h1>{''.join(lines[:: -1 if falls else 1])}", head=head)

    assert bool(found.updates) == falls


@pytest.mark.parametrize(
    "page",
    [
        "<title>Live: storm</title>{}<main><h1>Live: storm</h1>{}</main>",
        "<!doctype html><title>Live: storm</title>{}<article><h1>Live: storm</h1></article>{}",
        "<html><head><title>Live: storm</title>{}<section><h1>Live: storm</h1>{}</section></html>",
    ],
)
def test_a_page_may_leave_out_where_its_head_ends(page: str) -> None:
    html = page.format('<meta name="author" content="Ann Reed">', LINES)
    found = extract(html.encode(), url="https://fm.example.org/live-storm", at=AT, profiles=())

    assert isinstance(found, Version)
    assert found.headline == "Live: storm"
    assert texts(found) == list(TEXTS)


def test_the_headline_says_of_which_day_clocks_are_that_fall_and_of_no_others() -> None:
    title = "The day of the election: Tuesday, 3 February 2026"

    assert days(told(f"<h1>{title}</h1>{LINES}", lang="de", title=title)) == {date(2026, 2, 3)}
    assert told(f"<h1>{title}</h1>{RISING}", lang="de", title=title).updates == ()


def test_a_zone_is_told_by_a_time_element_that_says_what_the_head_says_in_utc() -> None:
    head = BEGUN.format("11:36") + CHANGED.format("18:44")
    body = f'<h1>Live: storm</h1><div><time datetime="2026-02-03T07:36:00-04:00">3 February</time></div>{LINES}'
    found = told(body, head=head, lang="es", title="Live: storm", at=datetime(2026, 2, 3, 19, 0, tzinfo=UTC))

    assert clocks(found) == ["18:40", "17:05", "16:31", "15:15", "14:20"]


def test_a_day_above_all_of_them_is_that_of_the_first_where_they_rise_over_midnight() -> None:
    late = ("21:10", "22:40", "23:35", "02:10", "07:30")
    rows = "".join(f"<div class=e><p>{t}</p><span>Posted {c}</span></div>" for c, t in zip(late, TEXTS, strict=True))
    body = f"<h1>Live: storm</h1><section><h2>Tuesday, 3 February 2026</h2><div>{rows}</div></section>"
    found = told(body, title="Live: storm", lang="en-GB", at=datetime(2026, 2, 4, 9, 4, tzinfo=UTC))

    assert [f"{u.published:%d %H:%M}" for u in found.updates if u.published] == [
        "03 21:10", "03 22:40", "03 23:35", "04 02:10", "04 07:30",
    ]  # fmt: skip


def test_a_tip_says_when_where_the_words_that_are_shown_are_not_known() -> None:
    rows = "".join(
        f'<div class="e"><span title="3. 2. 2026 ob {c}">pred {n} urama</span><p>{t}</p></div>'
        for n, (c, t) in enumerate(zip(CLOCKS, TEXTS, strict=True), 2)
    )

    assert clocks(read(f"<div>{rows}</div>", lang="sl")) == ["13:40", "12:05", "11:31", "10:15", "09:20"]


def test_posts_that_stand_whole_and_have_a_page_of_their_own_are_updates_of_a_page_that_says_it_goes_on() -> None:
    rows = "".join(
        f'<article class="node"><h3><a href="/node/{n}">Title {n}</a></h3>'
        f'<time datetime="2026-02-03T{c}:00Z">{c}</time><p>{t} {t}</p><p>{TEXTS[n - 1]}</p></article>'
        for n, (c, t) in enumerate(zip(CLOCKS, TEXTS, strict=True))
    )
    lead = "<p>We keep you posted on this page, newest first.</p>"

    assert len(told(f"<h1>Storm</h1>{lead}<div>{rows}</div>", lang="en").updates) == 5
    assert told(f"<h1>News</h1><div>{rows}</div>", lang="en").updates == ()
