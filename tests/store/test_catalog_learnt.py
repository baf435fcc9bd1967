"""What the adaptive schedule has learnt, kept by the catalog as it was given; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from pipelines.store.catalog import Catalog
from pipelines.store.stored import LearntPage

from . import test_catalog as shared

address, catalog = shared.address, shared.catalog
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE = LearntPage(urlkey="a", state={"likely": [0.25, 0.75], "begun": [0.0]}, last=NOW, ended=NOW + timedelta(hours=1))


@contextmanager
def connected(address: str) -> Iterator[Connection]:
    engine = create_engine(address.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_it_comes_back_as_it_was_given_and_the_newer_holds(catalog: Catalog) -> None:
    catalog.remember_learnt([PAGE, LearntPage(urlkey="b")], {"": 0.5, "example.org": 2.0}, worker="w1")
    newer = LearntPage(urlkey="b", state={"likely": [1.0]}, last=NOW)
    catalog.remember_learnt([newer], {"": 0.75}, worker="w1")

    assert catalog.learnt(["a", "b", "c"]) == {"a": PAGE, "b": newer}
    assert catalog.prices("w1") == {"": 0.75}


def test_of_several_crawlers_each_has_its_prices_and_the_dearest_are_told(catalog: Catalog) -> None:
    catalog.remember_learnt([], {"": 0.5}, worker="w1")
    catalog.remember_learnt([], {"": 0.9, "example.org": 2.0}, worker="w2")

    assert (catalog.prices("w1"), catalog.prices("w3")) == ({"": 0.5}, {})
    assert catalog.prices() == {"": 0.9, "example.org": 2.0}


@pytest.mark.parametrize("kept", ["", "{", "[1]", "3"])
def test_a_state_that_cannot_be_read_is_none(catalog: Catalog, address: str, kept: str) -> None:
    catalog.remember_learnt([PAGE], {}, worker="w1")
    with connected(address) as connection:
        connection.execute(text("UPDATE learnt SET state = :kept"), {"kept": kept})

    assert catalog.learnt(["a"])["a"].state is None


def test_counts_of_an_earlier_release_are_taken_along(address: str) -> None:
    config = Config()
    config.set_main_option("script_location", "pipelines.store:migrations")
    with connected(address) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        connection.execute(text("INSERT INTO learnt (urlkey, events, time, recent) VALUES ('a', 12.5, 7200, 1)"))

    with Catalog.open(address) as migrated:
        assert migrated.learnt(["a"])["a"] == LearntPage(urlkey="a", state={"events": 12.5, "time": 7200.0})
