"""``stoppress rebuild`` where something is in the way: rows, damage, a kill, a crawler, nothing at all."""

from __future__ import annotations

import gzip
import json
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.standing import Standing
from pipelines import warc
from pipelines.catching_up import catch_up
from pipelines.config import PRODUCT, load_config
from pipelines.errors import CatalogError
from pipelines.keeper import Keeper
from pipelines.model import Watch
from pipelines.opened import open_catalog
from pipelines.rebuilding import Rebuild
from pipelines.store.catalog import Catalog
from pipelines.store.local import LocalStore
from pipelines.urlkey import urlkey
from pipelines.warc import scan
from tests.rebuilt import beside, differences, dump, equals_its_catalog, rebuilt
from tests.running import ROOT, environment, stoppress

from .kept import CLOSED, POWER, RIVER, STORM, T0, Crawl, a_day, configured, page


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An archive of three files: a day of everything, and two more looks."""
    made = configured(tmp_path)
    assert stoppress("apply", str(made.path), config=made.path).code == 0
    for number, texts in enumerate([(), (RIVER,), (POWER, RIVER)]):
        with Keeper(made) as keeper:
            crawl = Crawl(keeper, start=T0 + timedelta(days=number))
            crawl.visit(page(*texts)) if texts else a_day(crawl)
    return made.path


def files_of(config: Path) -> list[Path]:
    return sorted((config.parent / "archive" / "warc").rglob("*.warc.gz"))


# in the way -----------------------------------------------------------------------------------------------------


def test_a_catalog_with_rows_is_refused_and_left_as_it_is(config: Path) -> None:
    before = dump(config)

    refused = stoppress("rebuild", config=config)

    assert refused.code == 1
    assert "--replace" in refused.err
    assert "not finished" not in refused.err
    assert dump(config) == before


def test_replace_makes_all_of_it_again(config: Path) -> None:
    before = dump(config)
    with open_catalog(load_config(config)) as catalog:
        catalog.save_watches([Watch(url="https://news.example.org/live/never-ordered")], now=T0)

    done = stoppress("rebuild", "--replace", config=config)

    assert done.code == 0, done.err
    assert differences(before, dump(config)) == []


def test_what_was_taken_down_stays_so_while_it_goes_on(config: Path) -> None:
    made = load_config(config)
    url = "https://news.example.org/live/taken"
    assert stoppress("takedown", url, "--reason", "court order", config=config).code == 0
    with open_catalog(made) as catalog, open_catalog(made, read_only=True) as reader:
        rebuild = Rebuild(catalog, LocalStore(config.parent / "archive"), workers=1)
        rebuild.begin(replace=True)
        steps = [bool(reader.blocks().page(urlkey(url)))]
        for _ in rebuild.run():
            steps.append(bool(reader.blocks().page(urlkey(url))))
        steps.append(bool(reader.blocks().page(urlkey(url))))

    assert len(steps) == 5
    assert all(steps)


def test_a_store_that_holds_nothing_says_so(tmp_path: Path) -> None:
    empty = configured(tmp_path)

    done = stoppress("rebuild", config=empty.path)

    assert done.code == 1
    assert "holds nothing to rebuild from" in done.err
    assert str(tmp_path / "archive") in done.err


def test_orders_alone_are_something_to_rebuild_from(tmp_path: Path) -> None:
    made = configured(tmp_path)
    assert stoppress("apply", str(made.path), config=made.path).code == 0

    equals_its_catalog(made.path)


def test_beside_a_running_crawler_of_this_spool_it_does_not_begin(config: Path) -> None:
    with Keeper(load_config(config)):
        refused = stoppress("rebuild", "--replace", config=config)

    assert refused.code == 1
    assert "in use by process" in refused.err


def test_beside_an_administrator_at_work_it_does_not_begin(config: Path) -> None:
    before = dump(config)
    with open_catalog(load_config(config)) as catalog, catalog.held_by("takedown --redact"):
        refused = stoppress("rebuild", "--replace", config=config)

    assert refused.code == 1
    assert "in the hands of stoppress takedown --redact" in refused.err
    assert dump(config) == before


# broken off -----------------------------------------------------------------------------------------------------


def broken_off(config: Path, monkeypatch: pytest.MonkeyPatch, method: str, at: int) -> bool:
    """A rebuild whose ``at``-th call of a catalog's method dies before it is made; False if there are not so many."""
    act, count = getattr(Catalog, method), iter(range(10_000))

    def dies(self: Catalog, *args: object, **more: object) -> object:
        if next(count) == at:
            raise KeyboardInterrupt
        return act(self, *args, **more)

    tables = load_config(config)
    with monkeypatch.context() as patch, open_catalog(tables) as catalog:
        patch.setattr(Catalog, method, dies)
        rebuild = Rebuild(catalog, LocalStore(Path(tables.archive.store)), workers=1)
        try:
            rebuild.begin()
            list(rebuild.run())
        except KeyboardInterrupt:
            return True
    return False


STEPS = ["add_told", "file_told", "readings_told", "sightings_told", "visits_read", "forget_watches", "end_rebuild"]


