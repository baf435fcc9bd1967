"""What only a crawler can tell of itself: does the tap see the wire, does the egress guard hold, is a watch forgotten.

The first two are found out by a production crawl of nothing, in a process of its own: no request is sent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from pipelines.checkup import Check
from pipelines.config import Config
from pipelines.errors import StoppressError
from pipelines.health import findings
from pipelines.health_facts import facts_of, limits_of
from pipelines.store.catalog import Catalog

from .apart import NoAnswerError
from .apart import apart as call_apart
from .available import missing, program, tried, without_sandbox

PATIENCE = 300.0  # seconds for a crawl that sends nothing: a bound for what hangs, which a slow machine stays within
MOST = 20  # watches that are named, of each kind
NO_REQUESTS: tuple[Any, ...] = ()
Trial = Callable[[float], tuple[str | None, str]]  # waits so many seconds for what a crawl of nothing found


def crawler_checks(config: Config, trial: Trial) -> Iterator[Check]:
    """The wire capture and the egress guard, as the next ``stoppress crawl`` will have them."""
    try:
        fidelity, trouble = trial(PATIENCE)
    except NoAnswerError as e:
        yield Check("egress", "failed", f"a crawl of nothing did not end well ({e})", "stoppress crawl")
        return
    if trouble:
        yield Check("egress", "failed", trouble)
    else:
        opened = ", ".join(config.egress.allow) or "nothing"
        yield Check("egress", "ok", f"addresses that are not public are refused; [egress] allow opens {opened}")
    if fidelity == "wire":
        yield Check("wire", "ok", "every byte is kept as it goes over the wire")
    else:
        step = "pip install stoppress -c constraints.txt, so that Scrapy and Twisted are those this was made for"
        yield Check("wire", "failed", "the wire cannot be tapped: records would be marked 'reconstructed'", step)


def apart(config: Config) -> AbstractContextManager[Trial]:
    """A crawl of nothing in a process of its own, beside whatever else is looked at meanwhile."""
    return call_apart(crawl_nothing, config)


def crawl_nothing(config: Config) -> tuple[str | None, str]:
    """(fidelity of what would be captured, why nothing would be sent); once in a process."""
    from scrapy import Spider
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from . import settings as production
    from .egress import self_test
    from .setup import lend_keeper

    class Nothing(Spider):
        name = "nothing"
        trouble = ""

        async def start(self) -> AsyncIterator[Any]:
            from twisted.internet import reactor

            try:
                await self_test(reactor, self.crawler.settings, config.egress.allow)
            except StoppressError as e:
                Nothing.trouble = str(e)
            for request in NO_REQUESTS:  # what makes this a generator, as Scrapy wants it
                yield request

    values = {name: getattr(production, name) for name in dir(production) if name.isupper()}
    ours = dict.fromkeys(("crawler.politeness.Politeness", "crawler.conditional.Conditional"))
    values |= {"ITEM_PIPELINES": {}, "ADDONS": {}, "LOG_ENABLED": False}
    values["DOWNLOADER_MIDDLEWARES"] = values["DOWNLOADER_MIDDLEWARES"] | ours
    process = AsyncCrawlerProcess(Settings(values, priority="project"))
    crawler = process.create_crawler(Nothing)
    for borrower in (process, crawler):  # nothing will be kept: there is no archive behind it
        lend_keeper(borrower, SimpleNamespace(config=config, recorder=None, facts={}))  # type: ignore[arg-type]
    crawl = process.crawl(crawler)
    process.start(install_signal_handlers=False)  # who ends this process ends it at once: it holds nothing
    crawl.result()  # raises what ended it before its time
    fidelity = crawler.stats.get_value("stoppress/fidelity") if crawler.stats else None
    return fidelity, Nothing.trouble


def browser_checks(config: Config, catalog: Catalog | None) -> Iterator[Check]:
    """Whether watches with render = "browser" can be visited; it is started once if there are any."""
    standing = [row.watch for row in catalog.watches("active")] if catalog else []
    asking = {watch.url for watch in (*standing, *config.watches) if watch.render == "browser"}
    lacks = missing(config.crawl.browser)
    if not asking:
        yield Check("browser", "ok", f"no watch asks for it{'' if lacks else '; it is there'}")
        return
    trouble = lacks or tried(config.crawl.browser)
    if trouble:
        yield Check("browser", "failed", f"{len(asking)} watch(es) are not visited: {trouble}",
                    "mend that, or give these watches render = \"http\"")  # fmt: skip
        return
    bare = "; without its sandbox, for it is run by root" if without_sandbox() else ""
    yield Check("browser", "warning" if bare else "ok", f"{program(config.crawl.browser)} shows pages{bare}",
                "run the crawler as another user" if bare else "")  # fmt: skip


def watch_checks(config: Config, catalog: Catalog, now: datetime) -> Iterator[Check]:
    """Active watches without a good capture for three of their intervals, refused ones, and those without updates; and
    sources of hints that cannot be read.

    What is wrong with the spool is told beside the spool (``pipelines.checkup``).
    """
    facts = facts_of(config, catalog, now)
    if not facts.states["active"]:
        yield Check("watches", "warning", "nothing is watched", "stoppress watch URL, or: stoppress apply FILE")
        return
    limits = limits_of(config)
    found = [finding for finding in findings(facts, limits, now) if finding.kind in _NEXT]
    for kind, (name, step) in _NEXT.items():
        mine = [finding for finding in found if finding.kind == kind]
        yield from (Check(name, "warning", one.words, step.format(one.subject)) for one in mine[:MOST])
        if len(mine) > MOST:
            yield Check(name, "warning", f"and {len(mine) - MOST} more", _LISTED[name])
    if not any(_NEXT[finding.kind][0] == "watches" for finding in found):
        told = f"{facts.states['active']} active, each with a capture within {limits.intervals} intervals"
        yield Check("watches", "ok", told)


_NEXT = {  # of a finding: under which name it is told, and what to do
    "silent": ("watches", "is a crawler running? else: stoppress log {}"),
    "refused": ("watches", "write to whoever runs {}, or ask less often: [crawl.hosts]"),
    "no-updates": ("watches", "has its markup changed? stoppress show {}"),
    "hints": ("hints", "stoppress hints says why"),
}
_LISTED = {"watches": "stoppress pages", "hints": "stoppress hints"}
