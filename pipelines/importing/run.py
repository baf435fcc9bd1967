"""One import: the archive opened beside a crawler that may be running, captures taken, then read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pipelines import clock
from pipelines.config import Config
from pipelines.keeper import Keeper
from pipelines.model import Visit
from pipelines.spools import open_beside_others

from .files import Files, Refusal
from .late import read_all
from .pages import Pages, pages
from .taking import Taking, Tally

NAME = "import"  # of its spool, beside the crawler's


class Told(Protocol):
    """Who is told how it goes."""

    def refused(self, what: Refusal) -> None: ...

    def noted(self, url: str, at: datetime, what: str) -> None: ...

    def step(self, tally: Tally) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose captures are wanted; nothing named: of the pages that are watched."""

    urls: Sequence[str] = ()
    prefixes: Sequence[str] = ()
    everything: bool = False

    def pages(self, keeper: Keeper) -> Pages:
        watched = [one.watch.url for one in keeper.catalog.watches()]
        return pages(self.urls, self.prefixes, watched, everything=self.everything)


class Import:
    """``files`` or ``taking`` bring captures in; ``read`` reads and compares all of them. Opened by ``importing``."""

    def __init__(self, keeper: Keeper, asked: Asked, told: Told) -> None:
        self.tally = Tally()
        self.keeper, self._told = keeper, told
        self.pages = asked.pages(keeper)
        self.taking = Taking(keeper, self.pages, self.tally, told.noted)

    def files(self, paths: Sequence[Path]) -> None:
        """All of them before anything is read: then it is read in the order of time."""
        config = self.keeper.config
        files = Files(
            self.taking,
            self.tally,
            most=config.crawl.max_size,
            now=clock.now(),
            refused=self._told.refused,
            step=self.step,
        )
        for path in paths:
            files.take(path)
        files.take_waiting()
        self.taking.flush()

    def refuse(self, what: Refusal) -> None:
        self.tally.refused += 1
        self._told.refused(what)

    def step(self) -> None:
        self._told.step(self.tally)

    def read(self) -> None:
        """Also what a killed import has left unread."""
        told = read_all(self.keeper, self.taking.seen, self._note, self._failed)
        self.tally.changes += told  # ``_note`` has counted meanwhile

    def _note(self, visit: Visit) -> None:
        self.tally.readings[visit.reading or "none"] += 1
        self.tally.changes += len(visit.changes)
        if visit.detail and visit.reading in ("none", "version"):
            self._told.noted(visit.url, visit.started, visit.detail)
        self.step()

    def _failed(self, visit: Visit, why: str) -> None:
        self.refuse(Refusal(dict(visit.found).get("file", visit.url), 0, f"it is kept, and cannot be read now: {why}"))


@contextmanager
def importing(
    config: Config, asked: Asked, told: Told, opened: Callable[[Config], Keeper] = Keeper
) -> Iterator[Import]:
    """What was taken is on disk when this ends, also by Ctrl-C."""
    with open_beside_others(config, NAME, opened) as keeper:
        keeper.catalog.refuse_unfinished()
        one = Import(keeper, asked, told)
        try:
            yield one
        finally:
            one.taking.flush()
