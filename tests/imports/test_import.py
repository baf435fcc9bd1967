"""``stoppress import``, the command: what is taken, what is passed over, what is refused, and where it stands then."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.setup import open_keeper
from pipelines.config import load_config
from pipelines.keeper import Keeper
from pipelines.opened import open_catalog
from pipelines.store.spool import SpoolLock
from pipelines.warc import read_member
from tests.rebuild.kept import CLOSED, POWER, RIVER, STORM, T0, TRAINS, Crawl, page
from tests.rebuilt import equals_its_catalog
from tests.running import Ran, begun, stoppress

from .conftest import archive
from .making import Made, warc, written

LONG_AGO = datetime(2025, 5, 1, 12, tzinfo=UTC)
OTHER = "https://news.example.org/live/other"


def then(minutes: int, *texts: str, url: str = STORM, **more: Any) -> Made:
    return Made(page(*texts), LONG_AGO + timedelta(minutes=minutes), url=url, **more)


def imported(config: Path, *words: object) -> Ran:
    return stoppress("import", *map(str, words), "--json", config=config)


def versions(config: Path, url: str = STORM) -> list[dict[str, Any]]:
    return stoppress("versions", url, "--json", config=config).lines


def changes(config: Path) -> list[tuple[int, int, str]]:
    lines = stoppress("changes", "--json", config=config).lines
    return [(line["from"], line["to"], line["type"]) for line in lines]


def test_captures_of_watched_pages_get_versions_and_the_rest_is_told(tmp_path: Path) -> None:
    config = archive(tmp_path / "a", STORM)
    first = then(0, RIVER)
    file = warc(
        tmp_path / "other.warc.gz", then(10, CLOSED, RIVER), first, then(5, RIVER, of=first),
        then(20, RIVER, url=OTHER), then(30, CLOSED, RIVER, status="301 Moved"), then(0, POWER),
    )  # fmt: skip
    with SpoolLock(load_config(config).archive.spool):  # a crawler is at work
        ran = imported(config, file)
    noted, told = ran.lines

    assert ran.code == 0, ran.err
    assert (noted["url"], noted["timestamp"]) == (STORM, "2025-05-01T12:00:00Z")
    assert (told["import"], told["taken"], told["revisits"], told["changes"]) == ("ok", 3, 1, 1)
    assert told["readings"] == {"unchanged": 1, "version": 2}
    assert told["passed"] == {
        "no answers of pages": 1, "of other pages": 1, "redirects": 1, "of the same second as another capture": 1,
    }  # fmt: skip
    assert f"{STORM} at 2025-05-01T12:00:00Z: passed over" in ran.err
    assert [(one["version"], one["first_seen"], one["last_seen"]) for one in versions(config)] == [
        (1, "2025-05-01T12:00:00Z", "2025-05-01T12:05:00Z"), (2, "2025-05-01T12:10:00Z", "2025-05-01T12:10:00Z"),
    ]  # fmt: skip
    with open_catalog(load_config(config), read_only=True) as catalog:
        assert {(visit.why, visit.outcome) for visit in catalog.visits()} == {("import", "archived")}
    equals_its_catalog(config)


def test_a_block_is_kept_byte_for_byte_and_says_where_it_was_found(tmp_path: Path) -> None:
    config = archive(tmp_path / "a", STORM)
    file = warc(tmp_path / "other.warc", then(0, RIVER), gzip=False)
    assert imported(config, file).code == 0
    with open_catalog(load_config(config), read_only=True) as catalog:
        [capture] = catalog.captures(STORM_KEY)
    stored = (tmp_path / "a" / "archive" / capture.filename).read_bytes()
    record = read_member(stored[capture.offset : capture.offset + capture.length])

    assert record.block in file.read_bytes()
    assert (record.get("Stoppress-Fidelity"), record.get("WARC-Date")) == ("imported", "2025-05-01T12:00:00.000000Z")
    assert stoppress("get", f"{STORM}@v1", config=config).out == page(RIVER)
    assert capture.fidelity == "imported"
    facts = visit_facts(stored)
    assert facts["found"]["file"] == "other.warc"
    assert facts["found"]["record_id"].startswith("urn:uuid:")
    assert facts["found"]["digest"].startswith("sha1:")


STORM_KEY = "org,example,news)/live/storm"


def visit_facts(data: bytes) -> dict[str, Any]:
    import io
    import json

    from pipelines.warc import VISIT_TYPE, scan

    [facts] = [json.loads(p.record.block) for p in scan(io.BytesIO(data)) if p.record.get("Content-Type") == VISIT_TYPE]
    assert isinstance(facts, dict)
    return facts


def test_what_is_wrong_is_refused_by_name_and_the_rest_is_taken(tmp_path: Path) -> None:
    config = archive(tmp_path / "a", STORM)
    good = written([then(0, RIVER)], gzip=False)
    wrong = written([then(1, CLOSED)], gzip=False).replace(b"Schools in", b"Fools in  ")
    late = written([then(60 * 24 * 365 * 99, CLOSED)], gzip=False)
    orphan = written([then(3, CLOSED, of=then(2, CLOSED))], gzip=False)
    (tmp_path / "a.warc").write_bytes(good + wrong + late + orphan)
    (tmp_path / "b.warc.gz").write_bytes(b"no WARC at all")
    (tmp_path / "c.wacz").write_bytes(b"no ZIP at all")
    more = warc(tmp_path / "d.warc.gz", then(9, CLOSED, RIVER))
    ran = imported(config, *sorted(tmp_path.glob("?.wa*")))
    refused = [(line["file"], line["refused"]) for line in ran.lines[:-1]]

    assert more.exists()
    assert (ran.code, ran.lines[-1]["taken"], ran.lines[-1]["refused"]) == (1, 2, 5)
    assert [name for name, _ in refused] == ["a.warc", "a.warc", "b.warc.gz", "c.wacz", "a.warc"]
    said = " | ".join(why for _, why in refused)
    for why in ("does not have the digest", "cannot be", "no WARC file", "no WACZ", "neither in the archive"):
        assert why in said


def test_wrong_use_is_told_before_anything_is_done(tmp_path: Path) -> None:
    config = archive(tmp_path / "a")
    file = warc(tmp_path / "other.warc.gz", then(0, RIVER))
    for words, why in (
        ([], "name at least one"), ([tmp_path / "none.warc.gz"], "no such file"), ([file], "no page is watched"),
        ([file, "--url", "ftp://x"], "ftp://x"),
    ):  # fmt: skip
        ran = imported(config, *words)
        assert ran.code in (1, 2)
        assert why in ran.err


def test_pages_below_a_url_can_be_taken_and_what_is_no_page_is_not(tmp_path: Path) -> None:
    file = warc(
        tmp_path / "other.warc.gz", then(0, RIVER), then(0, CLOSED, url=OTHER),
        then(0, RIVER, url="https://elsewhere.example/live"), then(1, RIVER, url=f"{STORM}.png", mime="image/png"),
    )  # fmt: skip
    ran = imported(archive(tmp_path / "a"), file, "--prefix", "https://news.example.org/live/")

    assert (ran.code, ran.lines[-1]["taken"]) == (0, 2), ran.err
    assert ran.lines[-1]["passed"] == {"no answers of pages": 1, "no pages": 1, "of other pages": 1}


def test_older_captures_stand_before_the_crawlers_own_and_number_nothing_anew(tmp_path: Path) -> None:
    """v1 v2 (own) -> v3 v4 (imported) v1 v2; what lies between two compared versions has no changes of its own."""
    config = archive(tmp_path / "a", STORM)
    with Keeper(load_config(config)) as keeper:
        crawl = Crawl(keeper)
        crawl.visit(page(POWER, CLOSED, RIVER))
        crawl.visit(page(POWER, CLOSED, RIVER))
        crawl.made = 60
        crawl.visit(page(TRAINS, POWER, CLOSED, RIVER))
        crawl.visit(page(TRAINS, POWER, CLOSED, RIVER))
    before = changes(config)
    file = warc(
        tmp_path / "other.warc.gz", then(10, CLOSED, RIVER), then(0, RIVER),
        Made(page(TRAINS, RIVER), T0 + timedelta(minutes=30)),  # in a gap of the crawl
        Made(page(RIVER), T0 + timedelta(seconds=30)),  # while two looks found the page otherwise
    )  # fmt: skip
    ran = imported(config, file)

    assert ran.code == 0, ran.err
    assert [one["version"] for one in versions(config)] == [3, 4, 1, 5, 2]
    assert before == [(1, 2, "added")]
    assert sorted(changes(config)) == [(1, 2, "added"), (3, 4, "added"), (4, 1, "added")]
    assert "it is kept, and no version" in ran.err
    assert "it lies between v1 and the version after" in ran.err
    added = stoppress("diff", STORM, "v4", "v1", "--json", config=config).lines
    assert [(line["type"], line["new"]) for line in added] == [("added", POWER)]
    gone = stoppress("diff", STORM, "v1", "v5", "--json", config=config).lines
    assert gone[0]["type"] == "added"
    assert stoppress("show", f"{STORM}@now", "--json", config=config).lines[0]["version"] == 2
    equals_its_catalog(config)
    again = imported(config, file)
    assert (again.code, again.lines[-1]["changes"]) == (0, 0)

    with Keeper(load_config(config)) as keeper:  # the crawler goes on from its own last version
        crawl = Crawl(keeper, start=T0 + timedelta(days=1))
        crawl.visit(page(TRAINS, POWER, CLOSED, RIVER, headline="Flood: over"))
    assert changes(config)[-1] == (2, 6, "headline")
    equals_its_catalog(config)
    again = stoppress("rediff", "--json", config=config)
    pairs = [(line["from"], line["to"], line["result"]) for line in again.lines if "result" in line and "from" in line]
    assert (again.code, pairs) == (0, [(4, 1, "equal"), (1, 2, "equal"), (3, 4, "equal"), (2, 6, "equal")]), again.err


def test_an_import_that_was_killed_goes_on_and_takes_nothing_twice(tmp_path: Path) -> None:
    config = archive(tmp_path / "a", STORM)
    texts = [[RIVER], [CLOSED, RIVER], [POWER, CLOSED, RIVER]]
    file = warc(tmp_path / "other.warc.gz", *(then(n, *texts[n * 3 // 240]) for n in range(240)))
    killed = stoppress("import", str(file), config=config, env={"STOPPRESS_CRASH_AT": "before_catalog:2"})
    ran = imported(config, file)
    with open_catalog(load_config(config), read_only=True) as catalog:
        kept = list(catalog.captures(STORM_KEY))

    assert killed.code == -signal.SIGKILL
    assert ran.code == 0, ran.err
    assert ran.lines[-1]["taken"] < 240
    assert len(kept) == len({capture.timestamp for capture in kept}) == 240
    said = [(one["version"], one["first_seen"][11:16]) for one in versions(config)]
    assert said == [(1, "12:00"), (2, "13:20"), (3, "14:40")]
    assert changes(config) == [(1, 2, "added"), (2, 3, "added")]
    equals_its_catalog(config)


def test_a_crawler_that_starts_takes_in_what_a_killed_import_has_left(tmp_path: Path) -> None:
    config = archive(tmp_path / "a", STORM)
    file = warc(tmp_path / "other.warc.gz", then(0, RIVER), then(1, CLOSED, RIVER))
    killed = stoppress("import", str(file), config=config, env={"STOPPRESS_CRASH_AT": "imported:1"})
    with open_keeper(load_config(config)):
        pass

    assert killed.code == -signal.SIGKILL
    assert [one["version"] for one in versions(config)] == [1, 2]
    assert imported(config, file).lines[-1]["passed"]["there already"] == 2
    equals_its_catalog(config)


def test_ctrl_c_keeps_what_was_taken_and_says_how_it_goes_on(tmp_path: Path) -> None:
    config = archive(tmp_path / "a", STORM)
    file = warc(tmp_path / "other.warc.gz", *(then(n, RIVER) for n in range(400)))
    with (tmp_path / "out").open("w") as out, (tmp_path / "err").open("w") as err:
        process = begun(["-c", str(config), "import", str(file)], out.fileno(), err.fileno())
        end = time.monotonic() + 30
        while not list((tmp_path / "a" / "spool" / "import").glob("*.open")) and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        code = process.wait(60)
    said = (tmp_path / "err").read_text()

    assert code == 130, said
    assert "run it again and it goes on" in said
    assert "Traceback" not in said
    assert imported(config, file).lines[-1]["passed"]["there already"] > 0


def test_a_page_that_was_taken_down_stays_so(tmp_path: Path) -> None:
    config = archive(tmp_path / "a", STORM)
    assert imported(config, warc(tmp_path / "a.warc.gz", then(0, RIVER))).code == 0
    down = stoppress("takedown", STORM, "--reason", "a court", config=config)
    ran = imported(config, warc(tmp_path / "b.warc.gz", then(1, CLOSED)))

    assert down.code == 0, down.err
    assert (ran.lines[-1]["taken"], ran.lines[-1]["passed"]["of pages that were taken down"]) == (0, 1), ran.err


def test_the_step_to_the_first_version_is_told_once_also_by_an_import_that_was_killed(tmp_path: Path) -> None:
    config = archive(tmp_path / "a", STORM)
    with Keeper(load_config(config)) as keeper:
        Crawl(keeper).visit(page(CLOSED, RIVER))
    file = warc(tmp_path / "other.warc.gz", then(0, RIVER))
    killed = stoppress("import", str(file), config=config, env={"STOPPRESS_CRASH_AT": "told_late:1"})
    ran = imported(config, file)

    assert (killed.code, ran.code) == (-signal.SIGKILL, 0)
    assert (ran.lines[-1]["taken"], ran.lines[-1]["changes"]) == (0, 1)
    assert changes(config) == [(2, 1, "added")]
    equals_its_catalog(config)


def test_it_is_the_same_in_postgresql(tmp_path: Path, postgres_url: str) -> None:
    config = archive(tmp_path / "a")
    text = config.read_text().replace("sqlite:///catalog.db", postgres_url)
    config.write_text(text + f'[[watch]]\nurl = "{STORM}"\n')
    with Keeper(load_config(config)) as keeper:
        crawl = Crawl(keeper)
        crawl.visit(page(POWER, CLOSED, RIVER))
        crawl.visit(page(TRAINS, POWER, CLOSED, RIVER))
    ran = imported(config, warc(tmp_path / "a.warc.gz", then(10, CLOSED, RIVER), then(0, RIVER)), "--url", STORM)

    assert ran.code == 0, ran.err
    assert [one["version"] for one in versions(config)] == [3, 4, 1, 2]
    assert sorted(changes(config)) == [(1, 2, "added"), (3, 4, "added"), (4, 1, "added")]
    equals_its_catalog(config)
