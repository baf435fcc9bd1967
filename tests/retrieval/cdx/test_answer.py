"""Queries answered from a catalog of captures that are made here."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.cdxj import timestamp14
from pipelines.model import Capture
from pipelines.store.catalog import Catalog
from pipelines.store.catalog_scans import Line
from pipelines.store.rows import micros
from pipelines.takedowns import Takedown
from pipelines.urlkey import urlkey
from retrieval.cdx.answer import answer
from retrieval.cdx.query import BadQuery, query

NOON = datetime(2026, 1, 3, 12, 0, tzinfo=UTC)


def capture(url: str, minutes: int, **more: object) -> Capture:
    at = NOON + timedelta(minutes=minutes)
    made = Capture(
        urlkey=urlkey(url), timestamp=at, url=url, record_id=f"urn:uuid:{url}-{minutes}", digest="sha256:" + "ab" * 32,
        filename="warc/2026/01/03/a.warc.gz", offset=minutes * 10, length=500 + minutes, mime="text/html", status=200,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


CAPTURES = [
    *[capture("https://example.org/live", n, digest=f"sha256:{n // 3:064}") for n in range(10)],
    capture("https://example.org/live", 10, kind="revisit", refers_to="urn:uuid:https://example.org/live-9"),
    capture("https://example.org/live/2", 3, status=404),
    capture("https://news.example.org/", 4, mime='text/"ht ml'),
    capture("http://example.org:8080/x y", 5),
    capture("https://example.organic/", 6),
]


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(f"sqlite:///{tmp_path}/catalog.db") as catalog:
        catalog.captures_added(CAPTURES)
        yield catalog


def asked(catalog: Catalog, url: str, **more: str | list[str]) -> str:
    given = [("url", url)]
    for name, value in more.items():
        name = name.rstrip("_")
        given += [(name, one) for one in value] if isinstance(value, list) else [(name, value)]
    return "".join(answer(catalog, query(given)).pieces)


def minutes(text: str) -> list[int]:
    """Of the rows, by their times."""
    times = [line.split(" ")[1] for line in text.splitlines() if line]
    return [int((datetime.strptime(t, "%Y%m%d%H%M%S").replace(tzinfo=UTC) - NOON).total_seconds()) // 60 for t in times]


def test_a_row_has_seven_fields_in_the_order_of_the_dialect(catalog: Catalog) -> None:
    first, *_, last = asked(catalog, "example.org/live").splitlines()

    assert first == f"org,example)/live 20260103120000 https://example.org/live text/html 200 {'0' * 64} 500"
    assert last.split(" ")[3:] == ["warc/revisit", "-", "ab" * 32, "510"]


def test_no_field_holds_a_blank(catalog: Catalog) -> None:
    lines = asked(catalog, "*.example.org").splitlines()

    assert {line.count(" ") for line in lines} == {6}
    assert any("/x%20y " in line for line in lines)


def test_a_domain_has_its_hosts_in_the_order_of_keys_and_no_neighbour(catalog: Catalog) -> None:
    keys = [line.split(" ")[0] for line in asked(catalog, "*.example.org").splitlines()]

    assert keys == sorted(keys)
    assert {key.partition(")")[0] for key in keys} == {"org,example", "org,example,news", "org,example:8080"}


def test_times_are_inclusive(catalog: Catalog) -> None:
    assert minutes(asked(catalog, "example.org/live", **{"from": "202601031202", "to": "202601031204"})) == [2, 3, 4]


def test_limits_from_both_ends_and_offsets(catalog: Catalog) -> None:
    assert minutes(asked(catalog, "example.org/live", limit="2")) == [0, 1]
    assert minutes(asked(catalog, "example.org/live", limit="2", offset="3")) == [3, 4]
    assert minutes(asked(catalog, "example.org/live", limit="-2")) == [9, 10]
    assert asked(catalog, "example.org/live", limit="0") == ""
    assert minutes(asked(catalog, "example.org/live", sort="reverse", limit="2")) == [10, 9]


def test_of_a_run_that_is_collapsed_the_first_row_is_given_whichever_end_is_asked_for(catalog: Catalog) -> None:
    assert minutes(asked(catalog, "example.org/live", collapse="digest")) == [0, 3, 6, 9, 10]
    assert minutes(asked(catalog, "example.org/live", collapse="digest", limit="-2")) == [9, 10]
    assert minutes(asked(catalog, "example.org/live", collapse="timestamp:8")) == [0]


def test_filters_match_whole_fields_and_can_be_turned_round(catalog: Catalog) -> None:
    assert minutes(asked(catalog, "example.org/*", filter="statuscode:404")) == [3]
    assert asked(catalog, "example.org/*", filter="statuscode:40") == ""
    assert minutes(asked(catalog, "example.org/*", filter=["!statuscode:200", "!mimetype:warc/.*"])) == [3]


def test_an_expression_that_would_never_end_is_stopped(catalog: Catalog) -> None:
    catalog.captures_added([capture(f"https://example.org/{'a' * 60}!", 0)])

    with pytest.raises(BadQuery, match="takes too long"):
        asked(catalog, "example.org/*", filter="original:.*(a|aa|a?)+(a+)+$")


def test_the_nearest_in_time_come_first(catalog: Catalog) -> None:
    found = asked(catalog, "example.org/live", sort="closest", closest="20260103120429", limit="3")

    assert minutes(found) == [4, 5, 3]


def test_json_is_an_array_of_arrays_with_the_names_first_and_empty_where_nothing_is(catalog: Catalog) -> None:
    found = json.loads(asked(catalog, "example.org/live", output="json", limit="1", fl="timestamp,role"))

    assert found == [["timestamp", "role"], ["20260103120000", "page"]]
    assert json.loads(asked(catalog, "example.org/nothing", output="json")) == []
    assert asked(catalog, "example.org/nothing") == ""


def test_resume_keys_lead_through_all_rows_once_also_while_new_ones_come(catalog: Catalog) -> None:
    seen, key, rounds = [], "", 0
    while True:
        more = {"resumeKey": key} if key else {}
        rows, _, key = asked(catalog, "*.example.org", limit="4", showResumeKey="true", **more).partition("\n\n")
        seen += rows.splitlines()
        key, rounds = key.strip(), rounds + 1
        if not key:
            break
        catalog.captures_added([capture("https://example.org/live", -rounds)])

    assert seen == asked_before(CAPTURES)
    assert rounds == 4


def asked_before(captures: list[Capture]) -> list[str]:
    from retrieval.cdx.fields import DEFAULT, field

    inside = [one for one in captures if "organic" not in one.url]
    ordered = sorted(inside, key=lambda one: (one.urlkey, timestamp14(one.timestamp)))
    return [" ".join(field(name, line(one)) for name in DEFAULT) for one in ordered]


def line(of: Capture) -> Line:
    told = {name: getattr(of, name) for name in Line._fields if name != "micros"}
    return Line(micros=micros(of.timestamp), **told)


def test_a_resume_key_in_json_stands_behind_an_empty_row_and_only_where_rows_remain(catalog: Catalog) -> None:
    some = json.loads(asked(catalog, "example.org/live", output="json", limit="2", showResumeKey="true"))
    all_ = json.loads(asked(catalog, "example.org/live", output="json", limit="11", showResumeKey="true"))

    assert some[-2] == []
    assert len(some[-1]) == 1
    assert len(all_) == 12


def test_pages_cover_everything_once_and_end_with_a_refusal(catalog: Catalog) -> None:
    catalog.captures_added([capture("https://example.org/many", n) for n in range(7000)])
    number = int(asked(catalog, "*.example.org", pageSize="1", showNumPages="true"))
    pages = [asked(catalog, "*.example.org", pageSize="1", page=str(n)) for n in range(number)]

    assert number == 3
    assert "".join(pages) == asked(catalog, "*.example.org")
    with pytest.raises(BadQuery, match="behind the last one"):
        asked(catalog, "*.example.org", pageSize="1", page="3")
    assert asked(catalog, "nothing.example.com", page="0") == ""


def test_revisits_are_resolved_on_the_row(catalog: Catalog) -> None:
    line = asked(catalog, "example.org/live", limit="-1", resolveRevisits="true").strip()

    assert line.split(" ")[-3:] == ["509", "90", "a.warc.gz"]


def test_what_was_taken_down_is_left_out(catalog: Catalog) -> None:
    about = {"at": NOON, "actor": "desk", "reason": "court order", "url": "https://example.org/live"}
    key = urlkey("https://example.org/live")
    catalog.takedown_added(Takedown(id="t1", scope="page", urlkey=key, **about))  # type: ignore[arg-type]

    assert "org,example)/live " not in asked(catalog, "*.example.org")
    assert "org,example)/live/2 " in asked(catalog, "*.example.org")