@pytest.mark.parametrize("method", STEPS)
def test_broken_off_at_any_step_it_is_simply_run_again(
    config: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    lost = load_config(config)
    if method == "visits_read":  # something has to be read again
        with monkeypatch.context() as patch, Keeper(lost) as keeper:
            patch.setattr(Keeper, "keep_reading", lambda self, what: None)
            Crawl(keeper, start=T0 + timedelta(days=5)).visit(page(CLOSED, POWER, RIVER))
            Crawl(keeper, start=T0 + timedelta(days=6)).visit(page(POWER, RIVER))
    fresh = beside(config)
    for time_ in (0, 1):
        assert broken_off(fresh, monkeypatch, method, time_ if method in STEPS[:2] else 0)
        with pytest.raises(CatalogError, match="has not been finished"):
            Keeper(load_config(fresh))

    done = stoppress("rebuild", "--json", config=fresh)

    assert done.code == 0, done.err
    assert done.lines[-1]["went_on"] is True
    assert differences(dump(config), dump(fresh)) == []


def test_killed_and_interrupted_processes_leave_nothing_behind(config: Path) -> None:
    fresh = beside(config)
    command = [sys.executable, str(ROOT / "stoppress.py"), "-c", str(fresh), "rebuild", "--json"]
    for number, (delay, ending) in enumerate([(0.6, signal.SIGKILL), (0.9, signal.SIGINT), (0.75, signal.SIGKILL)]):
        process = subprocess.Popen(
            command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
        try:
            time.sleep(delay)
            process.send_signal(ending)
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
        assert b"Traceback" not in said, (number, said)

    done = stoppress("rebuild", "--json", config=fresh)

    if "rows already" not in done.err:  # on a fast machine one of them had come to its end
        assert done.code == 0, done.err
    assert differences(dump(config), dump(fresh)) == []


# damaged ----------------------------------------------------------------------------------------------------------


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(bytes(data))


def test_a_flipped_byte_costs_what_it_hits_and_is_named(config: Path) -> None:
    [first, *_] = files_of(config)
    with first.open("rb") as file:
        hit = next(p for p in scan(file) if p.record.type == "response")
    flip(first, hit.offset + hit.length // 2)

    fresh, done = rebuilt(config)

    assert done.code == 1
    [damaged, *_] = [line for line in done.lines if line.get("result") == "damaged"]
    assert damaged["file"].endswith(first.name)
    assert damaged["damages"][0]["offset"] == hit.offset
    assert first.name in done.err
    whole, rest = dump(config), dump(fresh)
    assert {c["record_id"] for c in whole["captures"]} - {c["record_id"] for c in rest["captures"]} == {hit.record.id}
    assert differences({**whole, "captures": [], "files": []}, {**rest, "captures": [], "files": []}) == []


def test_a_file_that_stops_early_and_one_that_is_none(config: Path) -> None:
    first, second, third = files_of(config)
    first.write_bytes(first.read_bytes()[:-100])
    second.write_bytes(b"this is no gzip")
    (third.parent / "stoppress-20260101000000000-00001-w.warc.gz").write_bytes(b"")

    fresh, done = rebuilt(config)

    assert done.code == 1
    assert {line["file"].rpartition("/")[2] for line in done.lines if line.get("result") == "damaged"} == {
        first.name, second.name,
    }  # fmt: skip
    kept = {c["filename"].rpartition("/")[2] for c in dump(fresh)["captures"]}
    assert kept == {first.name, third.name}


def test_a_record_that_says_nonsense_costs_only_itself(config: Path) -> None:
    [*_, last] = files_of(config)
    with last.open("rb") as file:
        placed = list(scan(file))
    nonsense = [
        warc.visit_record("v", {"no": "visit"}, T0, None), warc.reading_record("v", {"no": "reading"}, T0, "urn:x"),
    ]  # fmt: skip
    with last.open("ab") as file:
        file.writelines(warc.member(record) for record in nonsense)
        file.write(gzip.compress(b"no WARC record at all"))

    fresh, done = rebuilt(config)

    assert done.code == 1
    [damaged] = [line for line in done.lines if line.get("result") == "damaged"]
    assert len(damaged["damages"]) == 3
    assert damaged["damages"][0]["offset"] == placed[-1].offset + placed[-1].length
    assert differences({**dump(config), "files": []}, {**dump(fresh), "files": []}) == []


def test_orders_that_nobody_understands_are_named_and_the_others_given(config: Path) -> None:
    folder = config.parent / "archive" / "control" / "2026-01-03"
    folder.mkdir(parents=True)
    (folder / "20260103000000000-a.jsonl").write_text('{"at": "2026-01-03T00:00:00+00:00", "verb": "enchant"}\n')
    (folder / "20260103000000001-a.jsonl").write_text("no JSON\n")
    (folder / "20260103000000002-a.jsonl").write_text(
        '{"at": "2026-01-03T00:00:00+00:00", "verb": "watch", "watch": {"url": 5}}\n'
    )

    fresh, done = rebuilt(config)

    assert done.code == 1
    assert len(done.lines[-1]["problems"]) == 3
    assert differences(dump(config), dump(fresh)) == []


# files that others made ------------------------------------------------------------------------------------------


def merged(config: Path, sources: list[Path]) -> Path:
    """As ``compact`` does it: whole members one after the other behind a warcinfo that names where they came from."""
    name = "stoppress-20991231000000000-00001-merging.warc.gz"
    info = warc.warcinfo(name, {"software": "test", "stoppress-replaces": ", ".join(p.name for p in sources)}, T0)
    path = sources[0].parent / name
    parts = [warc.member(info)]
    for source in sources:
        with source.open("rb") as file:
            skip = next(iter(scan(file))).length
        parts.append(source.read_bytes()[skip:])
    path.write_bytes(b"".join(parts))
    return path


def test_captures_that_lie_in_several_files_count_once_in_the_newest(config: Path) -> None:
    sources = files_of(config)[:2]
    path = merged(config, sources)

    fresh, done = rebuilt(config)

    assert done.code == 0, done.err
    whole, rest = dump(config), dump(fresh)
    assert [c["record_id"] for c in whole["captures"]] == [c["record_id"] for c in rest["captures"]]
    assert {c["filename"].rpartition("/")[2] for c in rest["captures"]} == {path.name, files_of(config)[2].name}
    assert differences({**whole, "captures": [], "files": []}, {**rest, "captures": [], "files": []}) == []
    for capture in rest["captures"]:
        data = (config.parent / "archive" / capture["filename"]).read_bytes()[capture["offset"] :]
        assert warc.read_member(data[: capture["length"]]).id == capture["record_id"]


def test_what_is_damaged_in_a_merged_file_is_taken_from_its_sources(config: Path) -> None:
    sources = files_of(config)[:2]
    path = merged(config, sources)
    with path.open("rb") as file:
        hit = next(p for p in scan(file) if p.record.type == "response")
    flip(path, hit.offset + 300)

    fresh, done = rebuilt(config)

    assert done.code == 1
    assert [c["record_id"] for c in dump(config)["captures"]] == [c["record_id"] for c in dump(fresh)["captures"]]


def test_a_file_by_another_name_is_read_too(config: Path) -> None:
    [first, *_] = files_of(config)
    first.rename(first.with_name("copy.warc.gz"))

    fresh, done = rebuilt(config)

    assert done.code == 0, done.err
    assert len(dump(fresh)["captures"]) == len(dump(config)["captures"])


# afterwards ---------------------------------------------------------------------------------------------------------


def test_what_still_lay_in_the_spool_comes_in_when_its_crawler_starts(tmp_path: Path) -> None:
    made = configured(tmp_path)
    with Keeper(made) as keeper:
        a_day(Crawl(keeper))
    store = tmp_path / "archive"
    shutil.move(store, tmp_path / "away")
    store.write_text("no directory: nothing can be stored")
    with Keeper(made) as keeper:
        Crawl(keeper, start=T0 + timedelta(days=1)).visit(page(POWER, CLOSED, RIVER))
    store.unlink()
    shutil.move(tmp_path / "away", store)
    shutil.copytree(tmp_path / "spool", tmp_path / "spool before")
    with Keeper(made):
        pass
    before = dump(made.path)
    [waiting] = [path.name for path in (tmp_path / "spool before").glob("*.warc.gz")]
    [stored] = list(store.rglob(waiting))
    stored.unlink()  # back to where it was, with the catalog lost
    next(iter(store.rglob(waiting.replace(".warc.gz", ".cdxj.gz")))).unlink()
    for path in tmp_path.glob("catalog.db*"):
        path.unlink()
    shutil.rmtree(tmp_path / "spool")
    shutil.move(tmp_path / "spool before", tmp_path / "spool")

    assert stoppress("rebuild", config=made.path).code == 0
    with Keeper(made) as keeper:
        catch_up(keeper)

    after = dump(made.path)
    for table in (before, after):
        for row in table["files"]:
            row.pop("stored")
    assert differences({**before, "files": []}, {**after, "files": []}) == []
    # A file more may be there: with what was read again, and no capture.
    assert {row["name"] for row in before["files"]} <= {row["name"] for row in after["files"]}


def test_the_end_of_a_watch_is_kept_while_the_store_is_away(tmp_path: Path) -> None:
    made = configured(tmp_path)
    path = made.path
    path.write_text(path.read_text().replace("[[watch]]", '[[watch]]\nuntil = "2026-01-04T00:00:00Z"'))
    assert stoppress("apply", str(path), config=path).code == 0
    store, away = tmp_path / "archive", tmp_path / "away"
    shutil.move(store, away)
    store.write_text("no directory")
    with Keeper(load_config(path)) as keeper:
        Standing(keeper).load(datetime.now(UTC))
    [waiting] = (tmp_path / "spool" / "control").glob("*.jsonl")
    [order] = [json.loads(line) for line in waiting.read_text().splitlines()]
    assert (order["verb"], order["url"], order["actor"]) == ("end", STORM, PRODUCT)
    store.unlink()
    shutil.move(away, store)

    with Keeper(load_config(path)):
        pass

    assert not waiting.exists()
    equals_its_catalog(path)
    assert [row["state"] for row in dump(path)["watches"]] == ["ended"]
