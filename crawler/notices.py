"""Tells somebody when something is wrong, and when it is over: a running crawl's own watch over itself.

every minute: facts -> findings -> news -> Apprise -> remembered in the spool, so that a restart says nothing twice

All of it in a thread of its own: what hangs there holds up no visit, and what fails there is a log line and is tried
again. Apprise is imported only where somebody is to be told.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from pipelines import clock
from pipelines.config import Config
from pipelines.errors import ConfigError
from pipelines.face import iso
from pipelines.health import KINDS, Finding, Told, after, message, news
from pipelines.health_facts import found_now
from pipelines.keeper import Keeper
from pipelines.store.disk import write_durably
from pipelines.store.spool import worker_name

from .setup import keeper_of

log = logging.getLogger(__name__)
REMEMBERED = "notices.json"
LAST = 20.0  # seconds that the end of a crawl waits for its last notice
Send = Callable[[str, str], bool]  # title, text -> whether somebody has it


class Notices:
    """A Scrapy extension of ``stoppress crawl`` and ``scrapy crawl live``."""

    def __init__(self, keeper: Keeper, send: Send) -> None:
        self._keeper, self._send = keeper, send
        self._path = keeper.config.archive.spool / REMEMBERED
        self._told = remembered(self._path)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if crawler.spidercls.name != "live":
            raise NotConfigured
        keeper = keeper_of(crawler)
        urls = urls_of(keeper.config)
        if not urls:
            raise NotConfigured
        notices = cls(keeper, apprise_to(urls))
        crawler.signals.connect(notices.begin, signal=signals.spider_opened)
        crawler.signals.connect(notices.end, signal=signals.spider_closed)
        return notices

    def begin(self) -> None:
        self._thread.start()

    async def end(self) -> None:
        """Once more; a receiver that hangs does not keep the crawl from ending."""
        from scrapy.utils.defer import maybe_deferred_to_future
        from twisted.internet.threads import deferToThread

        self._ending.set()
        await maybe_deferred_to_future(deferToThread(self._thread.join, LAST))

    def _run(self) -> None:
        while not self._ending.wait(self._keeper.config.health.every.total_seconds()):
            self._look()
        self._look()

    def _look(self) -> None:
        try:
            self.look(clock.now())
        except Exception:
            log.exception("what is wrong cannot be told now; it is tried again")

    def look(self, now: datetime) -> None:
        """Say what is news; what nobody has received is said again next time."""
        config = self._keeper.config
        found = found_now(config, self._keeper.catalog, now)
        said = news(self._told, found, now, config.health.repeat)
        for finding in (*said.began, *said.over):
            log.warning("%s: %s", "over" if finding in said.over else finding.kind, finding.words)
        if not said:
            return
        title, text = message(said, machine=worker_name(config.archive.spool), now=now)
        if not self._send(title, text):
            log.error("a notice could not be sent (%s); it is tried again in %s", title, config.health.every)
            return
        self._told = after(self._told, said, now)
        remember(self._path, self._told)


def urls_of(config: Config) -> list[str]:
    """Where notices go to. ConfigError: the file cannot be read, or is open to others."""
    if config.health.notify_file is None:
        return []
    path = config.path.parent / config.health.notify_file
    try:
        mode, text = path.stat().st_mode, path.read_text()
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError(f"{path}, [health] notify_file, cannot be read: {e}; write an Apprise URL a line") from e
    if mode & 0o007:
        raise ConfigError(f"{path} holds passwords, and everybody on this machine may read it; chmod 600 {path}")
    return [line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")]


def apprise_to(urls: list[str]) -> Send:
    """ConfigError names the line that Apprise does not know, not what it says: it may be a password."""
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it repeats addresses
    receivers = apprise.Apprise()
    for number, url in enumerate(urls, start=1):
        if not receivers.add(url):
            raise ConfigError(f"[health] notify_file: address {number} is none that Apprise knows")

    def send(title: str, text: str) -> bool:
        return bool(receivers.notify(title=title, body=text))

    return send


def remembered(path: Path) -> dict[str, Told]:
    """What was told by this crawl or an earlier one; nothing, if that cannot be read: said twice harms nobody."""
    try:
        return {one["key"]: _told(one) for one in json.loads(path.read_text())}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as e:
        log.warning("%s cannot be read (%s): what is wrong is told anew", path, e)
        return {}


def remember(path: Path, told: Mapping[str, Told]) -> None:
    lines = [
        {"key": key, "kind": one.finding.kind, "subject": one.finding.subject, "since": iso(one.finding.since),
         "words": one.finding.words, "at": iso(one.at)}
        for key, one in told.items()
    ]  # fmt: skip
    try:
        write_durably(path, json.dumps(lines).encode())
    except OSError as e:  # the disk is full: a restart says it again
        log.warning("%s cannot be written: %s", path, e)


def _told(one: dict[str, Any]) -> Told:
    if one["kind"] not in KINDS:
        raise ValueError(one["kind"])
    at, since = (datetime.fromisoformat(one[name]) for name in ("at", "since"))
    return Told(Finding(one["kind"], one["subject"], since, one["words"]), at)
