"""One page in the browser: opened, left alone until it is quiet, read. Bounded in time whatever its scripts do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playwright.async_api import BrowserContext, Error, Page, Route
from playwright.async_api import Request as Asked

from .dom import Dom, read_dom
from .look import BrowserTrouble
from .passage import Document, Passage

QUIET = 1.0  # seconds without a request under way: then the page is taken to be there
LONGEST_SETTLING = 10.0  # seconds; a page that polls without a pause is read as it stands then
READING = 5.0  # seconds for the page to let itself be read
CRASH = 0.3  # seconds in which a crash is told after what it made fail
LOOK = 0.05  # seconds between two looks at whether it is quiet


@dataclass(frozen=True, slots=True)
class Shown:
    """The page as it stood, and the document that it was made from."""

    dom: Dom
    document: Document


async def show(context: BrowserContext, passage: Passage, limit: int) -> Shown | None:
    """The page as it stands in the end; None if the browser shows no page of what came (a download, an error).

    TimeoutError: its scripts never let it be read. BrowserTrouble: page or browser crashed.
    """
    gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    showing = asyncio.create_task(_show(context, passage, limit, gone))
    both: set[asyncio.Future[Any]] = {showing, gone}
    try:
        while not showing.done() and not gone.done():
            if passage.remaining <= -READING:
                raise TimeoutError
            await asyncio.wait(both, timeout=max(passage.remaining + READING, LOOK),
                               return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
        if gone.done():
            raise BrowserTrouble(gone.result())
        return showing.result()
    finally:
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)
        gone.cancel()


async def _show(context: BrowserContext, passage: Passage, limit: int, gone: asyncio.Future[str]) -> Shown | None:
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    _watch_over(context, page, gone)

    async def route(way: Route, asked: Asked) -> None:
        with suppress(Error):  # the page may be gone in the meantime
            if passage.wanted(asked.url, asked.resource_type, main=_is_main(page, asked)):
                await way.continue_()
            else:
                await way.abort("aborted")  # of a navigation: the page that is there stays

    await context.route("**/*", route)
    try:
        await page.goto(passage.look.visit.url, wait_until="commit", timeout=0)
    except Error:
        await asyncio.wait({gone}, timeout=CRASH)
        return None  # a download, nothing at all, or what the proxy has told: the passage knows which
    await _settle(page, passage)
    document = passage.page
    if passage.stopped or document is None or not document.is_shown:
        return None
    return Shown(await read_dom(session, limit), document)


def _is_main(page: Page, asked: Asked) -> bool:
    try:
        return asked.is_navigation_request() and asked.frame == page.main_frame
    except Error:  # another window's, which has no frame yet
        return False


async def _settle(page: Page, passage: Passage) -> None:
    """Until its document is parsed and nothing has been under way for a while, or the time is up."""
    end = passage.remaining - LONGEST_SETTLING
    loaded = asyncio.create_task(page.wait_for_load_state("domcontentloaded", timeout=0))
    try:
        while passage.remaining > max(end, 0) and not passage.stopped:
            if passage.page and not passage.page.is_shown:
                return
            if loaded.done() and not passage.busy and time.monotonic() - passage.active >= QUIET:
                return
            await asyncio.sleep(LOOK)
    finally:
        loaded.cancel()
        await asyncio.gather(loaded, return_exceptions=True)


def _watch_over(context: BrowserContext, page: Page, gone: asyncio.Future[str]) -> None:
    """Dialogs are answered, other windows closed, and a crash is told."""

    def crashed(what: str) -> Callable[..., None]:
        def told(*_: object) -> None:
            if not gone.done():
                gone.set_result(what)

        return told

    async def close(other: Page) -> None:
        if other != page:
            await other.close()

    page.on("dialog", lambda dialog: dialog.dismiss())
    page.on("crash", crashed("the page crashed in the browser: its scripts may have taken more memory than a page may"))
    context.on("close", crashed("the browser crashed, or was killed, while it showed the page"))
    context.on("page", close)
