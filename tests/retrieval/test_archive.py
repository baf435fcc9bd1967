import gzip
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipelines.config import load_config
from pipelines.errors import CatalogError, ConfigError, NotArchived, StoppressError, StoreError, WatchlistError
from pipelines.face import change_from_json
from pipelines.keeper import Keeper
from retrieval.archive import Archive, open_archive
from retrieval.lookup import MomentError
from retrieval.results import COLUMNS, change_line, change_row

from .conftest import DOWN, MOVED, RESCUED, STORM, T0, WAITING, Newsroom, body, version

NOW = T0 + timedelta(hours=1)


@pytest.fixture
def archive(folder: Path) -> Iterator[Archive]:
    with open_archive(folder / "stoppress.toml", clock=lambda: NOW) as archive:
        yield archive


def test_an_archive_opens_by_its_config_its_folder_and_its_directory(folder: Path) -> None:
    for where in (load_config(folder / "stoppress.toml"), folder / "stoppress.toml", str(folder), folder / "archive"):
        with open_archive(where) as archive:
            assert [v.seq for v in archive.page(STORM).versions()] == [1, 2, 3]


def test_what_is_no_archive_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is no archive"):
        open_archive(tmp_path)
    with pytest.raises(ConfigError, match=r"gone\.toml: no such file"):
        open_archive(tmp_path / "gone.toml")
    (tmp_path / "stoppress.toml").write_text("[archive]\n")
    with pytest.raises(CatalogError, match="there is no catalog"):
        open_archive(tmp_path)


def test_a_moment_finds_the_version_on_show(archive: Archive) -> None:
    page = archive.page(STORM)
    seen = {at: page.at(at).seq for at in ("v2", 2, "now", "-2h", "2026-01-03T10:05Z", "2026-01-03T10:10:00Z", None)}

    # The second version was seen at 10:10:00.25: 10:10:00, as our own tables print it, means that second.
    assert seen == {"v2": 2, 2: 2, "now": 3, "-2h": 1, "2026-01-03T10:05Z": 1, "2026-01-03T10:10:00Z": 2, None: 3}
    assert page.at(T0 + timedelta(minutes=10, microseconds=249_999)).seq == 1


def test_every_version_gives_back_the_bytes_that_were_served(archive: Archive) -> None:
    page = archive.page(STORM)

    assert [page.get(f"v{n}").body for n in (1, 2, 3)] == [body(1), body(2), body(3)]


def test_bytes_come_from_the_capture_nearest_in_time(archive: Archive) -> None:
    page = archive.page(STORM)
    revisit = page.get("20260103103000")

    assert page.get("2026-01-03T10:04Z").body == body(1)
    assert page.get("2026-01-03T10:06Z").body == body(2)
    assert (revisit.capture.kind, revisit.status, revisit.body) == ("revisit", 200, body(3))
    assert (page.get("now").status, page.get("now").body) == (503, b"away")


def test_a_page_that_redirects_gives_the_bytes_behind_the_redirect(archive: Archive) -> None:
    assert archive.page(MOVED).get().body == b"elsewhere"


def test_a_url_without_scheme_or_with_a_fragment_is_the_same_page(archive: Archive) -> None:
    assert archive.page("news.example.org/live/storm#top").at("v1").seq == 1


def test_neighbours_are_compared_as_recorded(archive: Archive) -> None:
    recorded = [stored.change for stored in archive.changes(url=STORM) if stored.to_seq == 2]

    assert recorded == archive.page(STORM).diff("v1", "v2")
    assert [(c.type, c.update) for c in recorded] == [("added", "id:c")]


def test_any_two_versions_are_compared_and_dated_with_their_proof(archive: Archive) -> None:
    page = archive.page(STORM)
    first, last = page.at("v1"), page.at("v3")
    found = {change.type: change for change in page.diff("v1", "v3")}

    assert {"headline", "added", "removed", "edited"} == set(found)
    assert found["removed"].confirmed  # the revisit after v3 was the second look
    assert (found["edited"].old, found["edited"].new) == (RESCUED, RESCUED.replace("12", "14"))
    for change in found.values():
        assert (change.seen_after, change.seen_by) == (first.last_seen, last.first_seen)
        assert change.old_proof
        assert change.old_proof.record_id == first.record_id
        assert change.new_proof
        assert change.new_proof.digest == last.digest


def test_back_in_time_is_the_mirror_and_carries_no_interval(archive: Archive) -> None:
    found = archive.page(STORM).diff("v3", "v1")

    assert {(c.type, c.update) for c in found} == {
        ("headline", None), ("added", "id:a"), ("edited", "id:b"), ("removed", "id:c"),
    }  # fmt: skip
    assert not any(c.seen_by or c.seen_after for c in found)


def test_a_version_compared_with_itself_has_no_changes(archive: Archive) -> None:
    assert archive.page(STORM).diff("v3", "now") == []


def test_changes_are_filtered_by_time_type_class_and_page(archive: Archive) -> None:
    after = T0 + timedelta(minutes=15)

    assert {stored.to_seq for stored in archive.changes(since=after)} == {3}
    assert {stored.to_seq for stored in archive.changes(until="2026-01-03T10:15Z")} == {2}
    assert [s.change.type for s in archive.changes(type="removed")] == ["removed"]
    assert {s.change.type for s in archive.changes(type=["added", "removed"])} == {"added", "removed"}
    assert list(archive.changes(class_="volatile")) == []
    assert list(archive.page(MOVED).changes()) == []


