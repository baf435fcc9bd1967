"""What a crawler remembers of hosts: promises on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pipelines.store.catalog import Catalog, HostState, LastRun

from . import test_catalog as shared
from .test_catalog import NOON, TINY, minute

address, catalog = shared.address, shared.catalog

PARKED = HostState(
    host="example.org", last_start=NOON, gap=timedelta(seconds=3), not_before=minute(5) + TINY, asked=True, refusals=2,
    retry_after="300", crawl_delays=(("www.example.org", "https://www.example.org", timedelta(seconds=2.5)),),
)  # fmt: skip
FREE = HostState(host="example.com", last_start=NOON)


def test_hosts_come_back_as_they_were_and_the_newest_word_counts(catalog: Catalog) -> None:
    catalog.remember_hosts([PARKED, FREE], worker="w1", now=NOON)
    catalog.remember_hosts([later := replace(PARKED, not_before=None, refusals=0)], worker="w1", now=minute(1))

    assert catalog.hosts("w1") == [FREE, later]


def test_each_worker_has_its_own(catalog: Catalog) -> None:
    catalog.remember_hosts([PARKED], worker="w1", now=NOON)

    assert catalog.hosts("w2") == []
    assert catalog.last_run("w2") is None


def test_whether_the_crawler_before_this_one_has_ended(catalog: Catalog) -> None:
    catalog.remember_hosts([], worker="w1", now=NOON)
    running = catalog.last_run("w1")
    catalog.remember_hosts([], worker="w1", now=minute(1), ended=True)

    assert (running, catalog.last_run("w1")) == (LastRun(NOON, False), LastRun(minute(1), True))


def test_when_any_crawler_of_the_catalog_was_last_heard_of(catalog: Catalog) -> None:
    before = catalog.last_heard()
    catalog.remember_hosts([PARKED], worker="w1", now=minute(2), ended=True)
    catalog.remember_hosts([replace(FREE, last_start=minute(9))], worker="w2", now=minute(1))

    assert (before, catalog.last_heard()) == (None, minute(2))


def test_what_a_crawler_had_saved_up_of_its_budget_comes_back(catalog: Catalog) -> None:
    saved = {"budget": 12.5, "hints": 0.25}
    catalog.remember_hosts([PARKED], worker="w1", now=NOON, saved=saved)

    assert catalog.last_run("w1") == LastRun(NOON, False, saved)
    assert catalog.hosts("w1") == [PARKED]


def test_a_host_is_forgotten_when_it_was_not_asked_for_a_week_and_asks_for_nothing(catalog: Catalog) -> None:
    later = NOON + timedelta(days=8)
    waits = replace(PARKED, not_before=later + TINY)
    catalog.remember_hosts([waits, FREE, replace(FREE, host="new.example", last_start=later)], worker="w1", now=NOON)
    catalog.forget_hosts(worker="w1", now=later)

    assert [state.host for state in catalog.hosts("w1")] == ["example.org", "new.example"]
    assert catalog.last_run("w1") is not None


def test_what_is_remembered_is_no_part_of_the_archive(catalog: Catalog) -> None:
    catalog.remember_hosts([PARKED], worker="w1", now=NOON)

    assert "hosts" not in catalog.dump()
    assert catalog.begin_rebuild() is False  # a catalog that knows no more is empty
    assert catalog.hosts("w1") == [PARKED]
