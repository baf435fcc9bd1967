"""The machine's own Chromium: started when a page first needs it, again when it has died, and ended with its crawler.

It hangs on pipes: crawler - Playwright's driver - Chromium. Whichever of them dies, however it dies, the next one's
pipe ends, and so does it: a killed crawler leaves no browser behind.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from contextlib import suppress
from typing import Any

from playwright.async_api import Browser, BrowserContext, CDPSession, Error, Playwright, async_playwright

from ..available import program, without_sandbox
from .look import BrowserTrouble
from .memory import end_the_greedy
from .passage import Passage

log = logging.getLogger(__name__)
START_LIMIT = 30.0  # seconds; half a second is usual
END_LIMIT = 5.0  # seconds for a good end; then it is killed
PAGES = 200  # then it is started anew: browsers grow
HEAP = 1024  # MiB that the scripts of one page may fill
# No way out but the proxy, which has no exceptions, not even loopback; what browsers do on the side is off.
_WAYS_OUT = (
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # 127.0.0.1 is the proxy
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--dns-prefetch-disable",
    "--no-pings",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-extensions",
    "--disable-plugins",
    "--disable-remote-fonts",
    "--disable-speech-api",
    "--deny-permission-prompts",
)
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "FONTCONFIG_PATH", "XDG_RUNTIME_DIR")


class Chromium:
    """``named``: as in the config; ``proxy``: where all of it goes; ``key``: the hash of the certificate to trust."""

    def __init__(self, named: str, *, agent: str, proxy: str, key: str) -> None:
        self._named, self._agent, self._proxy, self._key = named, agent, proxy, key
        self._starting = asyncio.Lock()
        self._driver: Playwright | None = None
        self._browser: Browser | None = None
        self._pid: int | None = None
        self._guard: asyncio.Task[None] | None = None
        self._pages = 0
        self._open = 0
        self.starts = 0

    @property
    def version(self) -> str:
        """As it goes into records."""
        return f"Chromium/{self._browser.version}" if self._browser else "Chromium"

    async def page(self, passage: Passage) -> BrowserContext:
        """A context without a past for one page; BrowserTrouble if there is no browser to be had."""
        async with self._starting:
            if self._pages >= PAGES and not self._open:
                await self._end()
            browser = self._browser if self._browser and self._browser.is_connected() else await self._start()
        self._pages += 1
        self._open += 1
        try:
            return await browser.new_context(
                proxy={"server": self._proxy, "username": passage.user, "password": passage.password},
                user_agent=self._user_agent(browser),
                service_workers="block",
                accept_downloads=False,
                timezone_id="UTC",
            )
        except Exception as e:
            self._open -= 1
            raise BrowserTrouble(f"the browser makes no page ({_first_line(e)}); it is started anew") from e

    async def leave(self, context: BrowserContext) -> None:
        """A page that cannot be closed takes its browser along; others in it end as if it had crashed."""
        self._open -= 1
        try:
            await asyncio.wait_for(context.close(), END_LIMIT)
        except (Error, TimeoutError):
            self.kill()

    def kill(self) -> None:
        """At once, with all its processes: they are a group of their own."""
        if self._pid is not None and self._browser is not None and self._browser.is_connected():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, signal.SIGKILL)
        self._pid = None

    async def close(self) -> None:
        async with self._starting:
            await self._end()
            if self._driver is not None:
                with suppress(Exception):
                    await asyncio.wait_for(self._driver.stop(), END_LIMIT)
                self._driver = None

    async def _start(self) -> Browser:
        path = program(self._named)
        if path is None:
            raise BrowserTrouble("Chromium is not there any more; stoppress doctor says what is missing")
        await self._end()
        alone = without_sandbox()
        if alone and not self.starts:
            log.warning(
                "Chromium runs without its sandbox, as it must when it is run by root: a page that breaks out of it "
                "has the rights of this process; run the crawler as another user"
            )
        try:
            async with asyncio.timeout(START_LIMIT):
                driver = self._driver = self._driver or await _driver()
                self._browser = await driver.chromium.launch(
                    executable_path=path,
                    chromium_sandbox=not alone,
                    args=[*_WAYS_OUT, f"--js-flags=--max-old-space-size={HEAP}",
                          f"--ignore-certificate-errors-spki-list={self._key}"],
                    ignore_default_args=["--disable-popup-blocking"],
                    proxy={"server": self._proxy},
                    env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
                    handle_sigint=False, handle_sigterm=False, handle_sighup=False,
                )  # fmt: skip
                session = await self._browser.new_browser_cdp_session()
                self._pid = await _pid_of(session)
                self._guard = asyncio.create_task(end_the_greedy(session))
        except Exception as e:
            self._driver = None  # it may be what died
            raise BrowserTrouble(
                f"Chromium ({path}) cannot be started: {_first_line(e)}; stoppress doctor tries it apart"
            ) from e
        self._pages = 0
        self.starts += 1
        return self._browser

    async def _end(self) -> None:
        browser, self._browser = self._browser, None
        if self._guard is not None:
            self._guard.cancel()
            await asyncio.gather(self._guard, return_exceptions=True)
            self._guard = None
        if browser is not None and browser.is_connected():
            try:
                await asyncio.wait_for(browser.close(), END_LIMIT)
            except Exception:  # noqa: BLE001 - whatever keeps it from ending well
                self._browser = browser
                self.kill()
                self._browser = None

    def _user_agent(self, browser: Browser) -> str:
        """A browser's, for pages look at it, and ours behind it: who asks and where to complain."""
        major = browser.version.partition(".")[0]
        chrome = (
            f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"
        )
        return f"{chrome} {self._agent}"


async def _driver() -> Playwright:
    """Ctrl-C is the crawler's business: the driver, in the same group of the terminal, must outlive the first."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return await async_playwright().start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


async def _pid_of(session: CDPSession) -> int:
    told: dict[str, Any] = await session.send("SystemInfo.getProcessInfo")
    return int(next(one["id"] for one in told["processInfo"] if one["type"] == "browser"))


def _first_line(error: BaseException) -> str:
    """Playwright's messages go on with the whole log of the call."""
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__
