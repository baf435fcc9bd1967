"""A crawl learns from its archive how soon newsrooms overwrite, from time to time, and holds nothing up for it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.adaptive import Adaptive
from crawler.lifetimes import EVERY, LearntOfNewsrooms
from pipelines.errors import CatalogError
from pipelines.lifetimes import USUAL, Life, Lifetimes
from pipelines.model import Watch
from pipelines.urlkey import urlkey

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
QUICK, OTHER = "https://quick.example/live", "https://other.example/live"
LIVES = {urlkey(QUICK): [Life(1, 0, 30, 90)] * 80}
MINUTE = timedelta(minutes=1)


class Archive:
    """A catalog that has seen a newsroom. ``broken``: it cannot be read."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken, self.asked = broken, 0
        self.kept: dict[str, Lifetimes] = {}
        self.at: datetime | None = None

    def lives(self) -> dict[str, list[Life]]:
        self.asked += 1
        return LIVES

    def lifetimes(self) -> dict[str, Lifetimes]:
        if self.broken:
            raise CatalogError("it is away")
        return dict(self.kept)

    def lifetimes_learnt(self) -> datetime | None:
        return self.at

    def remember_lifetimes(self, found: dict[str, Lifetimes], now: datetime) -> None:
        self.kept |= found
        self.at = now


def learning(archive: Archive) -> tuple[LearntOfNewsrooms, Adaptive]:
    adaptive = Adaptive(budget=1.0, after_end=[])
    adaptive.set([Watch(url=url, schedule="adaptive") for url in (QUICK, OTHER)], {}, {}, NOW)
    catalog: Any = archive
    return LearntOfNewsrooms(adaptive, catalog), adaptive


def run(made: LearntOfNewsrooms, *times: datetime) -> None:
    async def turns() -> None:
        for now in times:
            made.tick(now)
            if made._task is not None:
                await made._task

    asyncio.run(turns())


def shares(adaptive: Adaptive, url: str) -> list[float]:
    pool = adaptive.scheduler.pool
    return list(pool.shares[pool.numbers[urlkey(url)]].tolist())


def test_what_the_archive_tells_of_a_newsroom_holds_for_its_pages_now_and_for_later_ones() -> None:
    made, adaptive = learning(Archive())
    run(made, NOW)
    before, later = shares(adaptive, QUICK), "https://quick.example/later"
    adaptive.set([Watch(url=url, schedule="adaptive") for url in (QUICK, OTHER, later)], {}, {}, NOW)

    assert before[0] > 0.1
    assert shares(adaptive, later) == shares(adaptive, QUICK) == before
    assert shares(adaptive, OTHER) == pytest.approx(USUAL)


def test_it_is_learnt_when_a_crawl_begins_and_every_few_hours() -> None:
    archive = Archive()
    made, _ = learning(archive)
    run(made, *(NOW + n * MINUTE for n in range(10)))
    first = archive.asked
    run(made, NOW + EVERY, NOW + EVERY + MINUTE)

    assert (first, archive.asked) == (1, 2)


def test_what_another_crawl_has_just_learnt_is_taken_over() -> None:
    archive = Archive()
    archive.remember_lifetimes({"example,quick": Lifetimes((0.4, 0.1, 0.0, 0.0), 99)}, NOW - MINUTE)
    made, adaptive = learning(archive)
    run(made, NOW, NOW + EVERY - 2 * MINUTE)

    assert archive.asked == 0
    assert shares(adaptive, QUICK) == pytest.approx((0.4, 0.1, 0.0, 0.0))
    run(made, NOW + EVERY)
    assert archive.asked == 1


def test_a_catalog_that_fails_is_said_and_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    archive = Archive(broken=True)
    made, adaptive = learning(archive)
    run(made, NOW)
    archive.broken = False
    run(made, NOW + EVERY)

    assert "could not be learnt, it is tried again: it is away" in caplog.text
    assert shares(adaptive, QUICK)[0] > 0.1


def test_a_clock_that_is_set_back_does_not_put_it_off() -> None:
    archive = Archive()
    made, _ = learning(archive)
    run(made, NOW)
    made.moved(-24 * EVERY)
    run(made, NOW - 23 * EVERY)

    assert archive.asked == 2
