"""``takedown --redact`` says that it is done when no copy has a word of it left; else it says where one may be."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.administering import opened_by_admin
from pipelines.comparing import compare
from pipelines.config import load_config
from pipelines.errors import StoreError
from pipelines.keeper import Keeper
from pipelines.model import Exchange, Version, Visit
from pipelines.reading import read
from pipelines.store.local_admin import LocalAdminStore
from pipelines.store.objects import Stat
from pipelines.store.recovering import QUARANTINE
from pipelines.store.redacting import Redactor
from pipelines.urlkey import urlkey
from tests.rebuild.kept import CLOSED, POWER, RIVER, SHELTER, STORM, TRAINS, Crawl, page
from tests.running import Ran, stoppress

from .places import OTHER, Place, plain

WHY = ("--redact", "--reason", "court order 12/26", "--actor", "legal")


def files(place: Place, word: str) -> list[Path]:
    root = place.config.parent / "archive"
    return [path for path in sorted((root / "warc").rglob("*.warc.gz")) if word[:20] in plain(path.read_bytes())]


def unfinished(ran: Ran) -> bool:
    return ran.code == 1 and ran.lines[0]["done"] is None and "not finished" in ran.err


def an_empty_folder(place: Place) -> Callable[[], object]:
    """The store's disk is not mounted."""
    warc = place.config.parent / "archive/warc"
    disk = warc.rename(place.config.parent / "disk")
    return lambda: disk.rename(warc)


def without_one_file(place: Place) -> Callable[[], object]:
    path = files(place, CLOSED)[0]
    away = path.rename(place.config.parent / path.name)
    return lambda: away.rename(path)


@pytest.mark.parametrize("take_away", [an_empty_folder, without_one_file])
def test_a_file_that_is_not_there_is_named_and_nothing_is_called_done(
    here: Place, take_away: Callable[[Place], Callable[[], object]]
) -> None:
    name = files(here, CLOSED)[0].name
    bring_back = take_away(here)
    ran = here.run("takedown", STORM, *WHY, "--json")
    bring_back()

    assert unfinished(ran), ran.err
    assert f"{name} is in the catalog and not in the store" in ran.err
    assert here.run("takedown", STORM, *WHY).code == 0
    assert CLOSED[:20] not in here.words()


@pytest.mark.parametrize("folder", ["2025/01/01", "backup"])
def test_a_copy_under_the_name_of_another_file_goes_and_that_file_stays(here: Place, folder: str) -> None:
    other = here.run("get", f"{OTHER}@v1").out
    known = next(path for path in files(here, POWER) if STORM not in plain(path.read_bytes()))
    stray = here.config.parent / "archive/warc" / folder / known.name
    stray.parent.mkdir(parents=True)
    shutil.copy(files(here, CLOSED)[0], stray)
    ran = here.run("takedown", STORM, *WHY)

    assert ran.code == 0, ran.err
    assert not stray.exists()
    assert CLOSED[:20] not in here.words()
    assert here.run("get", f"{OTHER}@v1").out == other
    assert here.run("verify", "--deep").code == 0  # with the index of the file that stays


def test_drafts_of_a_compact_that_was_killed_go(here: Place) -> None:
    temporary = here.config.parent / "tmp"
    temporary.mkdir()
    killed = stoppress("compact", "--older-than", "0s", "--yes", config=here.config,
                       env={"TMPDIR": str(temporary), "STOPPRESS_CRASH_AT": "mid_put:1"})  # fmt: skip
    incoming = here.config.parent / "archive/.incoming"
    left = [*incoming.iterdir(), *temporary.rglob("*.warc.gz")]
    ran = stoppress("takedown", STORM, *WHY, config=here.config, env={"TMPDIR": str(temporary)})

    assert (killed.code, len(left)) == (-9, 2)
    assert ran.code == 0, ran.err
    assert [*incoming.iterdir(), *temporary.iterdir()] == []


def test_a_draft_of_a_crawler_that_may_hold_it_is_named_and_left(here: Place) -> None:
    draft = here.config.parent / "archive/.incoming" / f"0-{files(here, CLOSED)[0].name.replace('-00001-', '-00007-')}"
    draft.write_bytes(b"half")
    ran = here.run("takedown", STORM, *WHY, "--json")

    assert unfinished(ran), ran.err
    assert "a draft of" in ran.err
    assert draft.exists()
    draft.unlink()
    assert here.run("takedown", STORM, *WHY).code == 0


def test_a_draft_of_a_file_that_is_stored_goes(here: Place) -> None:
    draft = here.config.parent / "archive/.incoming" / f"0-{files(here, CLOSED)[0].name}"
    draft.hardlink_to(files(here, CLOSED)[0])  # killed when it had its name
    ran = here.run("takedown", STORM, *WHY)

    assert (ran.code, draft.exists()) == (0, False), ran.err


