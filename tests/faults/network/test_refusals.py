"""429 and 503: the host is left alone as long as it asks, each page of it; nobody else waits."""

from __future__ import annotations

from itertools import pairwise

import pytest

from .lasting import PROBES, REFUSALS, Lasted

SLACK = 0.1  # seconds between the start that was decided and the head that arrived


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_parks_its_host_for_as_long_as_it_asks_and_no_other(lasted_crawl: Lasted, name: str) -> None:
    hits = [hit.at for hit in lasted_crawl.servers[name].hits_of("/live")]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(hits)]
    visits = lasted_crawl.of(name)
    wait = REFUSALS[name][1]

    assert (visits[0]["outcome"], visits[0]["reason"]) == ("error", "http-status")
    assert all(gap >= wait - SLACK for gap in gaps[: None if name.endswith("for ever") else 1])
    assert wait > PROBES or len(hits) > 1
    # A visit that would only wait is not begun; what the end of the crawl cuts off has its end in the log alone.
    assert len(hits) - 1 <= len(visits) <= len(hits)


def test_a_host_that_is_back_is_visited_again(lasted_crawl: Lasted) -> None:
    for name in ("503 for 3 seconds", "429 for 3 seconds", "503 until a time"):
        assert ("archived", "version") in [(v["outcome"], v["reading"]) for v in lasted_crawl.of(name)]


def test_other_hosts_go_on_meanwhile(lasted_crawl: Lasted) -> None:
    assert {v["outcome"] for v in lasted_crawl.of("other host")} == {"archived", "revisit"}
    assert len(lasted_crawl.of("other host")) >= PROBES
