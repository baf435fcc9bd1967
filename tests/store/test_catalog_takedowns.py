"""The catalog's takedowns, the move of captures to another file, and the administrators' lock; on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from pipelines.errors import SpoolLocked
from pipelines.model import Change, Proof
from pipelines.store.catalog import Catalog, LaterReading, Rediffed, WarcFile
from pipelines.takedowns import Takedown, from_order, order_of

from . import test_catalog as shared
from .test_catalog import FILE, KEY, NOON, URL, archived, capture, minute

address, catalog = shared.address, shared.catalog


def takedown(**more: Any) -> Takedown:
    facts = {"id": "t1", "scope": "page", "url": URL, "urlkey": KEY, "at": NOON, "actor": "legal", "reason": "order"}
    return Takedown(**{**facts, **more})


def test_what_was_taken_down_comes_back_as_it_was_given(catalog: Catalog) -> None:
    one = takedown(scope="capture", record_id="urn:uuid:r1", timestamp=minute(1), digest="sha256:0")
    catalog.takedown_added(one)
    catalog.takedown_redacts("t1", minute(2))
    catalog.takedown_done("t1", minute(3))

    assert catalog.takedowns() == [replace(one, redact=minute(2), done=minute(3))]
    assert not catalog.takedown_lifted("t1", minute(4))  # what is redacted cannot be lifted
    assert catalog.blocks().record("urn:uuid:r1") == catalog.takedowns()[0]


def test_what_goes_for_good_goes_though_its_order_is_given_once_more(catalog: Catalog) -> None:
    catalog.takedown_added(takedown())
    catalog.takedown_redacts("t1", minute(2))
    catalog.takedown_added(takedown(at=minute(3), reason="again"))

    assert catalog.takedowns() == [takedown(at=minute(3), reason="again", redact=minute(2))]


def test_an_order_is_read_as_it_was_written() -> None:
    for one in (takedown(), takedown(scope="prefix", redact=NOON), takedown(scope="capture", record_id="urn:uuid:r")):
        assert from_order({**order_of(one), "actor": "legal"}, NOON) == one
    for wrong in ({"scope": "host"}, {"scope": "capture"}):
        with pytest.raises((KeyError, ValueError)):
            from_order({**order_of(takedown()), "actor": "legal", **wrong}, NOON)


def test_a_lifted_takedown_blocks_nothing_and_is_not_forgotten(catalog: Catalog) -> None:
    catalog.takedown_added(takedown())
    assert catalog.blocks().page(KEY)

    assert catalog.takedown_lifted("t1", minute(1))
    assert not catalog.takedown_lifted("t1", minute(2))
    assert catalog.blocks().page(KEY) is None
    assert [one.lifted for one in catalog.takedowns()] == [minute(1)]


def test_a_prefix_means_its_letters(catalog: Catalog) -> None:
    for number, name in enumerate(("a_b", "a_b/c", "axb", "a%b"), 1):
        catalog.visits_recorded([archived(number, f"http://news.test/{name}")])
    found = catalog.covered(takedown(scope="prefix", urlkey="test,news)/a_b"))

    assert found.visits == {"v1", "v2"}
    assert found.records == {"urn:uuid:r1", "urn:uuid:r2"}
    assert found.earliest == minute(1)


@pytest.mark.parametrize("scope", ["page", "capture"])
def test_what_is_taken_down_while_it_is_read_again_is_not_saved(catalog: Catalog, scope: Any) -> None:
    catalog.visits_recorded([archived(1), archived(2)])
    catalog.takedown_added(takedown(id="t0", urlkey="test,other)/"))
    known = catalog.blocks().ids()
    later = [
        LaterReading(record_id=f"urn:uuid:r{n}", urlkey=KEY, timestamp=minute(n), extractor="x/9", reading="empty",
                     obeyed=known)
        for n in (1, 2)
    ]  # fmt: skip
    side = Proof(record_id="urn:uuid:r1", digest="sha256:0", timestamp=minute(1))
    change = Change(type="headline", class_="substantive", new="Word", new_proof=side)
    found = Rediffed(urlkey=KEY, from_seq=1, to_seq=2, differ="d/9", basis="", extractor="x/9", result="different",
                     changes=(change,), obeyed=known)  # fmt: skip
    catalog.takedown_added(takedown(scope=scope, record_id="urn:uuid:r1" if scope == "capture" else None))
    catalog.save_reextracted(later)
    catalog.save_rediffed([found])

    kept = ["urn:uuid:r2"] if scope == "capture" else []
    assert [reading.record_id for reading in catalog.reextracted(KEY, "x/9")] == kept
    assert catalog.rediffed("d/9", "") == []
    catalog.save_rediffed([replace(found, obeyed=catalog.blocks().ids())])
    assert catalog.rediffed("d/9", "") == [found]


def test_captures_move_to_the_file_that_replaces_theirs_in_one_go(catalog: Catalog) -> None:
    catalog.file_opened(FILE, worker="w1", now=NOON)
    catalog.visits_recorded([archived(1), archived(2)])
    catalog.file_stored(FILE, key=f"warc/{FILE}", size=300, sha256="sha256:0", now=NOON)
    name = FILE.replace("-00001-", "-90001-")
    new = WarcFile(name, f"warc/{name}", "stored", 400, "sha256:1", "admin_1", NOON, NOON, (FILE,))
    moved = [capture(1, filename=new.key, offset=7, length=50), capture(2, filename=new.key, offset=57, redacted="t1")]
    for _ in range(2):
        catalog.file_replaced(new, [FILE], moved)

    assert catalog.files() == [new]
    assert catalog.replacing(FILE) == new
    assert catalog.replacing(name) is None
    assert catalog.places(new.key or "") == {"urn:uuid:r1": (7, 50)}
    gone = catalog.capture("urn:uuid:r2")
    assert gone is not None
    assert (gone.filename, gone.redacted) == (new.key, "t1")
    # The second was never read: its bytes went, so it never will be.
    assert [(visit.id, visit.reading) for visit in catalog.visits(URL)] == [("v1", None), ("v2", "none")]
    assert [visit.id for visit in catalog.unread_visits()] == ["v1"]


def test_a_redacted_capture_is_no_original(catalog: Catalog) -> None:
    catalog.visits_recorded([archived(1), archived(2)])
    new = WarcFile("n", "warc/n", "stored", 1, None, "w", NOON, NOON)
    catalog.file_replaced(new, [], [capture(2, filename="warc/n", redacted="t1")])
    original = catalog.histories([KEY])[KEY].original

    assert original is not None
    assert original.record_id == "urn:uuid:r1"


def test_the_lock_names_its_holder_and_ends_with_it(address: str, catalog: Catalog) -> None:
    with Catalog.open(address) as other:
        with other.held_by("gc"), pytest.raises(SpoolLocked, match="stoppress gc, process"), catalog.held_by("compact"):
            raise AssertionError("both hold it")
        with catalog.held_by("compact"):
            pass


def test_a_catalog_of_the_first_schema_is_migrated_with_its_rows(address: str) -> None:
    engine = create_engine(address.replace("postgresql://", "postgresql+psycopg://"))
    config = Config()
    config.set_main_option("script_location", "pipelines.store:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        values = f"('{FILE}', 'warc/f', 'stored', 3, 'w1', 0)"
        connection.execute(text(f"INSERT INTO files (name, key, state, size, worker, opened) VALUES {values}"))
    engine.dispose()
    with Catalog.open(address) as migrated:
        [file] = migrated.files()
        migrated.takedown_added(takedown())

        assert (file.name, file.replaces) == (FILE, ())
        assert migrated.blocks().page(KEY)
