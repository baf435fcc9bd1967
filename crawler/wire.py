"""The seam where exchanges are kept: below every middleware, so that robots.txt, hops and retries pass it too.

    request --tapped client--> bytes as they went and came --evidence--> Exchange --> recorder --> response goes on

In our own crawl a visit waits for its records to be on disk; in other people's, where nothing else does, the response.

Where the tap does not work (private names have moved), exchanges are rebuilt from what Scrapy's parser leaves:
each record says so, and the log at the start.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError, ResponseDataLossError
from scrapy.http import Response
from scrapy.utils._download_handlers import get_dataloss_msg, wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred

from pipelines import clock
from pipelines.errors import StoreError
from pipelines.model import Capture, Exchange, Role, Visit
from pipelines.promise import Promise
from pipelines.recent import Recent

from .certificates import Named
from .evidence import exchange_of
from .reconstructed import failed, reconstructed

if TYPE_CHECKING:
    from twisted.web.iweb import IPolicyForHTTPS

    from .browser.look import Look
    from .browser.viewer import Viewer
    from .tap import Agents, TappedAgent

log = logging.getLogger(__name__)
VISIT = "stoppress_visit"  # meta: the visit that this request is made for; other people's requests have none
ROLE = "stoppress_role"  # meta: what its capture is to the visit, "page" where it is not said
BY_BROWSER = "stoppress_look"  # meta: what a visit through the browser needs to know (browser/look.py)
WHOLE = "stoppress_whole"  # meta: the whole answer is wanted, also if it is known: no conditional request
PROBE = "probe"  # the role of what is asked before the page
REQUISITE = "requisite"  # the role of what a page is shown with
HINT = "hint"  # the role of a feed or sitemap that is asked what is new
UNRECORDED = "stoppress_unrecorded"  # meta: what is sent holds a secret, so the archive must not have it
ORIGINAL = "stoppress_original"  # meta: the capture that a requisite's answer may turn out to repeat
BEGINS = "stoppress_begins"  # meta: asked when it is about to be sent, it says when that is, perhaps after a wait
EXCHANGE = "stoppress_exchange"  # meta: the exchange that this request became, where it is made for a visit
Keep = Callable[[Exchange, Response | None], "Promise[Visit | None] | None"]
REPEATABLE = ("GET", "HEAD")
REPEAT = "stoppress_repeat"  # meta: to send it twice does no harm, whatever its method
HEADER_LIMIT = "STOPPRESS_HEADER_LIMIT"  # setting: bytes of a response header, 1xx included


class _Dead(Exception):
    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class WireHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler that hands each exchange to the recorder before the response leaves it."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from .setup import keeper_of

        keeper = keeper_of(crawler)
        self._recorder, self._config = keeper.recorder, keeper.config
        self._stats: Any = crawler.stats
        if crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"):
            self._contextFactory = cast("IPolicyForHTTPS", Named(self._contextFactory))
        # Twisted re-sends on a dead kept-alive connection by itself: two requests on the wire, one visible.
        self._pool.retryAutomatically = False
        self._browser: Viewer | None = None
        self._agents: Agents = Recent()
        self.fidelity = self._tapped()
        keeper.facts["stoppress-fidelity"] = self.fidelity
        self._stats.set_value("stoppress/fidelity", self.fidelity)

    def _tapped(self) -> str:
        """Put the tap in place and try it; "reconstructed", loudly, if it does not work."""
        pool: Any = self._pool
        plain = pool._factory
        try:
            from . import self_check, tap

            limit = self._crawler.settings.getint(HEADER_LIMIT, tap.HEADER_LIMIT)
            pool._factory = partial(tap.TappedFactory, limit=limit)
            self_check.try_out(self.agent)
        except Exception as e:  # noqa: BLE001 - a name that has moved may show in any way
            pool._factory = plain
            log.error(
                "the wire cannot be tapped (%s: %s): Scrapy or Twisted is not the version this was made for. Responses "
                "are rebuilt from Scrapy's objects, and their records marked 'reconstructed'", type(e).__name__, e
            )  # fmt: skip
            return "reconstructed"
        return "wire"

    def agent(self, crawler: Crawler | None = None) -> TappedAgent:
        """What carries one request, with the arguments that Scrapy gives it (HTTP11DownloadHandler)."""
        from .tap import TappedAgent

        return TappedAgent(
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=crawler or self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
            agents=self._agents,
        )

    async def download_request(self, request: Request) -> Response:
        if BY_BROWSER in request.meta:
            return await self._by_browser(request, request.meta[BY_BROWSER])
        return await self.exchanged(request, partial(self._keep, request))

    async def exchanged(self, request: Request, keep: Keep) -> Response:
        """One request on the wire. ``keep`` is given the exchange before anything is handed on or raised.

        A kept-alive connection may be closed by its server just as it is used again. If it was, and no byte has come
        back, what may be repeated is sent once more at once: a try of its own (RFC 9112 9.3.1).
        """
        if self.fidelity != "wire":
            return await self._untapped(request, keep)
        try:
            return await self._tapped_once(request, keep)
        except _Dead as e:
            if request.method not in REPEATABLE and not request.meta.get(REPEAT):
                raise e.error from None
            self._stats.inc_value("stoppress/sent_again")
        try:
            return await self._tapped_once(request, keep)
        except _Dead as e:
            raise e.error from None

    async def _tapped_once(self, request: Request, keep: Keep) -> Response:
        """_Dead: what was raised, where the connection was dead when it was lent."""
        started, since = await _begun(request), time.monotonic()
        agent = self.agent()

        def seen(error: BaseException | None = None, response: Response | None = None) -> Promise[Visit | None] | None:
            tap, agent.tap = agent.tap, None
            flags = response.flags if response else ()
            exchange = exchange_of(request.url, tap, started=started, duration=_since(since), flags=flags, error=error)
            return keep(exchange, response)

        try:
            response = await self._sent(agent, request)
        except Exception as e:
            dead = agent.tap is not None and agent.tap.dead and not isinstance(e, DownloadTimeoutError)
            await self._on_disk(seen(e), request)
            if dead:
                raise _Dead(e) from e
            raise
        except BaseException as e:  # the crawl is being taken down: nothing is waited for
            seen(e)
            raise
        await self._on_disk(seen(response=response), request)
        return response

    async def _sent(self, agent: TappedAgent, request: Request) -> Response:
        try:
            with wrap_twisted_exceptions():
                return await maybe_deferred_to_future(agent.download_request(request))
        except ResponseDataLossError:
            if not self._fail_on_dataloss_warned:
                log.warning(get_dataloss_msg(request.url))
                self._fail_on_dataloss_warned = True
            raise

    async def _untapped(self, request: Request, keep: Keep) -> Response:
        started, since = await _begun(request), time.monotonic()
        try:
            response = await super().download_request(request)
        except Exception as e:
            await self._on_disk(keep(failed(request, e, started, _since(since)), None), request)
            raise
        kept = keep(reconstructed(request, response, started, _since(since)), response)
        await self._on_disk(kept, request)
        return response

    async def _by_browser(self, request: Request, look: Look) -> Response:
        if self._browser is None:
            from .browser.viewer import Viewer  # not before: what it needs is an extra, and not there for everybody

            self._browser = Viewer(self._config.crawl, self._stats, send=self.exchanged, record=self.record)
        seen = await self._browser.visit(request, look)
        request.meta[EXCHANGE] = seen.exchange
        if isinstance(seen.answer, Exception):
            raise seen.answer
        return seen.answer

    async def close(self) -> None:
        if self._browser is not None:
            await self._browser.close()
        await super().close()

    def _keep(self, request: Request, exchange: Exchange,
              response: Response | None = None) -> Promise[Visit | None] | None:  # fmt: skip
        """Hand it to the recorder; the promise that it will be on disk, None where nothing is kept of it."""
        if "#" in exchange.url:
            # "The target URI excludes the reference's fragment component, if any" -- RFC 9110 7.1
            exchange = replace(exchange, url=exchange.url.partition("#")[0])
        visit: Visit | None = request.meta.get(VISIT)
        if visit is not None:
            request.meta[EXCHANGE] = exchange
        if not exchange.request or request.meta.get(UNRECORDED):
            return None  # nothing went over the wire: the visit's own record tells of it
        role: Role = request.meta.get(ROLE) or ("robots" if urlsplit(request.url).path == "/robots.txt" else "page")
        if role == HINT and exchange.status == 304:
            return None  # nothing was told, many times a day
        if role in ("page", "older", "feed") and response is not None and leads_on(response):
            role = "redirect"  # the page, or its part, is what is found in the end
        return self.record(exchange, role, visit, request.meta.get(ORIGINAL))

    def record(self, exchange: Exchange, role: Role, visit: Visit | None,
               original: Capture | None = None) -> Promise[Visit | None]:  # fmt: skip
        """To the recorder, as a capture of this visit, or of none."""
        self._stats.inc_value(f"stoppress/exchanges/{exchange.fidelity}")
        if visit is not None:
            return self._recorder.exchange(exchange, role=role, visit_id=visit.id, page=visit.urlkey, original=original)
        return self._recorder.exchange(exchange, role=role, visit_id=None, original=original)

    async def _on_disk(self, kept: Promise[Visit | None] | None, request: Request) -> None:
        """For whoever has no visit to wait for: what is handed on is kept, or it is said aloud that it is not."""
        if kept is None or VISIT in request.meta:
            return
        from twisted.internet import reactor

        done: Deferred[None] = Deferred()
        kept.add_done_callback(lambda _: reactor.callFromThread(done.callback, None))
        await maybe_deferred_to_future(done)
        if (error := kept.exception()) is not None:
            if not isinstance(error, StoreError):
                raise error
            self._stats.inc_value("stoppress/not_kept")
            log.error("%s is not archived: %s", request.url, error)


def leads_on(response: Response) -> bool:
    """A redirect that says where to (RFC 9110 15.4)."""
    return response.status in (301, 302, 303, 307, 308) and bool(response.headers.get("Location"))


async def _begun(request: Request) -> datetime:
    """The date of what is sent now. Other people's crawls may ask for a URL as often in a second as they like."""
    begins: Callable[[], Awaitable[datetime]] | None = request.meta.get(BEGINS)
    return await begins() if begins else clock.now()


def _since(began: float) -> timedelta:
    return timedelta(seconds=time.monotonic() - began)
