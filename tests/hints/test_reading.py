"""What feeds and sitemaps say of pages, also those that somebody made to do harm."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import discovery, hints, listing
from pipelines.hints import LARGEST, MOST, Document, NoDocument, read

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BASE = "https://www.example.org/feed"
RSS = b"""<rss version="2.0"><channel><title>News</title>
<item><link>https://www.example.org/a?x=1#top</link><guid isPermaLink="false">a</guid>
<pubDate>Sun, 01 Mar 2026 11:00:00 +0100</pubDate></item>
<item><guid>https://www.example.org/b</guid><pubDate>Sun, 01 Mar 2026 15:00:00 GMT</pubDate></item>
<item><guid isPermaLink="false">https://www.example.org/c</guid></item>
<item><link>/d</link></item>
</channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="https://www.example.org/feed?full"/>
<link rel="hub" href="https://hub.example.com/"/>
<entry><id>1</id><link rel="enclosure" href="/x.mp3"/><link href="/live"/><published>2026-03-01T09:00:00Z</published>
<updated>2026-03-01T11:59:00Z</updated></entry></feed>"""
NEWS = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://www.example.org/n</loc><lastmod>2026-03-01T11:30:00+00:00</lastmod>
<news:news><news:publication_date>2026-03-01T08:00:00Z</news:publication_date></news:news></url>
<url><loc>https://www.example.org/day</loc><lastmod>2026-03-01</lastmod></url></urlset>"""
INDEX = b"""<sitemapindex><sitemap><loc>https://www.example.org/s-news.xml</loc></sitemap></sitemapindex>"""
LAUGHS = b"""<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;">
<!ENTITY x SYSTEM "file:///etc/passwd">]>
<rss><channel><item><link>https://www.example.org/a</link><pubDate>&f;&x;</pubDate></item></channel></rss>"""


def found(data: bytes) -> Document:
    return read(data, url=BASE, now=NOW)


def test_an_item_of_rss_is_a_hint_for_its_link_or_its_guid_if_that_is_an_address() -> None:
    entries = found(RSS).entries

    assert [entry.url for entry in entries] == [
        "https://www.example.org/a?x=1", "https://www.example.org/b", "https://www.example.org/d",
    ]  # fmt: skip
    assert [entry.at for entry in entries] == [datetime(2026, 3, 1, 10, tzinfo=UTC), NOW, None]  # never in the future


def test_an_entry_of_atom_is_dated_by_its_last_edit_and_the_feed_names_its_hub() -> None:
    told = found(ATOM)

    assert [(entry.url, entry.at) for entry in told.entries] == [
        ("https://www.example.org/live", datetime(2026, 3, 1, 11, 59, tzinfo=UTC))
    ]
    assert (told.hub, told.topic) == ("https://hub.example.com/", "https://www.example.org/feed?full")


def test_a_news_sitemap_is_read_and_a_day_is_no_time() -> None:
    told = found(gzip.compress(NEWS))

    assert [entry.at for entry in told.entries] == [datetime(2026, 3, 1, 11, 30, tzinfo=UTC), None]
    assert [entry.stamp != "" for entry in told.entries] == [True, True]


def test_an_index_names_its_sitemaps() -> None:
    assert found(INDEX).more == ("https://www.example.org/s-news.xml",)


@pytest.mark.parametrize(
    "data",
    [b"", b"<html><body>no feed</body></html>", b"{}", b"\x1f\x8bcut", b"\x00" * 1000, b"<a/>" + b" " * LARGEST],
)
def test_what_tells_of_nothing_is_none(data: bytes) -> None:
    with pytest.raises(NoDocument):
        found(data)


def test_what_is_nested_is_read_once_and_another_feeds_times_are_not_the_entrys() -> None:
    deep = b"<item><guid>" * 100 + b"<x/>" * 200_000
    began = time.process_time()
    found(b"<rss><channel>" + deep)
    source = b"<source><updated>2026-03-01T11:00:00Z</updated></source>"
    entry = b"<entry><link href='/a'/>" + source + b"<updated>2026-03-01T08:00:00Z</updated></entry>"

    assert [one.at for one in found(b"<feed>" + entry + b"</feed>").entries] == [datetime(2026, 3, 1, 8, tzinfo=UTC)]
    assert time.process_time() - began < 10  # a bound for what would take for ever, not a measure


