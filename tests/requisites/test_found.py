"""What a page is shown with is found in it, in the order of importance, and nothing else."""

from __future__ import annotations

import time

import pytest

from pipelines.extract import source
from pipelines.extract.requisites import Rank, of_page, of_sheet, of_updates
from pipelines.extract.styles import addresses_in
from tests.requisites.site import html

URL = "https://www.estuary.example/live/storm"
ROOT = "https://www.estuary.example"


def found(body: str = "", head: str = "", url: str = URL) -> list[tuple[str, str]]:
    page = source.parse(html(body, head), None)
    assert isinstance(page, source.Source)
    return [(one.rank.name, one.url.removeprefix(ROOT)) for one in of_page(page.root, url)]


def test_sheets_come_before_fonts_and_these_before_images_in_the_order_of_the_page() -> None:
    head = """<link rel="icon" href="/i.ico"><link rel="preload" as="font" href="/f.woff2" crossorigin>
        <style>@import "/one.css"; body { background: url(/back.png) }</style>
        <link rel="Stylesheet" media="print" href="/two.css"><link rel="alternate stylesheet" href="/not.css">
        <script src="/not.js"></script><link rel="preload" as="script" href="/not-either.js">"""
    body = """<img src="a.png#top"><p style="background-image: url('b.png')">x</p><video poster="/p.jpg" src="/v.mp4">
        </video><img src="a.png"><a href="/elsewhere">x</a><iframe src="/frame"></iframe>"""

    assert found(body, head) == [
        ("sheet", "/two.css"), ("sheet", "/one.css"), ("font", "/f.woff2"),
        ("image", "/back.png"), ("image", "/live/b.png"), ("image", "/live/a.png"), ("image", "/p.jpg"),
        ("spare", "/i.ico"),
    ]  # fmt: skip


def test_a_base_is_obeyed_and_what_is_no_address_on_the_web_is_not_asked_for() -> None:
    body = """<img src="data:image/gif;base64,R0lGOD"><img src="blob:x"><img src="http://["><img src="#x"><img src="">
        <img src="ftp://files.example/x.png"><img src="storm"><img src=" a b.png ">"""

    assert found(body, '<base href="//cdn.example/x/">') == [
        ("image", "https://cdn.example/x/storm"), ("image", "https://cdn.example/x/a%20b.png"),
    ]  # fmt: skip
    assert found('<img src="storm">') == []  # the page itself


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ('<img src="s.jpg" srcset="300.jpg 300w,700.jpg 700w, 1400.jpg 1400w" sizes="(min-width: 74em) 620px, 100vw">',
         ["700.jpg", "1400.jpg", "s.jpg"]),
        ('<img srcset="one.jpg, two.jpg 2x, three.jpg 3x">', ["one.jpg", "two.jpg"]),
        ('<img srcset="w_1,h_2/a.jpg 640w,w_2,h_2/b.jpg 1300w">', ["w_2,h_2/b.jpg"]),
        ('<picture><source media="(max-width: 500px)" srcset="small.jpg"><source media="(min-width: 40em)" '
         'srcset="wide.webp"><img src="plain.jpg"></picture>', ["wide.webp", "plain.jpg"]),
        ('<picture><source media="(prefers-color-scheme: dark)" srcset="dark.jpg"><img src="plain.jpg"></picture>',
         ["plain.jpg"]),
        ('<img src="data:image/gif;base64,R0" data-src="lazy.jpg">', ["lazy.jpg"]),
        ('<img data-srcset="lazy.jpg 1x, finer.jpg 2x" data-sizes="auto">', ["lazy.jpg", "finer.jpg"]),
        ('<noscript><img src="without.jpg"></noscript>', ["without.jpg"]),
        ('<amp-img src="a.jpg"></amp-img><input type="image" src="go.png"><input src="no.png">', ["a.jpg", "go.png"]),
    ],
)  # fmt: skip
def test_of_the_sizes_of_an_image_those_are_taken_that_a_browser_would(image: str, expected: list[str]) -> None:
    assert [url for _, url in found(image)] == [f"/live/{name}" for name in expected]


def test_a_sheet_names_its_imports_one_source_of_each_font_and_its_images() -> None:
    sheet = r"""@charset "utf-8"; @import "base.css" screen; @import url(more.css) layer(x); @namespace url(http://n);
        /* url(comment.png) @import "comment.css" */
        @font-face { font-family: "A"; src: url(a.eot); src: url("a.eot?#iefix") format("embedded-opentype"),
            url("a.woff2") format("woff2"), url(a.woff) format("woff"), url(a.svg#a) format("svg") }
        @font-face{font-family:B;src:local("B"),url(b.ttf)}
        .a::before { content: "url(text.png)" } .b { background: URL( 'i\20 1.png' ) no-repeat, url(#filter) }
        @media print { .c { background: url(c.png) } } .d { cursor: url(data:image/png;base64,AA==), auto }"""

    told = [(one.rank.name, one.url.removeprefix(ROOT + "/s/")) for one in of_sheet(sheet, ROOT + "/s/main.css")]

    assert told == [
        ("sheet", "base.css"), ("sheet", "more.css"), ("font", "a.woff2"), ("font", "b.ttf"),
        ("image", "i%201.png"), ("image", "c.png"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "piece",
    ["url(", "url(   ", '"', "/*", 'url("', "@import ", "\\", "url('\\a", "@font-face{src:", "src:url(x) format("],
)
def test_no_sheet_takes_longer_than_its_length_allows(piece: str) -> None:
    """A search that is not linear would take hours; this is a bound for what hangs, no measure."""
    begun = time.monotonic()

    addresses_in(piece * 100_000)
    addresses_in(piece + " " * 500_000)

    assert time.monotonic() - begun < 60


def test_images_of_updates_on_older_pages_are_known_by_their_endings() -> None:
    media = ["https://i.example/a.jpg?w=1", "https://video.example/embed/9", "https://i.example/b.PNG#x"]

    assert of_updates(media) == of_updates([*media, media[0]])
    assert [(one.rank, one.url) for one in of_updates(media)] == [
        (Rank.image, "https://i.example/a.jpg?w=1"), (Rank.image, "https://i.example/b.PNG"),
    ]  # fmt: skip
