"""A catalog that is made of the store alone equals the one that the crawler left, field by field."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.catching_up import catch_up
from pipelines.config import Config
from pipelines.keeper import Keeper
from pipelines.model import Exchange, Visit
from pipelines.settled import Settled
from tests.rebuilt import dump, equals_its_catalog
from tests.running import stoppress
from tests.servers.buckets import Bucket

from .kept import CLOSED, POWER, RIVER, STORM, T0, TRAINS, Crawl, a_day, configured, page


@pytest.fixture(params=["directory", pytest.param("s3", marks=[pytest.mark.swift, pytest.mark.postgres])])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    if request.param == "directory":
        return configured(tmp_path)
    bucket: Bucket = request.getfixturevalue("swift_s3")
    return configured(
        tmp_path, store=f"{bucket.url}/live", catalog=request.getfixturevalue("postgres_url"),
        endpoint_url=bucket.endpoint_url,
    )  # fmt: skip


def lose(monkeypatch: pytest.MonkeyPatch, which: set[int]) -> None:
    """The readings with these numbers, in the order in which they are settled, are never written."""
    keep, count = Keeper.keep_reading, iter(range(10_000))

    def some(self: Keeper, what: Settled) -> None:
        if next(count) not in which:
            keep(self, what)

    monkeypatch.setattr(Keeper, "keep_reading", some)


def test_a_day_of_all_that_pages_do(config: Config) -> None:
    with Keeper(config) as keeper:
        a_day(Crawl(keeper))

    told = equals_its_catalog(config.path)

    whole = dump(config.path)
    assert told[-1]["read_again"] == 0
    assert Counter(v["reading"] for v in whole["visits"]) == {
        "version": 11, "unchanged": 3, "none": 3, "decode": 1, "not-html": 1,
    }  # fmt: skip
    versions = [v for v in whole["versions"] if v["urlkey"].endswith("storm")]
    assert [v["same_as"] for v in versions] == [None, None, None, 2, None, None, None, None, None]
    removed = [c for c in whole["changes"] if c["type"] == "removed"]
    assert [c["confirmed"] for c in removed] == [True, True]
    assert all(f["stored"] and f["sha256"] for f in whole["files"])


@pytest.mark.parametrize("which", [{0}, {2}, {3, 4}, {6}, {7, 8}, {9, 10}, set(range(1, 40)), set(range(40))])
def test_readings_that_were_lost_are_made_again_with_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: set[int]
) -> None:
    config = configured(tmp_path)
    lose(monkeypatch, which)
    with Keeper(config) as keeper:
        a_day(Crawl(keeper))

    told = equals_its_catalog(config.path)

    assert told[-1]["read_again"] == len(which & set(range(14)))


def test_what_a_later_start_has_read_is_not_read_again(tmp_path: Path) -> None:
    config = configured(tmp_path)
    with Keeper(config) as keeper:
        crawl = Crawl(keeper)
        crawl.visit(page(RIVER))
        crawl.visit(page(CLOSED, RIVER), read_it=False)
        crawl.visit(page(CLOSED, RIVER), read_it=False)
    with Keeper(config) as keeper:
        assert catch_up(keeper) == 1

    assert equals_its_catalog(config.path)[-1]["read_again"] == 0


def test_files_of_several_processes_and_days(config: Config) -> None:
    for day, texts in enumerate([(RIVER,), (CLOSED, RIVER), (RIVER,), (POWER, RIVER), (TRAINS, POWER, RIVER)]):
        with Keeper(config) as keeper:
            crawl = Crawl(keeper, start=T0 + timedelta(days=day))
            crawl.visit(page(*texts))
            crawl.visit(page(*texts) + b"<!-- -->")
            crawl.visit(page(*texts))

    told = equals_its_catalog(config.path)

    assert told[-1]["files"] == 5
    assert len(dump(config.path)["versions"]) == 5


@pytest.mark.postgres
def test_into_postgresql(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = configured(tmp_path)
    lose(monkeypatch, {3, 7})
    with Keeper(config) as keeper:
        a_day(Crawl(keeper))
    assert stoppress("apply", str(config.path), config=config.path).code == 0

    equals_its_catalog(config.path, postgres_url)


def test_two_crawlers_at_once_in_one_store(tmp_path: Path) -> None:
    """Of one page, too, and each confirms what the other has seen removed."""
    one, two = (configured(tmp_path, spool=name) for name in ("left", "right"))
    with Keeper(one) as first, Keeper(two) as second:
        crawls: list[Crawl] = [Crawl(first), Crawl(second, start=T0 + timedelta(seconds=30))]
        seen: list[Visit] = []
        for number, texts in enumerate(
            [(CLOSED, RIVER), (CLOSED, RIVER), (RIVER,), (POWER, RIVER), (POWER, CLOSED, RIVER), (POWER, RIVER)] * 2
        ):
            seen.append(crawls[number % 2].visit(page(*texts) + b"<!-- %d -->" % number))

    told = equals_its_catalog(one.path)

    assert told[-1]["files"] == 2
    assert len({row["worker"] for row in dump(one.path)["visits"]}) == 2
    assert sum(visit.reading == "version" for visit in seen) > 8


def test_captures_that_belong_to_no_visit(tmp_path: Path) -> None:
    config = configured(tmp_path)
    with Keeper(config) as keeper:
        robots = Exchange(
            url="https://news.example.org/robots.txt", started=T0, request=b"GET /robots.txt HTTP/1.1\r\n\r\n",
            response=b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *", status=200,
        )  # fmt: skip
        keeper.recorder.exchange(robots, visit_id=None, role="robots").result()

    equals_its_catalog(config.path)


def test_text_that_no_database_takes_comes_back_as_it_was_stored(config: Config) -> None:
    odd = page(RIVER).replace(b"metres", b"metres &#0; \\ud800 \xed\xa0\x80")
    with Keeper(config) as keeper:
        crawl = Crawl(keeper)
        crawl.visit(odd, head='ETag: "a\x00b"\r\n')
        crawl.visit(page(CLOSED, RIVER))

    equals_its_catalog(config.path)


def test_watches_pauses_and_ends_come_from_the_orders(tmp_path: Path) -> None:
    config = configured(tmp_path)
    other = "https://news.example.org/live/other"
    typed = [
        ("apply", str(config.path)),
        ("watch", other, "--every", "90s", "--tag", "a", "--tag", "b"),
        ("watch", "https://news.example.org/live/third", "--cron", "*/10 6-23 * * *", "--timezone", "Europe/London",
         "--from", "2026-11-03T18:00:00.25Z", "--until", "48h-idle"),
        ("pause", STORM), ("pause", other), ("resume", STORM), ("watch", other, "--every", "2m"),
    ]  # fmt: skip
    for words in typed:
        done = stoppress(*words, config=config.path)
        assert done.code == 0, done.err

    told = equals_its_catalog(config.path)

    states = {row["url"]: row["state"] for row in dump(config.path)["watches"]}
    assert states == {STORM: "active", other: "paused", "https://news.example.org/live/third": "active"}
    assert told[-1]["orders"] == 7
