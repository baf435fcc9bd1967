"""Hints, their sources and subscriptions: promises on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, insert

from crawler.hints.inbox import Inbox
from pipelines.store.catalog import Catalog
from pipelines.store.stored import Hint, HintSource, Subscription
from pipelines.store.tables import hints

from . import test_catalog as shared
from .test_catalog import NOON, TINY, minute

address, catalog = shared.address, shared.catalog

FEED = "https://www.example.org/feed"
SOURCE = HintSource(source=FEED, polled=NOON, again=minute(20) + TINY, failures=1, detail="it answered \x00 500",
                    events=7.5, told=3, looks=4, found=2, demoted=True)  # fmt: skip
SUBSCRIPTION = Subscription(source=FEED, topic=FEED + "?full", hub="https://hub.example.com/", path="p1", secret="s",
                            asked=NOON)  # fmt: skip


def test_hints_are_read_in_order_and_their_numbers_never_come_again(catalog: Catalog) -> None:
    told = [Hint("webhook", "org,example)/a", NOON - TINY, NOON), Hint("command", "org,example)/b", NOON, NOON)]
    catalog.tell_hints(told)
    first = catalog.hints_after(0)
    catalog.forget_hints(minute(1))
    catalog.tell_hints([Hint("command", "org,example)/c", NOON, minute(1))])
    later = catalog.hints_after(first[-1].id)

    assert [(one.source, one.at) for one in first] == [("webhook", NOON - TINY), ("command", NOON)]
    assert [one.urlkey for one in later] == ["org,example)/c"]


def test_what_was_missing_is_read_by_its_number(catalog: Catalog) -> None:
    catalog.tell_hints([Hint("command", f"org,example)/{n}", NOON, NOON) for n in range(400)])
    first, *_, last = catalog.hints_after(0)

    found = catalog.hints_after(last.id, [first.id + n for n in range(0, 400, 2)] + [last.id + 7])

    assert [one.urlkey for one in found] == [f"org,example)/{n}" for n in range(0, 400, 2)]


@pytest.mark.postgres
def test_a_large_push_that_commits_behind_a_later_one_is_read_all_the_same(postgres_url: str) -> None:
    told = insert(hints).values(source="webhook", urlkey="org,example)/large", at=1, told=1)
    inbox, engine = Inbox(), create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with Catalog.open(postgres_url) as catalog, engine.connect() as large:
        for _ in range(300):
            large.execute(told)
        catalog.tell_hints([Hint("command", "org,example)/small", NOON, NOON)])
        small = inbox.take(catalog.hints_after(inbox.last, inbox.missing), NOON)
        large.commit()
        rest = inbox.take(catalog.hints_after(inbox.last, inbox.missing), NOON)
        again = inbox.take(catalog.hints_after(inbox.last, inbox.missing), NOON)
    engine.dispose()

    assert ([one.urlkey for one in small], len(rest), again) == (["org,example)/small"], 300, [])


def test_sources_come_back_as_they_were_with_their_pages(catalog: Catalog) -> None:
    catalog.remember_hints([SOURCE], {(FEED, "a"): NOON, (FEED, "b"): NOON})
    catalog.remember_hints([], {(FEED, "a"): minute(5)})
    [kept] = catalog.hint_sources()

    assert (kept.again, kept.told, kept.demoted, kept.detail) == (minute(20) + TINY, 3, True, "it answered  500")
    assert catalog.hints_of("a") == [(kept, minute(5))]
    catalog.forget_hint_pages(["a"])
    assert catalog.hint_pages() == {FEED: {"b"}}
    assert catalog.hints_of("a") == []


def test_what_a_hub_says_of_an_older_callback_changes_nothing(catalog: Catalog) -> None:
    catalog.subscribe(SUBSCRIPTION)
    active = SUBSCRIPTION.became("active", minute(1), expires=NOON + timedelta(days=5))
    catalog.subscription_became(active)
    hub = "https://other.example/"
    renewed = Subscription(source=FEED, topic=FEED, hub=hub, path="p2", secret="t", asked=minute(2))
    before = catalog.subscription("p1")
    catalog.subscribe(renewed)
    catalog.subscription_became(active)

    assert before == active
    assert (catalog.subscriptions(), catalog.subscription("p1")) == ([renewed], None)
    catalog.unsubscribe([FEED])
    assert catalog.subscriptions() == []


def test_hints_are_no_part_of_the_archive(catalog: Catalog) -> None:
    catalog.tell_hints([Hint("webhook", "a", NOON, NOON)])
    catalog.remember_hints([SOURCE], {(FEED, "a"): NOON})
    catalog.subscribe(SUBSCRIPTION)

    assert not {"hints", "hint_sources", "hint_pages", "subscriptions"} & catalog.dump().keys()
    assert catalog.begin_rebuild() is False
    assert catalog.subscription("p1") == SUBSCRIPTION
