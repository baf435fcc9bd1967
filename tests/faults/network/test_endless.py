"""What never ends is cut off early, in bounded memory, while other pages are visited as planned."""

from __future__ import annotations

import pytest

from tests.main_job.serving import ask

from .lasting import MANY, MIB, Lasted, floods

ENDLESS = floods()
TAKEN = 40 * MIB  # of 32 MiB that are read at most, and what lies in buffers


@pytest.mark.parametrize("name", ENDLESS)
def test_what_does_not_end_has_one_outcome(lasted_crawl: Lasted, name: str) -> None:
    visits = lasted_crawl.of(name)

    assert [(v["outcome"], v["reason"], v["reading"]) for v in visits] == [ENDLESS[name][1]]
    assert visits[0]["detail"]
    assert ask(lasted_crawl.config, "versions", visits[0]["url"], "--json").lines == []


@pytest.mark.parametrize("name", ["a body of 2 GiB", "chunks without end", "a body without end"])
def test_a_body_without_end_is_cut_off_and_memory_stays_small(lasted_crawl: Lasted, name: str) -> None:
    [visit] = lasted_crawl.of(name)

    assert lasted_crawl.sent(name) < TAKEN
    assert visit["captures"][0]["length"] < TAKEN
    assert lasted_crawl.peak - lasted_crawl.before < 300 * MIB


@pytest.mark.parametrize("name", ["a header of 2 MiB", "a header without end"])
def test_a_header_of_2_mib_or_without_end_is_protocol_and_cut_off_early(lasted_crawl: Lasted, name: str) -> None:
    assert lasted_crawl.sent(name) < 8 * MIB
    assert lasted_crawl.of(name)[0]["captures"] == []


def test_ten_thousand_updates_are_found_and_other_pages_are_not_held_up(lasted_crawl: Lasted) -> None:
    [visit] = lasted_crawl.of("many updates")
    told = [v["url"] for v in lasted_crawl.visits]
    others = lasted_crawl.servers["other host"].url("/live")
    [shown] = ask(lasted_crawl.config, "show", f"{visit['url']}@v1", "--json").lines

    assert (visit["outcome"], visit["reading"]) == ("archived", "version")
    assert len(shown["updates"]) == MANY
    assert told[: told.index(visit["url"])].count(others) >= 3  # two before it was served
