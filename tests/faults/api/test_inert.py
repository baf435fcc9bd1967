"""Stored scripts are text wherever the service shows them: every place, in headless Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from crawler.available import missing as lacking
from crawler.available import program
from tests.servers.requirements import missing

from .conftest import EVIL, PAGE, Service, get, status

pytestmark = pytest.mark.browser
SAID = quote(EVIL, safe="")
# What shows a page, and what says in an error what it was asked.
SHOWN = ["/diff/after/20260103100100/{page}", "/diff/before/20260103100200/{page}", "/api/pages", "/api/openapi.json",
         "/api/versions?url={page}", "/api/version?url={page}", "/api/changes", "/cdx?url={page}",
         "/cdx?url={page}&output=json", "/cdx/pywb?url={page}", "/web/timemap/link/{page}",
         "/web/timemap/json/{page}"]  # fmt: skip
ERRORS = ["/{said}", "/api/captures/{said}", "/api/version?url={page}&at={said}", "/api/version?url={said}",
          "/api/changes?type={said}", "/cdx?url={said}", "/cdx?url={page}&filter={said}", "/cdx?url={page}&fl={said}",
          "/cdx?url={page}&from={said}", "/warc/{said}", "/warc/revisit/{said}", "/diff/after/2026/{said}",
          "/diff/{said}/2026/{page}", "/web/{said}", "/web/2026/http://{said}",
          "/web/timemap/{said}/{page}"]  # fmt: skip
KEPT = ["/web/20260103100100/{page}", "/web/20260103100100id_/{page}", "/web/{page}", "/{said}", "/web/{said}",
        "/web/2026/http://{said}", "/web/timemap/{said}/{page}"]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if lacks := lacking():
        missing(lacks)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        yield browser
        browser.close()


def test_a_stored_script_runs_nowhere(served: Service, browser: Browser) -> None:
    asked, met = [], []
    tab = browser.new_context(accept_downloads=False).new_page()
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("dialog", lambda dialog: met.append(dialog.message))
    places = [(served.base, path) for path in SHOWN + ERRORS] + [(served.archive, path) for path in KEPT]
    for origin, path in places:
        address = origin + path.format(page=quote(PAGE, safe=""), said=SAID)
        try:
            tab.goto(address)
        except Error as e:
            if "Download is starting" in str(e):
                continue
            raise
        root = tab.locator("html")
        tab.wait_for_timeout(20)

        assert root.get_attribute("data-hacked") is None, address
        assert "hacked" in tab.content() or path not in SHOWN[:2], address
    strange = {url for url in asked if not url.startswith((served.base, served.archive))}
    tab.context.close()

    assert (strange, met) == (set(), [])


def test_what_is_no_page_of_ours_says_so_and_every_answer_has_its_walls(served: Service) -> None:
    places = [(served.base, path) for path in SHOWN + ERRORS] + [(served.archive, path) for path in KEPT]
    for origin, path in places:
        answer = get(origin, path.format(page=quote(PAGE, safe=""), said=SAID))
        head = answer.partition(b"\r\n\r\n")[0].lower()

        assert status(answer) in (200, 302, 400, 404), path
        assert b"x-content-type-options: nosniff" in head
        assert b"content-security-policy: " in head
        assert (b"text/html" in head) == ("/diff/" in path and status(answer) == 200) or "/web/2026" in path, path
