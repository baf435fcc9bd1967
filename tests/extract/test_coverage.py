"""Signs on the page that its coverage has ended, where it says that it goes on, and how much of it was understood."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from pipelines.diff import changes
from pipelines.extract import extract
from pipelines.face import version_line
from pipelines.model import Version

URL = "https://www.estuarypost.example/live/storm"
AT = datetime(2026, 3, 3, 22, tzinfo=UTC)
TEXTS = (
    "Firefighters have pumped out thirty-one cellars since the morning; nobody has been hurt so far.",
    "The weather service raises its warning for the estuary to the second-highest level until midnight.",
    "A plane tree has come down across Castle Street, and buses are taking the ring road until further notice.",
)


def page(*, newest: str = "", title: str = "Storm live", above: str = "", below: str = "", head: str = "") -> Version:
    entries = [newest or f"<p>{TEXTS[0]}</p>", *(f"<p>{t}</p>" for t in TEXTS[1:])]
    listed = "".join(
        f'<article id="n{9 - i}"><time datetime="2026-03-03T1{5 - i}:42:00Z">1{5 - i}:42</time>{e}</article>'
        for i, e in enumerate(entries)
    )
    html = (
        f"<html lang=en><head><title>{title}</title><meta property='og:title' content='{title}'>{head}</head><body>"
        f"<main><h1>{title}</h1>{above}<div>{listed}</div>{below}</main></body></html>"
    )
    version = extract(html.encode(), url=URL, at=AT)
    assert isinstance(version, Version)
    assert len(version.updates) == 3
    return version


@pytest.mark.parametrize(
    ("made", "vote"),
    [
        ({"above": "<p>Ce direct est terminé.</p>"}, "strong: the page says so"),
        ({"above": "<p>ライブ更新は終了しました</p>"}, "strong: the page says so"),
        ({"head": '<script>var s = {"isLive":false};</script>'}, "strong: the page's data say so (isLive false)"),
        ({"head": '<script>liveblog_settings = {"key":"a","state":"archive"};</script>'},
         "strong: the page's data say so (liveblog_settings: archive)"),
        ({"head": '<script type="application/json">{"blog_status":"closed"}</script>'},
         "strong: the page's data say so (blog_status closed)"),
        ({"below": "<amp-live-list id=a disabled></amp-live-list>"}, "strong: amp-live-list is disabled"),
    ],
)  # fmt: skip
def test_one_strong_sign_ends_the_coverage(made: dict[str, str], vote: str) -> None:
    version = page(**made)

    assert version.state == "ended"
    assert vote in version.state_votes
    assert f"ended: {vote.removeprefix('strong: ')}" in version.warnings


@pytest.mark.parametrize(
    ("made", "votes"),
    [
        ({"title": "Storm live: as it happened"}, ("medium: the headline looks back",)),
        ({"newest": "<p>We are logging off for the night, and will be back with the first ferry.</p>"},
         ("weak: the newest update signs off",)),
        ({"newest": "<p>Wir beenden diesen Liveticker für heute, vielen Dank für das Interesse am Sturm.</p>"},
         ("weak: the newest update signs off",)),
        # two weak ones: systems fill in an end, and people sign off for today
        ({"newest": "<p>We are logging off for the night, and will be back with the first ferry.</p>",
          "head": '<meta itemprop="coverageEndTime" content="2026-03-03T21:00:00Z">'},
         ("weak: coverageEndTime is past", "weak: the newest update signs off")),
        # of other stories beside it, some live
        ({"head": '<script>[{"isLive":false},{"isLive":true},{"isLive":false}]</script>'}, ()),
        ({}, ()),
    ],
)  # fmt: skip
def test_signs_that_are_not_enough_are_kept_and_end_nothing(made: dict[str, str], votes: tuple[str, ...]) -> None:
    version = page(**made)

    assert version.state == "live"
    assert version.state_votes == votes


def test_a_headline_that_looks_back_and_a_weak_sign_end_it() -> None:
    version = page(title="Storm live: as it happened", newest="<p>That is all for now from the quay, good night.</p>")

    assert version.state == "ended"


def test_an_end_is_taken_back_when_the_page_says_so_no_more() -> None:
    ended, again = page(above="<p>This live blog has ended.</p>"), page()

    assert [c.type for c in changes(page(), ended)] == ["coverage_ended"]
    assert [c.type for c in changes(ended, again)] == ["coverage_started"]


@pytest.mark.parametrize(
    "notice",
    [
        '<p>Our live coverage continues <a href="/live/storm-wednesday">here</a>.</p>',
        '<p>Follow our <a href="/live/storm-wednesday">new live blog</a> for the latest.</p>',
        '<p>Hier geht es im <a href="/live/storm-wednesday">Liveticker vom Mittwoch</a> weiter.</p>',
        '<p>La suite du direct, <a href="/live/storm-wednesday">c’est par ici</a>.</p>',
        '<p>La cobertura sigue <a href="/live/storm-wednesday">aquí</a>.</p>',
        '<p>La diretta continua <a href="/live/storm-wednesday">qui</a>.</p>',
        '<p>ライブの続きは<a href="/live/storm-wednesday">こちら</a></p>',
    ],
)
@pytest.mark.parametrize("where", ["newest", "above"])
def test_the_page_that_coverage_continues_at_is_recorded(notice: str, where: str) -> None:
    version = page(**{where: notice})

    assert version.continued_at == "https://www.estuarypost.example/live/storm-wednesday"
    told = [(c.type, c.new) for c in changes(page(), version)]
    assert ("continued", version.continued_at) in told


@pytest.mark.parametrize(
    "made",
    [
        {"newest": '<p>Our live coverage continues <a href="https://elsewhere.example/live">here</a>.</p>'},
        {"newest": '<p>Our live coverage continues <a href="#n8">below</a>, with more from the north bank.</p>'},
        {"newest": '<p>Our live coverage continues <a href="/">on the front page</a>, and in the evening.</p>'},
        {"newest": '<p>More on the ferries <a href="/news/ferries">here</a>, by our harbour correspondent.</p>'},
        {"below": '<aside><p>Follow our new live blog <a href="/live/cricket">here</a></p></aside>'},
    ],
)
def test_other_links_lead_nowhere_else(made: dict[str, str]) -> None:
    assert page(**made).continued_at is None


def test_letters_outside_the_updates_and_beyond_the_page_are_counted() -> None:
    whole = page()
    lead = "<p>Ferries, trees and cellars: all that is known about the storm, from the desk at the quay.</p>"
    more = "".join(f"<p>The history of the quay, part {i}: {t} And so it was in the year of the ice.</p>"
                   for i, t in enumerate(TEXTS))  # fmt: skip
    longer = page(above=lead, below=f"<section><h2>How it began</h2>{more}</section>")

    assert whole.uncovered == 0
    assert longer.uncovered is not None
    assert longer.uncovered > 150
    assert whole.extra is not None
    assert whole.extra <= 30
    assert "uncovered" not in version_line(whole)
    assert version_line(whole, explain=True)["uncovered"] == 0


def test_a_time_of_creation_is_kept_apart_from_that_of_publication() -> None:
    entry = {"@type": "BlogPosting", "url": "#n9", "datePublished": "2026-03-03T15:42:00Z",
             "dateCreated": "2026-03-03T14:02:00Z", "articleBody": TEXTS[0]}  # fmt: skip
    said = json.dumps({"@type": "LiveBlogPosting", "liveBlogUpdate": [entry]})
    head = f'<script type="application/ld+json">{said}</script>'
    first = page(head=head).updates[0]

    assert first.published == datetime(2026, 3, 3, 15, 42, tzinfo=UTC)
    assert first.created == datetime(2026, 3, 3, 14, 2, tzinfo=UTC)
    assert page().updates[0].created is None


@pytest.mark.parametrize(
    ("body", "warned"),
    [
        ('<div id="app"></div><script src="/app.js"></script>', True),
        ('<div class="c-liveblog c-liveblog--wide"> <!-- filled later --></div><script>start()</script>', True),
        ('<div id="app"><p>The storm is over.</p></div><script src="/app.js"></script>', False),
        ('<div id="app"></div>', False),
    ],
)
def test_a_live_page_that_a_script_has_still_to_fill_is_named_so(body: str, warned: bool) -> None:
    html = (
        f"<html><head><title>Storm: live updates</title></head><body><h1>Storm: live updates</h1>{body}</body></html>"
    )
    version = extract(html.encode(), url=URL, at=AT)

    assert isinstance(version, Version)
    assert "not_segmented" in version.warnings
    assert ("script_only" in version.warnings) is warned
