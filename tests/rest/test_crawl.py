"""``stoppress crawl`` reads a page with its older pages and feeds within one visit, and keeps each as a capture."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from pipelines.warc import scan
from tests.rest import pages
from tests.rest.serving import JSON, LIVE, Site, crawled, numbers, roles, shown, types, watched
from tests.running import stoppress
from tests.servers.raw_http import RawServer, page

pytestmark = pytest.mark.long

NINE = list(range(9, 0, -1))


def test_a_page_of_three_pages_comes_out_whole_in_one_version(raw_server: RawServer, tmp_path: Path) -> None:
    site = Site(raw_server, NINE)
    config = watched(tmp_path, site.url)

    visit = crawled(config)

    assert site.asked == ["page", "?page=2", "?page=3", "page"]
    assert (visit["outcome"], visit["reading"], visit["version"], visit["detail"]) == ("archived", "version", 1, "")
    assert roles(visit) == ["page", "older", "older", "older"]
    assert [c["url"].rpartition("/")[2] for c in visit["captures"]] == [
        "storm",
        "storm?page=2",
        "storm?page=3",
        "storm",
    ]
    version = shown(config, site.url)
    assert numbers(version) == NINE
    window = version["window"]
    assert (window["pages"], window["parts"], window["complete"]) == (3, 2, True)
    again = stoppress("reextract", "--json", config=config)
    assert (again.code, again.lines[0]["result"]) == (0, "equal"), again.out
    raw_server.route(LIVE, b"HTTP/1.1 500 Gone\r\nContent-Length: 0\r\n\r\n")
    (tmp_path / "archive" / "catalog.db").unlink()
    assert stoppress("rebuild", config=config).code == 0
    assert shown(config, site.url) == version


def test_later_visits_ask_only_until_they_meet_what_is_known(raw_server: RawServer, tmp_path: Path) -> None:
    site = Site(raw_server, NINE.copy())
    config = watched(tmp_path, site.url)
    crawled(config)
    assert len(site.asked) == 4

    site.numbers[:0] = [10]
    one_more = crawled(config)
    assert site.asked == ["page"]
    site.numbers[:0] = [15, 14, 13, 12, 11]
    five_more = crawled(config)
    asked = site.asked

    over_both = stoppress("diff", site.url, "v1", "v3", "--json", config=config).lines
    assert types(over_both) == [("added", f"id:{50000 + n}") for n in range(10, 16)]
    back = stoppress("diff", site.url, "v3", "v1", "--json", config=config).lines
    assert {c["type"] for c in back} == {"removed"}
    assert types(one_more["changes"]) == [("added", "id:50010")]
    assert asked == ["page", "?page=2", "page"]
    assert types(five_more["changes"]) == [("added", f"id:{50000 + n}") for n in (11, 12, 13, 14, 15)]
    assert numbers(shown(config, site.url, "v3")) == [15, 14, 13, 12, 11, 10]
    assert not shown(config, site.url, "v3")["window"]["complete"]


def wordpress(server: RawServer, numbers_: list[int], gone: tuple[int, ...] = (), listed: tuple[int, ...] = ()) -> str:
    server.route("/robots.txt", page(b"", content_type="text/plain"))
    endpoint = server.url("/wp-json/liveblog/v1/901/")
    url = server.route(LIVE, page(pages.wordpress(endpoint, max(numbers_), listed)))
    last = f"{50000 + max(numbers_)}-{int(pages.moment(max(numbers_)).timestamp())}"
    for k in (1, 2, 3):
        answer = pages.wordpress_answer(numbers_[3 * k - 3 : 3 * k], k, 3, len(numbers_), gone if k == 1 else ())
        server.route(f"/wp-json/liveblog/v1/901/get-entries/{k}/{last}", page(answer, content_type=JSON))
    return url


def test_a_script_only_page_is_read_from_its_feed(raw_server: RawServer, tmp_path: Path) -> None:
    url = wordpress(raw_server, NINE)
    config = watched(tmp_path, url)

    visit = crawled(config)

    assert (visit["outcome"], roles(visit)) == ("archived", ["page", "feed", "feed", "feed"])
    assert numbers(shown(config, url)) == NINE
    assert shown(config, url)["window"]["complete"]
    assert stoppress("reextract", "--json", config=config).lines[0]["result"] == "equal"


def test_a_page_that_stays_the_same_is_new_when_its_feed_is(raw_server: RawServer, tmp_path: Path) -> None:
    """The same bytes, with an ETag: the page is a revisit, the visit is not."""
    host = raw_server.url("/")
    body = pages.sourcefabric(host)

    async def answer(_reader: object, writer: Any) -> None:
        known = raw_server.hits[-1].header("If-None-Match")
        writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n" if known else page(body, 'ETag: "a"', "Connection: close"))
        await writer.drain()

    url = raw_server.route(LIVE, answer)
    posts = "/api/v2/client_blogs/58bfeb4c15720af1a94c1052/posts"

    def publish(*numbers_: int, gone: tuple[int, ...] = ()) -> None:
        half = len(numbers_) // 2
        first = pages.sourcefabric_answer(numbers_[:half], 1, 2, len(numbers_), gone)
        raw_server.route(posts, page(first, content_type=JSON))
        second = pages.sourcefabric_answer(numbers_[half:], 2, 2, len(numbers_))
        raw_server.route(f"{posts}?page=2", page(second, content_type=JSON))

    publish(4, 3, 2, 1)
    config = watched(tmp_path, url)
    first = crawled(config)
    same = crawled(config)
    publish(5, 4, 3, 2, 1)
    more = crawled(config)
    publish(5, 4, 2, 1, gone=(3,))
    fewer = crawled(config)

    assert [v["outcome"] for v in (first, same, more, fewer)] == ["archived"] * 4
    assert [v["reading"] for v in (first, same, more, fewer)] == ["version", "unchanged", "version", "version"]
    urn = "id:urn:newsml:localhost:2026:5000"
    assert types(more["changes"]) == [("added", urn + "5")]
    assert [(c["type"], c["update"], c["confirmed"]) for c in fewer["changes"]] == [("removed", urn + "3", True)]
    results = [line["result"] for line in stoppress("reextract", "--json", config=config).lines if "result" in line]
    assert results == ["equal"] * 4
    before = stoppress("versions", url, "--json", config=config).lines
    (tmp_path / "archive" / "catalog.db").unlink()
    assert stoppress("rebuild", config=config).code == 0
    assert stoppress("versions", url, "--json", config=config).lines == before


def swept(config: Path) -> dict[str, Any]:
    """A visit that asks for all older pages again: a second after the one before, by ``older_every``."""
    time.sleep(1.1)
    return crawled(config)


def test_an_update_on_an_older_page_that_was_not_asked_for_is_not_removed(
    raw_server: RawServer, tmp_path: Path
) -> None:
    """And one that is gone from it is: by the next sweep, dated since the last, confirmed by the one after."""
    site = Site(raw_server, NINE.copy())
    config = watched(tmp_path, site.url, crawl='older_every = "1h"')
    first = crawled(config)
    site.numbers[:] = [10, 9, 8, 7, 6, 5, 4, 3, 1]  # one came, and one went from page 3
    partial = crawled(config)
    sweeps = watched(tmp_path, site.url, crawl='older_every = "1s"')
    found = swept(sweeps)
    again = swept(sweeps)

    assert types(partial["changes"]) == [("added", "id:50010")]
    assert [(c["type"], c["update"], c["confirmed"]) for c in found["changes"]] == [("removed", "id:50002", False)]
    [change] = stoppress("changes", "--type", "removed", "--json", config=config).lines
    assert change["seen_after"] == change["old_proof"]["timestamp"]
    assert change["old_proof"]["record_id"] == first["captures"][0]["record_id"]
    assert change["confirmed"]
    assert (again["reading"], len(again["captures"])) == ("unchanged", 4)
    assert numbers(shown(config, site.url, "v3")) == [10, 9, 8, 7, 6, 5, 4, 3, 1]


def test_edits_on_older_pages_are_found_by_a_sweep(raw_server: RawServer, tmp_path: Path) -> None:
    site = Site(raw_server, NINE.copy())
    config = watched(tmp_path, site.url, crawl='older_every = "1s"')
    crawled(config)
    site.edited["n2"] = pages.text(2).replace("17 people", "19 people")
    visit = swept(config)

    assert [(c["type"], c["update"], c["part"].rpartition("?")[2]) for c in visit["changes"]] == [
        ("edited", "id:50002", "page=3")
    ]
    part = next(c for c in visit["captures"] if c["url"].endswith("page=3"))
    assert visit["changes"][0]["new_proof"]["record_id"] == part["record_id"]


def test_a_page_that_slides_while_it_is_read_comes_out_whole(raw_server: RawServer, tmp_path: Path) -> None:
    def publish(number: int) -> None:
        if number == 2 and 10 not in site.numbers:
            site.numbers[:0] = [11, 10]

    site = Site(raw_server, NINE.copy(), before=publish)
    config = watched(tmp_path, site.url)
    visit = crawled(config)

    assert site.asked == ["page", "?page=2", "?page=3", "?page=4", "page"]
    version = shown(config, site.url)
    assert numbers(version) == list(range(11, 0, -1))
    assert "older: the page changed while the rest of it was read" in version["warnings"]
    assert visit["reading"] == "version"


@pytest.mark.parametrize("validates", [True, False], ids=["304", "same-bytes"])
def test_what_the_page_said_when_it_was_asked_once_more_is_read_by_the_next_visit(
    raw_server: RawServer, tmp_path: Path, validates: bool
) -> None:
    """Its new headline came while its older pages were read; the one crawler that read them is told of no 304."""

    def publish(number: int) -> None:
        site.headline = "Storm over the estuary: it is over" if number == 3 else site.headline

    site = Site(raw_server, NINE.copy(), before=publish, validates=validates)
    config = watched(tmp_path, site.url)
    ran = stoppress("crawl", "--for", "6s", "--json", config=config)

    changes = [change for visit in ran.lines for change in visit["changes"]]
    assert ran.code == 0, ran.err
    assert len(ran.lines) > 2
    assert [(c["type"], c["new"]) for c in changes] == [("headline", "Storm over the estuary: it is over")]
    assert ran.lines[-1]["reading"] == "unchanged"


def test_words_of_an_older_page_that_is_taken_out_go_from_the_version_too(
    raw_server: RawServer, tmp_path: Path
) -> None:
    site = Site(raw_server, NINE.copy())
    config = watched(tmp_path, site.url)
    crawled(config)

    done = stoppress("takedown", f"{site.url}?page=3", "--redact", "--reason", "a court", config=config)

    assert done.code == 0, done.err
    assert stoppress("get", f"{site.url}@now", config=config).code == 0  # the page itself is still shown
    (tmp_path / "archive" / "catalog.db").unlink()
    rebuilt = stoppress("rebuild", config=config)
    assert rebuilt.code == 0, rebuilt.err
    assert pages.text(2).encode() not in (tmp_path / "archive" / "catalog.db").read_bytes()
    for path in tmp_path.rglob("*.warc.gz"):
        with path.open("rb") as file:
            blocks = b"".join(placed.record.block for placed in scan(file))
        assert pages.text(2).encode() not in blocks, path
