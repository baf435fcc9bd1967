"""One suite of promises for the catalog, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event, inspect, text

from pipelines.errors import CatalogError
from pipelines.model import Capture, Change, Update, Version, Visit, Watch
from pipelines.store.catalog import Catalog, Chosen
from pipelines.urlkey import urlkey

URL = "http://news.test/live"
KEY = urlkey(URL)
NOON = datetime(2026, 1, 3, 12, 0, 0, 123456, tzinfo=UTC)
TINY = timedelta(microseconds=1)
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
FILE = "stoppress-20260103120000123-00001-w1.warc.gz"


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'catalog.db'}"


@pytest.fixture
def catalog(address: str) -> Iterator[Catalog]:
    with Catalog.open(address) as catalog:
        yield catalog


def minute(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


def capture(number: int, url: str = URL, **more: Any) -> Capture:
    facts = {"record_id": f"urn:uuid:r{number}", "digest": f"sha256:{number:064x}", "filename": FILE}
    place = {"offset": number * 100, "length": 100, "status": 200, "visit_id": f"v{number}"}
    return Capture(**({"urlkey": urlkey(url), "timestamp": minute(number), "url": url} | facts | place | more))


def visit(number: int, url: str = URL, **more: Any) -> Visit:
    return Visit(**({"id": f"v{number}", "url": url, "urlkey": urlkey(url), "started": minute(number)} | more))


def archived(number: int, url: str = URL, **more: Any) -> Visit:
    return visit(number, url, outcome="archived", status=200, captures=(capture(number, url),), **more)


def unchanged(number: int) -> Visit:
    again = capture(number, kind="revisit", status=304, refers_to="urn:uuid:r1")
    return visit(number, outcome="revisit", status=304, reading="unchanged", captures=(again,))


def says(words: str, at: datetime = NOON, **more: Any) -> Version:
    return Version(url=URL, at=at, headline=words, updates=(Update(text=words, key="id:1"),), extractor="x 1", **more)


def read(number: int, words: str, *changes: Change) -> Visit:
    return archived(number, reading="version", version=says(words, minute(number)), changes=changes)


def keep(catalog: Catalog, told: Visit) -> Visit:
    """What a crawler does with a visit: started, recorded, read."""
    catalog.visits_started([replace(told, outcome=None, reading=None, captures=())], worker="w1")
    catalog.visits_recorded([told if told.outcome == "revisit" else replace(told, reading=None)])
    return catalog.visit_read(told)


def removed(by: int) -> Change:
    return Change(type="removed", class_="editorial", update="id:1", old="gone", confirmed=False, seen_by=minute(by))


# said twice --------------------------------------------------------------------------------------------------------


def test_a_started_visit_is_entered_once(catalog: Catalog) -> None:
    catalog.visits_started([visit(1), visit(2)], worker="w1")
    before = catalog.dump()
    catalog.visits_started([visit(2), visit(1)], worker="another")

    assert catalog.dump() == before
    assert [v.id for v in catalog.unfinished_visits("w1")] == ["v1", "v2"]
    assert catalog.unfinished_visits("another") == []


@pytest.mark.parametrize("started", [True, False])
def test_a_recorded_visit_comes_back_and_is_recorded_once(catalog: Catalog, started: bool) -> None:
    told = archived(1, why="due", scheduled=minute(0), previous=minute(-5), detail="as planned")
    if started:
        catalog.visits_started([replace(told, outcome=None, status=None, captures=())], worker="w1")
    catalog.visits_recorded([told])
    before = catalog.dump()
    catalog.visits_recorded([told])

    assert catalog.dump() == before
    assert catalog.visits() == catalog.visits(URL) == catalog.unread_visits() == [replace(told, detail=told.detail)]
    assert catalog.unfinished_visits("w1") == []


def test_the_first_outcome_stays(catalog: Catalog) -> None:
    catalog.visits_recorded([archived(1)])
    catalog.visits_recorded([visit(1, outcome="error", reason="abandoned")])

    assert [(v.outcome, v.reason) for v in catalog.visits()] == [("archived", None)]


def test_a_late_start_does_not_undo_an_end(catalog: Catalog) -> None:
    catalog.visits_recorded([archived(1)])
    catalog.visits_started([visit(1)], worker="w1")

    assert [v.outcome for v in catalog.visits()] == ["archived"]


def test_a_visit_is_read_once(catalog: Catalog) -> None:
    told = read(1, "Bridge shut", Change(type="headline", class_="editorial", new="Bridge shut", seen_by=minute(1)))
    first = keep(catalog, told)
    before = catalog.dump()

    assert first.version_seq == 1
    assert catalog.visit_read(told).version_seq == 1
    assert catalog.dump() == before
    assert catalog.unread_visits() == []


# versions ------------------------------------------------------------------------------------------------------------


def test_a_page_that_returns_to_what_it_said_gets_a_new_version_that_names_the_old(catalog: Catalog) -> None:
    for number, words in enumerate(["A", "B", "A", "A"], 1):
        keep(catalog, read(number, words))

    assert [(v.seq, v.same_as) for v in catalog.versions(KEY)] == [(1, None), (2, None), (3, 1), (4, 1)]


def test_the_same_words_on_another_page_are_not_the_same_version(catalog: Catalog) -> None:
    keep(catalog, read(1, "A"))
    other = "http://news.test/other"
    keep(catalog, archived(2, other, reading="version", version=says("A")))

    assert [(v.seq, v.same_as) for v in catalog.versions(urlkey(other))] == [(1, None)]


def test_a_version_comes_back_whole(catalog: Catalog) -> None:
    version = says("A", minute(1), datePublished=minute(0), lang="en", state="live", live=True, authors=("Ann",))
    keep(catalog, replace(read(1, "A"), version=version))
    stored = catalog.version(KEY, 1)
    assert stored is not None

    assert stored.version == version
    assert (stored.first_seen, stored.last_seen, stored.record_id) == (minute(1), minute(1), "urn:uuid:r1")
    assert catalog.version(KEY, 2) is None


@pytest.mark.parametrize(
    ("at", "seq"),
    [
        (minute(1) - TINY, 1),
        (minute(1), 1),
        (minute(5) - TINY, 1),
        (minute(5), 2),
        (minute(9) - TINY, 2),
        (minute(9), 3),
        (minute(9999), 3),
    ],
)
def test_the_version_at_a_moment_is_the_last_one_first_seen_by_then(catalog: Catalog, at: datetime, seq: int) -> None:
    for number, words in ((1, "A"), (5, "B"), (9, "C")):
        keep(catalog, read(number, words))
    found = catalog.version_at(KEY, at)

    assert found is not None
    assert found.seq == seq


def test_a_page_without_versions_has_none_at_any_moment(catalog: Catalog) -> None:
    assert catalog.version_at(KEY, NOON) is catalog.latest_version(KEY) is None


def test_an_unchanged_look_moves_last_seen_of_the_newest_version_only(catalog: Catalog) -> None:
    for told in (read(1, "A"), read(2, "B"), unchanged(7)):
        keep(catalog, told)

    assert [(v.seq, v.last_seen) for v in catalog.versions(KEY)] == [(1, minute(1)), (2, minute(7))]


def test_an_unchanged_look_confirms_what_the_version_before_it_had_removed(catalog: Catalog) -> None:
    keep(catalog, read(1, "A"))
    keep(catalog, read(2, "B", removed(2), replace(removed(2), type="edited")))

    assert [c.change.confirmed for c in catalog.changes()] == [False, False]

    keep(catalog, unchanged(3))

    assert {c.change.type: c.change.confirmed for c in catalog.changes()} == {"removed": True, "edited": False}


def test_an_unchanged_look_at_another_page_confirms_nothing(catalog: Catalog) -> None:
    keep(catalog, read(1, "A"))
    keep(catalog, read(2, "B", removed(2)))
    other = "http://news.test/other"
    keep(catalog, replace(unchanged(3), url=other, urlkey=urlkey(other)))

    assert [c.change.confirmed for c in catalog.changes()] == [False]


def test_changes_are_found_by_page_time_type_class_and_version(catalog: Catalog) -> None:
    keep(catalog, read(1, "A"))
    keep(catalog, read(2, "B", removed(2), Change(type="links", class_="metadata", seen_by=minute(2))))
    keep(catalog, read(3, "C", replace(removed(3), type="edited")))

    def types(**asked: Any) -> list[str]:
        return [found.change.type for found in catalog.changes(**asked)]

    assert types() == types(urlkey=KEY) == ["removed", "links", "edited"]
    assert types(urlkey="com,other)/") == []
    assert types(since=minute(3)) == types(since=minute(2) + TINY) == types(limit=1) == types(seq=3) == ["edited"]
    assert types(until=minute(2)) == types(seq=2) == ["removed", "links"]
    assert types(types=("links", "edited")) == ["links", "edited"]
    assert types(class_="metadata") == ["links"]


def test_a_change_can_be_confirmed_by_its_id(catalog: Catalog) -> None:
    keep(catalog, read(1, "A"))
    keep(catalog, read(2, "B", removed(2)))
    (found,) = catalog.changes()
    catalog.confirm([found.change_id])

    assert [c.change.confirmed for c in catalog.changes()] == [True]
    assert (found.from_seq, found.to_seq) == (1, 2)


# watches -------------------------------------------------------------------------------------------------------------


def test_a_watch_comes_back_as_it_was_ordered(catalog: Catalog) -> None:
    watch = Watch(url=URL, schedule="cron */10 6-23 * * *", min=timedelta(seconds=90), from_=NOON, tags=("a", "ü"))
    saved = catalog.save_watches([watch], now=NOON)
    (standing,) = catalog.watches()
    assert catalog.watch(standing.urlkey) == standing
    assert catalog.watch("org,example)/other") is None

    assert saved.added == (URL,)
    assert (standing.watch, standing.state, standing.added) == (watch, "active", NOON)


def test_a_paused_watch_stays_paused_and_an_ended_one_is_taken_up_again(catalog: Catalog) -> None:
    paused, ended = Watch(url=URL), Watch(url="http://news.test/other")
    catalog.save_watches([paused, ended], now=NOON)
    catalog.set_watch_state(paused.url, "paused", reason="too loud")
    catalog.set_watch_state(ended.url, "ended", reason="coverage has ended")
    saved = catalog.save_watches([replace(paused, weight=2.0), ended], now=minute(1))

    assert (saved.added, set(saved.changed)) == ((), {paused.url, ended.url})
    assert {w.watch.url: (w.state, w.reason, w.added) for w in catalog.watches()} == {
        paused.url: ("paused", "too loud", NOON),
        ended.url: ("active", "", minute(1)),
    }
    assert [w.watch.weight for w in catalog.watches("paused")] == [2.0]
    assert catalog.save_watches([ended], now=NOON).unchanged == (ended.url,)


def test_of_pages_that_are_named_those_are_told_that_are_watched_now(catalog: Catalog) -> None:
    names = ("/live", "/paused", "/ended", "/other")
    live, paused, ended, other = urls = [f"http://news.test{name}" for name in names]
    catalog.save_watches([Watch(url=url) for url in urls], now=NOON)
    catalog.set_watch_state(paused, "paused")
    catalog.set_watch_state(ended, "ended")
    asked = [urlkey(url) for url in (live, live, paused, ended, "http://news.test/nobody")]
    odd = [urlkey(other) + "\x00", "\x00", "\ud800", "", "'; --", "%", '["', "ü" * 100_000]

    assert catalog.active_among(iter([*asked, *odd])) == {urlkey(live)}
    assert catalog.active_among(odd) == set()
    assert catalog.active_among([]) == set()


def test_a_watch_that_is_not_there_has_no_state(catalog: Catalog) -> None:
    assert catalog.set_watch_state(URL, "paused") is False


def test_histories_of_2000_watches_take_few_queries(catalog: Catalog) -> None:
    urls = [f"http://news.test/live/{number}" for number in range(2000)]
    catalog.save_watches([Watch(url=url) for url in urls], now=NOON)
    catalog.visits_recorded([archived(number, url) for number, url in enumerate(urls)])
    asked: list[str] = []

    @event.listens_for(catalog._engine, "before_cursor_execute")
    def _count(connection: object, cursor: object, statement: str, *more: object) -> None:
        asked.append(statement)

    found = catalog.histories([urlkey(url) for url in urls] + ["com,never)/"])

    assert len([statement for statement in asked if "SELECT" in statement]) <= 20
    assert len(found) == 2001
    assert (found[urlkey(urls[7])].last_good, found[urlkey(urls[7])].original) == (minute(7), capture(7, urls[7]))
    assert (found["com,never)/"].last_started, found["com,never)/"].original) == (None, None)


def test_a_history_tells_looks_apart_from_good_looks(catalog: Catalog) -> None:
    ended = replace(read(1, "A"), version=says("A", state="ended"), scheduled=minute(0))
    keep(catalog, ended)
    catalog.visits_recorded([visit(4, outcome="error", reason="timeout", scheduled=minute(3))])
    found = catalog.histories([KEY])[KEY]

    assert (found.first_started, found.last_started) == (minute(1), minute(4))
    assert (found.last_good, found.last_scheduled) == (minute(1), minute(3))
    assert (found.last_changed, found.coverage_ended) == (minute(1), True)


# captures and files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("second", "number"), [(-999, 1), (60, 1), (90, 1), (91, 2), (120, 2), (9999, 2)])
def test_the_capture_at_a_moment_is_the_closest(catalog: Catalog, second: int, number: int) -> None:
    catalog.visits_recorded([archived(1), archived(2)])

    assert catalog.capture_at(KEY, NOON + timedelta(seconds=second)) == capture(number)


def test_a_requisite_is_known_by_the_page_that_it_was_captured_for(catalog: Catalog) -> None:
    sheet = "https://news.example.org/s/a.css"
    mine = [replace(capture(n, sheet, role="requisite"), record_id=f"urn:uuid:s{n}") for n in (1, 2)]
    other = replace(capture(3, sheet, role="requisite"), record_id="urn:uuid:s3")
    for made, own in ((archived(1), mine[0]), (archived(2), mine[1]), (archived(3, URL + "/other"), other)):
        catalog.visits_recorded([replace(made, captures=(*made.captures, own))])
    chosen = Chosen(urlkeys=(KEY,), since=minute(2))

    assert catalog.requisites(KEY, minute(0)) == mine
    assert catalog.requisites(KEY, minute(2)) == mine[1:]
    assert catalog.capture_at(urlkey(sheet), minute(9)) == other
    assert catalog.taken_along(chosen) == mine[:1]
    assert catalog.taken_along(replace(chosen, since=minute(2) + timedelta(days=3))) == []
    assert catalog.captures_of(["v1"]) == {"v1": [capture(1), mine[0]]}


def test_a_stored_file_moves_all_its_captures_and_no_others(catalog: Catalog) -> None:
    other = replace(capture(3), filename="other.warc.gz", role="robots", visit_id=None)
    catalog.file_opened(FILE, worker="w1", now=NOON)
    catalog.visits_recorded([archived(1), archived(2)])
    catalog.captures_added([other])
    key, told = f"warc/2026/01/03/{FILE}", {"size": 300, "sha256": "sha256:00", "now": minute(5)}
    catalog.file_stored(FILE, key=key, **told)
    before = catalog.dump()
    catalog.file_stored(FILE, key=key, **told)

    assert catalog.dump() == before
    assert [c.filename for c in catalog.captures(KEY, role=None)] == [key, key, "other.warc.gz"]
    assert [(f.name, f.key, f.state, f.size) for f in catalog.files()] == [(FILE, key, "stored", 300)]


def test_nobody_sees_half_of_a_stored_file(catalog: Catalog) -> None:
    catalog.file_opened(FILE, worker="w1", now=NOON)
    catalog.visits_recorded([archived(1), archived(2)])
    before = catalog.dump()

    @event.listens_for(catalog._engine, "after_cursor_execute")
    def _die(connection: object, cursor: object, statement: str, *more: object) -> None:
        if statement.startswith("UPDATE captures"):
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        catalog.file_stored(FILE, key="warc/x", size=1, sha256="sha256:00", now=NOON)

    assert catalog.dump() == before


# texts ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "kept"), [("a\x00b", "ab"), ("a\U0001f600b", "a\U0001f600b")])
def test_any_text_is_kept(catalog: Catalog, given: str, kept: str) -> None:
    made = read(1, given, Change(type="headline", class_="editorial", new=given, seen_by=minute(1)))
    told = replace(made, detail=given, captures=(replace(capture(1), etag=given, mime=given),))
    keep(catalog, told)
    version = catalog.latest_version(KEY)
    assert version is not None

    assert (version.version.headline, version.version.updates[0].text) == (kept, kept)
    assert [v.detail for v in catalog.visits()] == [kept]
    assert [(c.etag, c.mime) for c in catalog.captures(KEY)] == [(kept, kept)]
    assert [c.change.new for c in catalog.changes()] == [kept]
    assert [page.headline for page in catalog.pages()] == [kept]


def test_a_lone_surrogate_is_replaced_and_the_rest_kept(catalog: Catalog) -> None:
    keep(catalog, replace(read(1, "a\ud800b"), detail="a\udfffb"))
    version = catalog.latest_version(KEY)
    assert version is not None
    texts = [version.version.headline or "", version.version.updates[0].text, catalog.visits()[0].detail]

    assert [(words[0], words[-1], set(words[1:-1])) for words in texts] == [("a", "b", {"\ufffd"})] * 3


# opening ------------------------------------------------------------------------------------------------------------


def test_what_was_written_is_there_at_the_next_opening(address: str) -> None:
    with Catalog.open(address) as first:
        keep(first, read(1, "A"))
        before = first.dump()
    with Catalog.open(address) as again, Catalog.open(address, read_only=True) as reader:
        assert again.dump() == reader.dump() == before


def test_a_newer_schema_is_refused_and_left_alone(address: str) -> None:
    Catalog.open(address).close()
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for read_only in (False, True):
        with pytest.raises(CatalogError, match=r"9999.*upgrade Stoppress"):
            Catalog.open(address, read_only=read_only)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    engine.dispose()


def test_opening_to_read_never_creates(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "catalog.db"
    with pytest.raises(CatalogError, match="there is no catalog"):
        Catalog.open(f"sqlite:///{path}", read_only=True)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.postgres
def test_opening_to_read_never_creates_tables(postgres_url: str) -> None:
    with pytest.raises(CatalogError, match="run: stoppress"):
        Catalog.open(postgres_url, read_only=True)
    engine = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))

    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_what_is_no_database_address_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="sqlite:///path"):
        Catalog.open("catalog.db")


# two databases, two writers -------------------------------------------------------------------------------------------


def story(catalog: Catalog) -> None:
    catalog.save_watches([Watch(url=URL, tags=("ü", "\U0001f600"))], now=NOON)
    catalog.file_opened(FILE, worker="w1", now=NOON)
    keep(catalog, read(1, "A \U0001f600"))
    keep(catalog, read(2, "B", removed(2)))
    keep(catalog, unchanged(3))
    keep(catalog, replace(read(4, "A\x00"), detail="nul \x00"))
    catalog.visits_started([visit(5)], worker="w1")
    catalog.visits_recorded([visit(6, outcome="error", reason="dns", detail="no such host")])
    catalog.captures_added([replace(capture(7), role="robots", visit_id=None)])
    catalog.file_stored(FILE, key=f"warc/2026/01/03/{FILE}", size=2**40, sha256="sha256:00", now=minute(9))


@pytest.mark.postgres
def test_both_databases_hold_the_same_after_the_same_story(tmp_path: Path, postgres_url: str) -> None:
    with Catalog.open(f"sqlite:///{tmp_path / 'catalog.db'}") as light, Catalog.open(postgres_url) as heavy:
        story(light)
        story(heavy)
        asked: list[Callable[[Catalog], Any]] = [Catalog.dump, Catalog.counts, Catalog.pages, Catalog.visits]
        asked += [lambda c: c.histories([KEY]), lambda c: list(c.changes()), lambda c: c.versions(KEY)]

        assert len(light.dump()["captures"]) == 5
        for ask in asked:
            assert ask(light) == ask(heavy)


@pytest.mark.parametrize("shared", [True, False])
def test_two_threads_write_at_once_and_nothing_is_lost(address: str, shared: bool) -> None:
    start = threading.Barrier(2)

    def write(catalog: Catalog, first: int) -> None:
        start.wait(30)
        for number in range(first, first + 30):
            keep(catalog, archived(number, f"http://news.test/{number}", reading="version", version=says("A")))

    with Catalog.open(address) as one, Catalog.open(address) as other, ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(write, one, 100), pool.submit(write, one if shared else other, 200)]:
            done.result(60)

        assert one.counts()["visits"] == {"archived": 60}
        assert one.counts()["versions"] == one.counts()["captures"] == 60


def test_how_many_visits_in_a_row_a_page_has_refused(catalog: Catalog) -> None:
    def seen(number: int, status: int | None, reading: Any = "none", url: str = URL) -> Visit:
        outcome: Any = "archived" if status == 200 else "error"
        return replace(visit(number, url), outcome=outcome, status=status, reading=reading)

    other = "http://news.test/other"
    catalog.visits_recorded(
        [
            seen(1, 403), seen(2, 200, "version"), seen(3, 401), seen(4, None), seen(5, 200, "refused"),
            seen(6, 403, url=other), seen(7, 500, url=other),
        ]
    )  # fmt: skip

    assert catalog.refusals() == {KEY: 2}
    assert catalog.refusals([urlkey(other)]) == {}
