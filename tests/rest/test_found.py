"""What else there is of a page is found in the page, and only that."""

from __future__ import annotations

import pytest

from pipelines.extract import look
from pipelines.model import Version
from tests.rest import pages

URL = "https://www.estuary.example/live/storm"
THREE = "".join(pages.entry(n) for n in (9, 8, 7))


def asked(html: bytes, url: str = URL, first: str | None = None) -> tuple[str, str] | None:
    more = look(html, url=url, at=pages.AT, first=first).rest.next
    return (more.kind, more.url) if more else None


@pytest.mark.parametrize(
    ("pager", "expected"),
    [
        ('<a rel="next" href="?page=2">2</a>', "?page=2"),
        ('<a href="/live/storm/page/2/">Older updates</a>', "/page/2/"),
        ('<a href="?page=with:block-64ab#block-64ab">Older</a>', "?page=with:block-64ab"),
        ('<span>Page 1 of 4</span> <a href="?seite=1">1</a> <a href="?seite=2">2</a> <a href="?seite=4">4</a>',
         "?seite=2"),
        ('<a href="?p=2"><span>Ältere Beiträge</span> »</a>', "?p=2"),
        ('<button data-url="/live/storm?offset=10">Load more</button>', "?offset=10"),
        ('<a href="/live/storm/2">次のページ</a>', "/2"),
        ('<a rel="next" href="//?page=2">a template without its host</a>', "?page=2"),
        ('<a rel="next" href="/live/sto\nrm?page=2">broken in two</a>', "?page=2"),
        ('<a rel="next" href="/elsewhere/../live/storm?page=2">2</a>', "?page=2"),
    ],
)  # fmt: skip
def test_older_pages_are_found_by_what_leads_to_them(pager: str, expected: str) -> None:
    assert asked(pages.html(THREE, pager=pager)) == ("older", URL + expected)


@pytest.mark.parametrize(
    "pager",
    [
        '<a rel="next" href="/live/flood">Next story</a>',
        '<a rel="next" href="https://other.example/live/storm?page=2">2</a>',
        '<a href="/live/storm?share=mail">Share this</a>',
        '<a href="#older">Older</a>',
        '<a href="javascript:more()">Load more</a>',
        '<a href="/live/2026/01/13">Older</a>',
        '<a rel="next" href="http://[::1">Older</a>',
    ],
)
def test_what_leads_elsewhere_is_no_older_page(pager: str) -> None:
    assert asked(pages.html(THREE, pager=pager)) is None


def test_the_last_page_leads_to_none() -> None:
    last = pages.paged(range(9, 0, -1), 3, 3)

    assert asked(last, URL + "?page=3", first=URL) is None


def test_previous_on_a_later_page_does_not_lead_back() -> None:
    pager = '<a href="?page=1">Previous</a> <a href="?page=3">Next</a>'

    assert asked(pages.html(THREE, pager=pager), URL + "?page=2", first=URL) == ("older", URL + "?page=3")


def test_an_ordinary_article_has_no_older_pages() -> None:
    article = pages.html("<p>" + pages.text(3) * 8 + "</p>", pager='<a rel="next" href="?page=2">Older</a>')

    assert asked(article) is None


def test_script_only_wordpress_pages_name_their_interface() -> None:
    page = pages.wordpress("https://www.estuary.example/wp-json/liveblog/v1/901/", 9)
    first = (
        f"https://www.estuary.example/wp-json/liveblog/v1/901/get-entries/1/50009-{int(pages.moment(9).timestamp())}"
    )

    assert asked(page) == ("feed", first)
    assert asked(pages.wordpress_answer([9, 8], 1, 2, 4), first, first=URL) == ("feed", first.replace("/1/5", "/2/5"))
    assert asked(pages.wordpress_answer([7, 6], 2, 2, 4), first.replace("/1/5", "/2/5"), first=URL) is None


