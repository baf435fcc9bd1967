"""What a captured page can do in a browser: be looked at. Headless Chromium, with pages that try everything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from crawler.available import missing as lacking
from crawler.available import program
from tests.servers.raw_http import RawServer, page
from tests.servers.requirements import missing

from .conftest import HOSTILE, SECRET, STORM, Replay

pytestmark = pytest.mark.browser
# A name of somebody else that leads to this machine, as DNS rebinding has it.
RULES = "--host-resolver-rules=MAP evil.example 127.0.0.1"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if lacks := lacking():
        missing(lacks)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program(), args=["--no-sandbox", RULES])
        yield browser
        browser.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def attempts(found: Any) -> dict[str, str]:
    """What each attempt of captured.js came to."""
    root = found.locator("html[data-results]")
    root.wait_for(state="attached", timeout=20_000)
    return dict(json.loads(root.get_attribute("data-results") or "{}"))


FRAME = "src => { const frame = document.createElement('iframe'); frame.src = src; document.body.append(frame) }"
HARMLESS = {
    "api": "refused", "api without reading": "refused", "script of the api": "refused",
    "frame of the application": "refused", "window": "refused", "cookies": "none", "service worker": "refused",
    "worker for all": "refused", "tells by fetch": "refused", "tells by image": "refused", "tells by socket": "refused",
}  # fmt: skip


def test_a_captured_script_reads_nothing_of_the_application_and_tells_nobody(
    replay: Replay, application: str, live: RawServer, tab: Page
) -> None:
    """As it was, without the script that pywb puts around it, which leads it back into the archive."""
    before = len(live.hits)
    tab.goto(f"http://127.0.0.1:{replay.port}{replay.path(HOSTILE)}")
    found = attempts(tab)
    tab.wait_for_timeout(300)

    assert HARMLESS.items() <= found.items()
    assert [hit.path for hit in live.hits[before:]] == []
    assert tab.context.service_workers == []
    assert tab.context.cookies() == []


def test_a_captured_page_in_a_frame_does_no_more_and_leaves_the_window_where_it_is(
    replay: Replay, application: str, live: RawServer, tab: Page
) -> None:
    before = len(live.hits)
    here = f"http://127.0.0.1:{replay.port}"
    if replay.engine == "pywb":
        tab.goto(here + replay.path(HOSTILE, ""))
        found = attempts(tab.frame_locator("#replay_iframe"))
    else:
        tab.goto(f"{here}/")
        tab.evaluate(FRAME, here + replay.path(HOSTILE))
        found = attempts(tab.frame_locator("iframe"))
    tab.wait_for_timeout(300)

    assert tab.url.startswith(here)
    assert not any('"pages"' in said for said in found.values())
    assert [hit.path for hit in live.hits[before:]] == []
    assert tab.context.service_workers == []


def test_at_the_origin_of_stored_bytes_nothing_runs_and_nothing_is_asked_for(
    application: str, live: RawServer, tab: Page
) -> None:
    before = len(live.hits)
    kept = application.rpartition(":")[0] + f":{int(application.rpartition(':')[2]) + 1}"
    for mode in ("", "id_"):
        for url in (HOSTILE, HOSTILE + "?refresh"):
            tab.goto(f"{kept}/web/20260103100000{mode}/{url}")
            tab.wait_for_timeout(1300 if "refresh" in url else 200)

            assert tab.locator("h1").inner_text() == "captured"
            assert tab.locator("html[data-results]").count() == 0
    assert [hit.path for hit in live.hits[before:]] == []
    assert tab.context.cookies() == []


def test_a_foreign_name_that_leads_here_reads_nothing(replay: Replay, application: str, tab: Page) -> None:
    addresses = [f"http://evil.example:{replay.port}{replay.path(STORM)}", f"http://evil.example:{replay.port}/",
                 application.replace("127.0.0.1", "evil.example") + "/api/pages"]  # fmt: skip
    for address in addresses:
        answer = tab.goto(address)
        assert answer is not None
        seen = tab.evaluate("address => fetch(address).then(answer => answer.text()).catch(() => '')", address)

        assert answer.status == 421
        assert SECRET not in seen + tab.content()
        assert "news.example.org" not in seen


def test_what_is_asked_for_is_text_in_what_is_answered(replay: Replay, tab: Page) -> None:
    script = "document.documentElement.dataset.hacked = 'yes'"
    evil = f'<script>{script}</script>"><img src=x onerror="{script}">'
    said = quote(evil, safe="")
    for path in ("/{}", "/{}/", "/archive/{}", "/archive/2026/https://a.example/{}", "/archive/*/https://a.example/{}",
                 "/archive/2026mp_/https://a.example/{}", "/archive/2026id_/https://a.example/{}", "/static/{}",
                 "/archive/cdx?url={}", "/archive/timemap/link/{}", "/archive/{}/https://a.example/",
                 "/?{}"):  # fmt: skip
        with suppress(Error):  # what is no page is kept as a file
            tab.goto(f"http://127.0.0.1:{replay.port}{path.format(said)}")
            tab.wait_for_timeout(50)

            assert tab.locator("html").get_attribute("data-hacked") is None, path


def test_another_site_reads_nothing_of_a_capture_that_was_open_to_all(
    replay: Replay, live: RawServer, tab: Page
) -> None:
    """It said Access-Control-Allow-Origin: *, once, to whom it was public."""
    tab.goto(live.route("/another-site", page(b"<!doctype html><title>another site</title>")))
    address = f"http://127.0.0.1:{replay.port}{replay.path(HOSTILE)}"
    seen = tab.evaluate("address => fetch(address).then(answer => answer.text()).catch(() => 'refused')", address)

    assert seen == "refused"


def test_a_replayed_page_looks_as_it_did(replay: Replay, tab: Page) -> None:
    here = f"http://127.0.0.1:{replay.port}"
    shown: Any
    if replay.engine == "pywb":
        tab.goto(here + replay.path(STORM, ""))
        shown = tab.frame_locator("#replay_iframe")
        tab.locator("#stoppress a:visible").first.wait_for(timeout=20_000)
        assert tab.locator("#stoppress time").inner_text() == "2026-01-03 10:00:00 UTC"
    else:
        tab.goto(here + replay.path(STORM))
        shown = tab
    heading = shown.locator("h1")
    heading.wait_for(timeout=20_000)

    assert heading.inner_text() == SECRET
    assert heading.evaluate("element => getComputedStyle(element).color") == "rgb(1, 2, 3)"