def test_changes_can_be_read_twice(archive: Archive) -> None:
    changes = archive.changes()

    assert list(changes) == list(changes) != []


def test_a_change_goes_through_its_json_line_unharmed(archive: Archive) -> None:
    for stored in archive.changes():
        assert change_from_json(change_line(stored)) == stored.change


def test_a_flat_row_names_the_records_that_prove_it(archive: Archive) -> None:
    page = archive.page(STORM)
    row = change_row(next(iter(archive.changes(type="removed"))))

    assert (row["url"], row["from"], row["to"], row["class"]) == (STORM, 2, 3, "editorial")
    assert (row["old_record"], row["new_record"]) == (page.at(2).record_id, page.at(3).record_id)


def test_without_pandas_the_table_says_what_to_install(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)

    with pytest.raises(StoppressError, match="pip install pandas"):
        archive.changes().to_pandas()


def test_changes_become_a_table_of_pandas(archive: Archive) -> None:
    table = archive.changes().to_pandas()

    assert list(table.columns) == list(COLUMNS)
    assert list(table["type"]) == [stored.change.type for stored in archive.changes()]
    assert [str(table[name].dt.tz) for name in ("seen_after", "seen_by")] == ["UTC", "UTC"]
    assert [moment.to_pydatetime() for moment in table["seen_by"]] == [c.change.seen_by for c in archive.changes()]
    assert table.set_index("type").loc["removed", "old"] == "Two roads are closed."


def test_a_table_without_changes_has_all_its_columns(archive: Archive) -> None:
    table = archive.changes(until="2025").to_pandas()

    assert (len(table), list(table.columns)) == (0, list(COLUMNS))
    assert str(table["seen_by"].dt.tz) == "UTC"


def test_the_log_has_every_visit_with_its_outcome(archive: Archive) -> None:
    log = [(v.outcome, v.reason, v.reading) for v in archive.page(STORM).log()]

    assert log == [("archived", None, "version")] * 3 + [
        ("revisit", None, "unchanged"),
        ("error", "http-status", "none"),
    ]
    assert [v.status for v in archive.page(STORM).log(limit=1)] == [503]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (WAITING, "watched but was not visited; next: stoppress crawl --once"),
        (DOWN, "1 visit.* ended as error; next: stoppress log"),
        (MOVED, "1 capture but no version yet.*next: stoppress log"),
        ("https://news.example.org/live/strom", f"did you mean {STORM}"),
        ("https://elsewhere.example/", "stoppress watch https://elsewhere.example/ starts"),
    ],
)
def test_where_nothing_is_kept_the_reason_and_the_next_step_are_named(archive: Archive, url: str, says: str) -> None:
    with pytest.raises(NotArchived, match=says):
        archive.page(url).at()


def test_a_version_beyond_the_last_one_is_refused(archive: Archive) -> None:
    with pytest.raises(NotArchived, match="has no v9; it has v1 to v3"):
        archive.page(STORM).at("v9")


def test_what_is_no_url_or_no_time_is_refused(archive: Archive) -> None:
    with pytest.raises(WatchlistError, match="scheme"):
        archive.page("ftp://news.example.org/")
    with pytest.raises(MomentError, match="yesterday"):
        archive.page(STORM).at("yesterday")
    with pytest.raises(MomentError, match="no time zone"):
        archive.page(STORM).at(datetime(2026, 1, 3))  # noqa: DTZ001


def test_what_still_lies_in_the_spool_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "stoppress.toml").write_text("[archive]\n")
    config = load_config(tmp_path / "stoppress.toml")

    with Keeper(config) as keeper:
        Newsroom(keeper).visit(STORM, T0, payload=body(1), says=version(1, T0))
        for where in (config, tmp_path / "archive"):
            with open_archive(where) as archive:
                assert archive.page(STORM).get("v1").body == body(1)


def test_content_coding_is_kept_and_removed_on_request(tmp_path: Path) -> None:
    (tmp_path / "stoppress.toml").write_text("[archive]\n")
    config = load_config(tmp_path / "stoppress.toml")
    coded = gzip.compress(body(2))
    with Keeper(config) as keeper:
        Newsroom(keeper).visit(STORM, T0, payload=coded, head="Content-Encoding: gzip\r\n", says=version(1, T0))

    with open_archive(config) as archive:
        answer = archive.page(STORM).get()

    assert (answer.body, answer.decoded()) == (coded, body(2))


def test_how_much_was_captured_is_an_estimate_with_its_figures_and_its_range(archive: Archive) -> None:
    found = archive.page(STORM).completeness()

    assert found.revisions == 3
    assert f"{found.share:.2f}, from {found.low:.2f} to {found.high:.2f}" == "0.82, from 0.79 to 0.86"
    assert archive.completeness() == found
    assert [one.share for one in archive.completeness_by_page().values() if one.share] == [found.share]
    assert (found.overwritten, found.hazard, found.lives) == (pytest.approx(0.48), pytest.approx(1 / 600), 0)


def test_nothing_is_said_of_a_page_that_was_looked_at_once(archive: Archive) -> None:
    assert archive.page(WAITING).completeness().reason.startswith("there was no good look")
    assert archive.page(MOVED).completeness().share is None