def test_damaged_bytes_in_quarantine_are_named_until_somebody_has_looked(here: Place) -> None:
    kept = here.config.parent / "spool" / QUARANTINE / f"{files(here, CLOSED)[0].name}.tail"
    kept.parent.mkdir()
    kept.write_bytes(b"torn")
    ran = here.run("takedown", STORM, *WHY, "--json")

    assert unfinished(ran), ran.err
    assert str(kept) in ran.err
    kept.unlink()
    assert here.run("takedown", STORM, *WHY).code == 0


def test_a_file_that_comes_into_the_store_when_that_was_listed_is_looked_at_by_the_next_run(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, listed = load_config(here.config), LocalAdminStore.list
    here.run("takedown", STORM, *WHY[1:])
    keeper = Keeper(config).__enter__()
    Crawl(keeper, datetime.now(UTC)).visit(page(SHELTER, RIVER))

    def list_and_wait(self: LocalAdminStore, prefix: str) -> Iterator[Stat]:
        yield from listed(self, prefix)
        if prefix == "warc/":
            monkeypatch.undo()
            keeper.__exit__(None, None, None)

    monkeypatch.setattr(LocalAdminStore, "list", list_and_wait)
    with opened_by_admin(config, "takedown --redact") as (catalog, store):
        one = catalog.takedowns()[0]
        catalog.takedown_redacts(one.id, datetime.now(UTC))
        runs = [Redactor(catalog.takedowns()[0], catalog, store, here.config.parent, spool=config.archive.spool).run()
                for _ in range(2)]  # fmt: skip

    assert [run.finished for run in runs] == [False, True]
    assert SHELTER[:20] not in here.words()


@pytest.mark.parametrize("order", [(STORM,), ("https://news.example.org/live/", "--prefix")])
def test_what_a_visit_under_way_brings_is_not_kept_and_its_end_is_waited_for(
    here: Place, order: tuple[str, ...]
) -> None:
    at = datetime.now(UTC)
    visit = Visit(id="6f1ed002-ab59-4ea5-9e43-3d2b3e1c8d11", url=STORM, urlkey=urlkey(STORM), started=at)
    with Keeper(load_config(here.config)) as keeper:
        keeper.recorder.starting([visit]).result()
        ran = here.run("takedown", *order, *WHY, "--json")
        answer = Exchange(url=STORM, started=at, request=b"GET / HTTP/1.1\r\n\r\n", status=200,
                          response=b"HTTP/1.1 200 OK\r\n\r\n" + page(SHELTER))  # fmt: skip
        refused = keeper.recorder.exchange(answer, visit_id=visit.id, role="page", page=visit.urlkey)
        ended = keeper.recorder.visit(replace(visit, exchange=answer)).result()
        other = Crawl(keeper, at).visit(page(POWER, RIVER), url="https://news.example.org/elsewhere")

    assert (ran.code, ran.lines[0]["done"]) == (1, None)
    assert [one["url"] for one in ran.lines[0]["under_way"]] == [STORM]
    assert isinstance(refused.exception(), StoreError)
    assert ended is not None
    assert (ended.outcome, ended.reason, ended.captures) == ("error", "takedown", ())
    assert other.outcome == "archived"
    assert SHELTER[:20] not in here.words()
    assert here.run("takedown", *order, *WHY).code == 0
    assert SHELTER[:20] not in here.words()
    assert here.run("verify", "--deep").code == 0


def test_a_visit_that_is_read_when_its_page_has_gone_says_nothing(here: Place) -> None:
    with Keeper(load_config(here.config)) as keeper:
        kept = Crawl(keeper, datetime.now(UTC)).visit(page(SHELTER, RIVER), read_it=False)
    assert here.run("takedown", STORM, *WHY).code == 0
    found = read(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page(SHELTER, RIVER), STORM, kept.started)
    assert isinstance(found, Version)
    with Keeper(load_config(here.config)) as keeper:
        late = compare(replace(kept, reading="version", version=found), keeper.catalog, keeper.keep_reading)

    assert (late.reading, late.version, late.changes) == ("none", None, ())
    assert SHELTER[:20] not in here.words()


def test_readings_are_found_though_the_clock_was_a_year_ahead_when_the_captures_were_made(here: Place) -> None:
    url, now = "https://news.example.org/live/ahead", datetime.now(UTC)
    for hours, payload in enumerate((page(CLOSED, RIVER), page(POWER, RIVER), page(TRAINS, POWER, RIVER))):
        with Keeper(load_config(here.config)) as keeper:
            Crawl(keeper, now + timedelta(days=365, hours=hours)).visit(payload, url=url)
    ran = here.run("takedown", f"{url}@v1", *WHY)
    said = [plain(data) for data in here.objects("warc/").values()]

    assert ran.code == 0, ran.err
    assert not [text for text in said if url in text and CLOSED[:20] in text]
