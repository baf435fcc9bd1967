"""What politeness remembers, and for how long."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random

from crawler.governor import Governor
from crawler.politeness import Politeness


def politeness() -> Politeness:
    return Politeness(Governor(budget=1.0, per_host=1.0, hosts={}, min_gap=timedelta(0), random=Random(1)), "test")


def test_urls_with_a_token_of_their_own_are_forgotten_when_their_second_is_over() -> None:
    polite = politeness()
    past = datetime.now(UTC) - timedelta(seconds=1)
    polite._seconds = {f"http://a.example/?token={n}": past for n in range(10_000)}

    asyncio.run(polite.second("http://a.example/?token=new"))

    assert list(polite._seconds) == ["http://a.example/?token=new"]


def test_a_url_is_asked_once_in_a_second() -> None:
    polite = politeness()

    async def twice() -> list[datetime]:
        times = []
        for _ in range(2):
            await polite.second("http://a.example/")
            times.append(datetime.now(UTC).replace(microsecond=0))
        return times

    first, second = asyncio.run(twice())

    assert second - first == timedelta(seconds=1)
