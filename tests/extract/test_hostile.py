"""Pages made to break readers: a result or an Unreadable with its reason, never an exception."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.extract import extract
from pipelines.model import Unreadable, Version

AT = datetime(2026, 1, 14, 12, tzinfo=UTC)
URL = "https://news.example.org/live"
START = b"<html><body>"
END = b"<p>The bridge is open again and the buses run.</p></body></html>"


def read(data: bytes, content_type: str | None = None) -> Version | Unreadable:
    return extract(data, url=URL, at=AT, content_type=content_type)


@pytest.mark.parametrize(
    ("data", "content_type", "reading"),
    [
        (b"", None, "empty"),
        (b" \r\n\0", None, "empty"),
        (START + b"</body></html>", None, "empty"),
        (b"%PDF-1.7 binary", None, "not-html"),
        (b'{"updates": []}', "application/json", "not-html"),
        (b"only words", None, "not-html"),
        (bytes(range(256)) * 500, None, "not-html"),
        (START + b"<article>" * 100_000 + b"deep", None, "extract-failed"),
        (START + b"<p " + b" ".join(b'a%d="1"' % n for n in range(50_000)) + b">x</p>", None, "extract-failed"),
        (b"<html><title>Just a moment...</title>" + START + b"<p>Checking</p>", None, "refused"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, content_type: str | None, reading: str) -> None:
    version = read(data, content_type)

    assert isinstance(version, Unreadable)
    assert version.reading == reading
    assert version.detail


@pytest.mark.parametrize(
    "head",
    [
        b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script>",
        b'<script type="application/ld+json">{"@type":"LiveBlogPosting","liveBlogUpdate":[{"a":</script>',
        b'<script type="application/ld+json">{"@type":["LiveBlogPosting",{}],"headline":{"a":1},"liveBlogUpdate":'
        b'[1,null,"x",{"@type":5,"datePublished":99,"author":[[1]],"url":"http://[x","articleBody":["q"]},[{}]]}'
        b"</script>",
        b"<ul><li>14.05 x" * 5_000 + b"</ul>",
        b"<p>" + b"1 hour 1 min and " * 50_000 + b"</p>",
        b"<" * 200_000,
        b'<div><h3><a href="http://[x">t</a></h3><time datetime="9999-99-99">10:00</time></div>' * 5,
        b"<p>te\0xt\0</p>",
        b"<p>" + b"x" * 11_000_000 + b"</p>",
        b"<div>" * 2_000 + b"</div>" * 2_000,
        b"<div>" * 100_000 + b"</div>" * 100_000,
        b"<div>" * 100_000,
        b"<b>" * 100_000,
        b'<time datetime="1e999"></time><time datetime="99999999999999999999">25:61</time>',
    ],
)
def test_a_hostile_part_does_not_cost_the_page(head: bytes) -> None:
    version = read(START + head + END)

    assert isinstance(version, Version)
    assert version.updates == ()
    assert "The bridge is open again" in version.text


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1252", "iso-8859-15"])
def test_the_charset_is_found_by_mark_header_meta_or_bytes(coding: str) -> None:
    page = "<html><body><h1>Grüße</h1><p>Die Fähre nach Köln fährt heute später.</p></body></html>"
    declared = f"text/html; charset={coding}" if coding.startswith("iso") else "text/html"
    version = read(page.encode(coding), declared)

    assert isinstance(version, Version)
    assert version.headline == "Grüße"
    assert "Fähre nach Köln" in version.text


def test_a_time_of_fetch_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        extract(END, url=URL, at=datetime(2026, 1, 14))  # noqa: DTZ001


@pytest.mark.parametrize("stamp", ["2999-01-01T00:00:00Z", "2001-01-01T00:00:00Z", "soon", ""])
@pytest.mark.parametrize("name", ["block", "update"])
def test_one_impossible_time_drops_no_update(stamp: str, name: str) -> None:
    stamps = [stamp, *(f"2026-01-14T11:0{n}:00Z" for n in (3, 2, 1))]
    entries = [
        f'<article class="{name}" id="n{n}"><h2>News {n}</h2><time datetime="{s}">{s}</time>'
        f"<p>The ferry number {n} is late.</p></article>"
        for n, s in enumerate(stamps)
    ]
    version = read(START + "".join(entries).encode() + END)

    assert isinstance(version, Version)
    assert [update.headline for update in version.updates] == ["News 0", "News 1", "News 2", "News 3"]


@pytest.mark.parametrize(
    "part", [b"<div><time>09:01</time><p>I think so.</p><a>Reply</a></div>" * 1_000, b"<img src=a><i></i>" * 2_000]
)
def test_what_stands_in_an_update_a_thousand_times_ends(part: bytes) -> None:
    record = b"<article><time>10:%d</time><p>The bridge is open again, the council says, and buses run.</p>%b</article>"

    version = read(START + b"".join(record % (minute, part) for minute in (41, 32, 17)) + b"</body></html>")

    assert isinstance(version, Version)