def test_rendered_wordpress_pages_go_on_with_what_is_older_than_the_last_they_show() -> None:
    stamp = {n: int(pages.moment(n).timestamp()) for n in (9, 8, 7, 6)}
    entries = "".join(
        f'<div id="liveblog-entry-{50000 + n}" data-timestamp="{stamp[n]}"><div class="liveblog-entry-text">'
        f"<p>{pages.text(n)}</p></div></div>" for n in (9, 8)
    )  # fmt: skip
    script = '<script>var liveblog_settings = {"endpoint_url": "/live/storm/liveblog/", "state": "%s"};</script>'
    first = f"https://www.estuary.example/live/storm/liveblog/lazyload/{stamp[8]}/0"

    assert asked(pages.html(entries, pager=script % "enable")) == ("feed", first)
    assert asked(pages.html(entries, pager=script % "archive")) is None
    following = first.replace(str(stamp[8]), str(stamp[6]))
    assert asked(pages.wordpress_answer([7, 6], 1, 1, 4), first, first=URL) == ("feed", following)
    assert asked(b'{"entries": []}', following, first=URL) is None


def test_sourcefabric_pages_name_their_interface_and_each_answer_the_next() -> None:
    posts = "https://api.estuary.example/api/v2/client_blogs/58bfeb4c15720af1a94c1052/posts"

    assert asked(pages.sourcefabric("//api.estuary.example/", [9, 8, 7])) == ("feed", posts)
    assert asked(pages.sourcefabric_answer([9], 1, 2, 2), posts, first=URL) == ("feed", posts + "?page=2")
    assert asked(pages.sourcefabric_answer([8], 2, 2, 2), posts + "?page=2", first=URL) is None


def test_the_guardians_json_names_the_older_page() -> None:
    block = (
        '{"id": "602fd0c48f08ad21ea600275", "elements": [{"html": "<p>%s</p>"}], "blockFirstPublished": 1613747383000}'
    )
    page = (
        f'{{"blocks": [{block % pages.text(1)}], "pagination": {{"currentPage": 1, "totalPages": 2, "older": "%s"}}}}'
    )
    url = "https://www.theguardian.com/science/live/storm.json"

    assert asked((page % "?page=with:block-6030").encode(), url) == ("feed", url + "?page=with:block-6030")


def test_the_amp_twin_is_asked_where_the_page_shows_nothing_itself() -> None:
    link = '<link rel="amphtml" href="https://amp.estuary.example/live/storm">'

    assert asked(pages.html("", head=link)) == ("feed", "https://amp.estuary.example/live/storm")
    assert asked(pages.html(THREE, head=link)) is None
    assert asked(pages.html("", head=link.replace("estuary.example", "other.example"))) is None


@pytest.mark.parametrize(
    ("embed", "name"),
    [
        ('<iframe src="https://livecenter.norkon.net/frame/estuary/9"></iframe>', "Live Center"),
        ('<div data-src="https://www.tickaroo.com/embed/v4/abc"></div>', "Tickaroo"),
        ('<script src="//embed.scribblelive.com/widgets/embed.js"></script>', "ScribbleLive"),
        ('<script src="https://www.TICKA\nroo.com/embed.js"></script>', "Tickaroo"),
        ('<script async src="https://go.arena.im/public/js/arenalib.js"></script>', "Arena"),
    ],
)
def test_feeds_that_cannot_be_read_are_named(embed: str, name: str) -> None:
    version = look(pages.html(embed), url=URL, at=pages.AT).read
    mentioned = look(pages.html(f'<p><a href="https://www.{name.lower()}.com/">{name}</a></p>'), url=URL, at=pages.AT)

    assert isinstance(version, Version)
    assert f"feed_unsupported: {name}" in version.warnings
    assert mentioned.rest.unsupported == ()


def test_a_page_with_more_behind_it_is_not_complete() -> None:
    head = '<link rel="next" href="/live/storm?page=2">'
    version = look(pages.html(THREE, head=head), url=URL, at=pages.AT).read

    assert isinstance(version, Version)
    assert not version.window.complete
