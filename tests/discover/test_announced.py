"""What sitemaps, feeds and pages of links announce; whatever the bytes are, there is an answer."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.discovery import MOST, Announced, Lead, announced, ranked
from pipelines.model import Unreadable

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOME = "https://www.post.example/"


def read(data: bytes | str, url: str = HOME, kind: str | None = None) -> Announced:
    found = announced(data.encode() if isinstance(data, str) else data, url=url, at=NOW, content_type=kind)
    assert isinstance(found, Announced), found
    return found


def urlset(*entries: str) -> str:
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{''.join(entries)}</urlset>"


def entry(path: str, more: str = "") -> str:
    return f"<url><loc>{HOME}{path}</loc>{more}</url>"


def test_a_sitemap_gives_its_pages_without_those_that_are_too_old() -> None:
    old, new = NOW - timedelta(days=3), NOW - timedelta(hours=3)
    data = urlset(
        entry("a", f"<lastmod>{new.isoformat()}</lastmod>"), entry("b", f"<lastmod>{old.isoformat()}</lastmod>"),
        entry("live/c"), entry("d", "<lastmod>yesterday</lastmod>"),
    )  # fmt: skip
    leads = read(data).leads

    assert [(lead.url, lead.at, lead.hinted) for lead in leads] == [
        (HOME + "a", new, False), (HOME + "live/c", None, True), (HOME + "d", None, False),
    ]  # fmt: skip


def test_a_packed_sitemap_is_unpacked_and_a_damaged_one_is_named() -> None:
    data = gzip.compress(urlset(entry("live/a")).encode())

    assert [lead.url for lead in read(data).leads] == [HOME + "live/a"]
    assert isinstance(announced(data[:-9], url=HOME, at=NOW), Unreadable)


def test_an_index_names_news_first_and_leaves_out_what_has_not_changed_for_days() -> None:
    listed = "".join(
        f"<sitemap><loc>{HOME}{name}.xml</loc><lastmod>{(NOW - timedelta(days=age)).date()}</lastmod></sitemap>"
        for name, age in (("pages", 0), ("2019", 900), ("google-news", 1))
    )

    assert read(f"<sitemapindex>{listed}</sitemapindex>").more == (HOME + "google-news.xml", HOME + "pages.xml")


def test_a_feed_of_either_kind_gives_pages_with_title_and_time() -> None:
    rss = (
        "<rss><channel><link>https://www.post.example/</link><item><title>Flood: live updates</title>"
        "<link>https://www.post.example/flood</link><pubDate>Thu, 26 Nov 2026 09:00:00 GMT</pubDate></item>"
        "</channel></rss>"
    )
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Flood: live updates</title>'
        '<link rel="enclosure" href="/picture.jpg"/><link href="/flood"/><published>2026-01-01T00:00:00Z</published>'
        "<updated>2026-11-26T09:00:00Z</updated></entry></feed>"
    )
    for feed in (rss, atom):
        [lead] = read(feed, HOME + "feed").leads
        assert (lead.url, lead.how, lead.hinted) == (HOME + "flood", "feed", True)
        assert lead.at == NOW - timedelta(hours=3)


def test_a_page_gives_links_of_its_site_that_announce_live_pages_and_its_feeds() -> None:
    html = """<html><head><link rel="alternate" type="application/atom+xml" href="/f.xml">
    <link rel="alternate" hreflang="fr" href="/fr"></head><body><a href="news/liveblog-flood#p3">Flood</a>
    <a href="https://sport.post.example/x">Minuto a minuto</a><a href="https://other.example/live/y">Live</a>
    <a href="/about">Alive and well</a><a href="http://[">Live</a><a href="javascript:live()">Live</a><a>Live</a>"""
    found = read(html)

    assert [lead.url for lead in found.leads] == [HOME + "news/liveblog-flood", "https://sport.post.example/x"]
    assert (found.more, found.page) == ((HOME + "f.xml",), True)


def test_a_list_of_lines_is_a_sitemap_too() -> None:
    leads = read(f"{HOME}live/a\n\nnonsense\n{HOME}b\n", kind="text/plain").leads

    assert [lead.url for lead in leads] == [HOME + "live/a", HOME + "b"]


BOMB = '<!DOCTYPE x [<!ENTITY a "live"><!ENTITY b "' + "&a;" * 50 + '"><!ENTITY c "' + "&b;" * 50 + '">]>'
SECRET = '<!DOCTYPE x [<!ENTITY s SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\0\0\0", b"\xff\xfe<\0", b"<urlset>", b"<rss><item><link>" + b"x" * 100_000, b"%PDF-1.7",
        BOMB.encode() + b"<rss><item><title>&c;</title><link>https://post.example/a</link></item></rss>",
        SECRET.encode() + b"<rss><item><title>&s;</title><link>https://post.example/a</link></item></rss>",
        b"<rss>" + b"<item>" * 5_000, b"\x1f\x8bnonsense", b"<urlset><url><loc>http://[</loc></url></urlset>",
    ],
)  # fmt: skip
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    found = announced(data, url=HOME, at=NOW)

    assert isinstance(found, Announced | Unreadable)
    if isinstance(found, Announced):
        assert all("root:" not in lead.title and len(lead.title) < 1_000 for lead in found.leads)


def test_a_document_of_any_length_gives_a_bounded_number_of_leads() -> None:
    assert len(read(urlset(*(entry(f"live/{n}") for n in range(MOST + 9)))).leads) == MOST


def test_leads_come_once_a_page_what_was_asked_for_first_then_hinted_then_new() -> None:
    def lead(path: str, hours: int | None, **more: object) -> Lead:
        facts = {"how": "feed", "via": HOME, "at": None if hours is None else NOW - timedelta(hours=hours)} | more
        return Lead(url=HOME + path, **facts)  # type: ignore[arg-type]

    leads = [
        lead("old", 20), lead("new", 1), lead("live", 9, hinted=True), lead("live", 9), lead("unknown", None),
        lead("start", None, how="start"),
    ]  # fmt: skip

    assert [one.url.removeprefix(HOME) for one in ranked(leads, NOW)] == ["start", "live", "new", "old", "unknown"]
    assert ranked(leads, NOW)[1].hinted