@pytest.mark.parametrize(
    "around", ["<sitemapindex>{}</sitemapindex>", "<urlset>{}</urlset>", "<rss><channel>{}</channel></rss>"]
)
@pytest.mark.parametrize("names", [("sitemap", "loc"), ("url", "loc"), ("item", "pubDate"), ("item", "item")])
def test_reading_takes_no_more_steps_than_it_has_elements(
    around: str, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Empty ones within one another, many times: of 250 levels each is passed through once, not once for each level."""
    steps = 0

    def counted(node: Any) -> str:
        nonlocal steps
        steps += 1
        return of(node)

    of = listing.name_of
    for module in (listing, hints, discovery):
        monkeypatch.setattr(module, "name_of", counted)
    entry, inner = names
    nested = f"<{inner}>" * 240 + f"</{inner}>" * 240
    data = around.format(f"<{entry}>{nested * 20}</{entry}>" * 10).encode()

    hints.read(data, url=BASE, now=NOW)
    discovery.announced(data, url=BASE, at=NOW)

    assert steps < 240 * 20 * 10 * 2


def test_an_index_of_very_many_sitemaps_names_the_likeliest_few() -> None:
    many = "".join(f"<sitemap><loc>https://www.example.org/{n}.xml</loc></sitemap>" for n in range(40_000))
    last = "<sitemap><loc>https://www.example.org/news.xml</loc></sitemap>"

    named = found(f"<sitemapindex>{many}{last}</sitemapindex>".encode()).more

    assert named[0] == "https://www.example.org/news.xml"
    assert len(named) == hints.MOST_NAMED


@pytest.mark.parametrize("stamp", ["0001-01-01T00:00:00+14:00", "1989-12-31T23:59:59Z", "1970-01-01T00:00:00Z"])
def test_a_time_before_there_was_a_web_is_none(stamp: str) -> None:
    assert hints.exact(stamp, NOW) is None


def test_a_time_at_the_end_of_the_calendar_is_now() -> None:
    assert hints.exact("9999-12-31T23:59:59-14:00", NOW) == NOW


def test_entities_are_not_opened_and_files_not_read() -> None:
    began = time.process_time()
    entries = found(LAUGHS).entries

    assert [(entry.url, entry.at) for entry in entries] == [("https://www.example.org/a", None)]
    assert "root" not in entries[0].stamp
    assert len(entries[0].stamp) < 200
    assert time.process_time() - began < 5  # a bound for what would take for ever, not a measure


def test_a_bomb_and_a_flood_are_bounded() -> None:
    with pytest.raises(NoDocument, match="more than"):
        found(gzip.compress(b"<rss>" + b" " * (LARGEST + 1)))
    many = b"<item><link>https://www.example.org/a</link></item>" * (MOST + 10)

    assert len(found(b"<rss><channel>" + many + b"</channel></rss>").entries) == MOST


def test_addresses_that_cannot_be_watched_are_left_out() -> None:
    links = ["javascript:alert(1)", "file:///etc/passwd", "http://[::1", "https://user:pw@www.example.org/", "x" * 5000]
    items = "".join(f"<item><link>{link}</link></item>" for link in links)

    left = [entry.url for entry in found(f"<rss>{items}</rss>".encode()).entries]

    assert all(url.startswith("https://www.example.org/") for url in left)


@given(st.binary(max_size=400), st.sampled_from([b"", RSS[:150], ATOM[:200], NEWS[:260], b"<urlset><url><loc>"]))
def test_anything_is_a_document_or_none(noise: bytes, begin: bytes) -> None:
    try:
        told = found(begin + noise)
    except NoDocument:
        return

    assert all(entry.at is None or entry.at <= NOW for entry in told.entries)


@given(st.text(max_size=60))
def test_any_time_is_one_of_the_past_or_none(stamp: str) -> None:
    clean = "".join(letter for letter in stamp if letter.isprintable() and letter not in "<&")
    item = f"<item><link>https://www.example.org/a</link><pubDate>{clean}</pubDate></item>"

    told = found(f"<rss>{item}</rss>".encode("utf-8", "replace"))

    assert all(entry.at is None or entry.at <= NOW for entry in told.entries)
