"""Memento (RFC 7089) as clients speak it: the archive of ``tests/retrieval`` behind ``stoppress serve``."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from pipelines.config import load_config
from pipelines.keeper import Keeper
from pipelines.model import Capture
from pipelines.urlkey import urlkey
from pipelines.warc import sha256
from retrieval.mementos import Mementos
from tests.running import stoppress

from ..conftest import MOVED, STORM, T0, Newsroom, body
from .conftest import Got, Service, served

THERE = "https://www.example.org/there"


def links(header: str) -> dict[str, str]:
    """Each relation of a Link header -> its target."""
    found = re.findall(r'<([^>]*)>; rel="([^"]*)"', header)
    return {name: target for target, names in found for name in names.split()}


def path(uri: str) -> str:
    return "/" + uri.split("/", 3)[3]


def at(minutes: float) -> str:
    return format_datetime(T0 + timedelta(minutes=minutes), usegmt=True)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (None, "20260103104000"),
        (at(-1000), "20260103100000"),
        (at(9), "20260103101000"),
        (at(4), "20260103100000"),
        (at(9999), "20260103104000"),
    ],
)
def test_a_timegate_leads_to_the_nearest_memento(service: Service, wanted: str | None, found: str) -> None:
    for method in ("GET", "HEAD"):
        got = service.kept(f"/web/{STORM}", method=method, **({"Accept_Datetime": wanted} if wanted else {}))

        assert (got.status, got.headers["location"]) == (302, f"{service.archive}/web/{found}/{STORM}")
        assert got.headers["vary"] == "accept-datetime"
        assert links(got.headers["link"])["original"] == STORM
        assert links(got.headers["link"])["timemap"] == f"{service.base}/web/timemap/link/{STORM}"
        assert "memento-datetime" not in got.headers


def test_a_time_that_is_none_is_refused(service: Service) -> None:
    got = service.kept(f"/web/{STORM}", Accept_Datetime="yesterday")

    assert got.status == 400
    assert "Accept-Datetime" in got.text


@pytest.mark.parametrize(
    "form",
    ["{url}", "https:/news.example.org/live/storm", "https%3A//news.example.org/live/storm",
     "news.example.org/live/storm", "HTTPS://NEWS.example.org/live/storm"],
)  # fmt: skip
def test_a_url_comes_in_many_forms(service: Service, form: str) -> None:
    got = service.kept(f"/web/20260103100000id_/{form.format(url=STORM)}")

    assert (got.status, got.body) == (200, body(1))


def test_the_bytes_of_every_version_are_those_that_were_served(service: Service) -> None:
    for number in (1, 2, 3):
        got = service.kept(f"/web/{T0 + timedelta(minutes=10 * (number - 1)):%Y%m%d%H%M%S}id_/{STORM}")
        record = service.get("/api/captures/" + capture_of(service, number)["record_id"]).json

        assert got.body == body(number)
        assert record["digest"] == sha256(got.body)


def capture_of(service: Service, number: int) -> dict[str, Any]:
    versions = service.get(f"/api/versions?url={quote(STORM, safe='')}").json["versions"]
    return dict(versions[number - 1])


def test_a_memento_carries_its_time_its_neighbours_and_the_header_as_it_was(service: Service) -> None:
    got = service.kept(f"/web/20260103101000id_/{STORM}")
    linked = links(got.headers["link"])

    assert got.headers["memento-datetime"] == "Sat, 03 Jan 2026 10:10:00 GMT"
    assert linked["original"] == STORM
    assert linked["timegate"] == f"{service.archive}/web/{STORM}"
    assert [linked[name] for name in ("first", "prev", "next", "last")] == [
        f"{service.archive}/web/2026010310{minute}000id_/{STORM}" for minute in (0, 0, 2, 4)
    ]
    assert got.headers["x-archive-orig-content-type"] == "text/html"
    assert got.headers["content-security-policy"].startswith("sandbox; default-src 'none'; ")
    assert got.headers["x-content-type-options"] == "nosniff"


def test_neighbours_of_the_first_and_the_last(service: Service) -> None:
    first = links(service.kept(f"/web/20260103100000/{STORM}").headers["link"])
    last = links(service.kept(f"/web/20260103104000/{STORM}").headers["link"])

    assert "prev" not in first
    assert "next" not in last
    assert first["next"] == f"{service.archive}/web/20260103101000/{STORM}"
    assert last["prev"] == f"{service.archive}/web/20260103103000/{STORM}"
    assert first["last"] == last["last"] == last["memento"] == f"{service.archive}/web/20260103104000/{STORM}"


@pytest.mark.parametrize(
    ("minute", "before", "after"), [(0, None, 10), (10, 0, 20), (20, 10, None), (30, 10, None), (40, 10, None)]
)
def test_it_leads_to_the_versions_around_the_one_that_it_shows(
    service: Service, minute: int, before: int | None, after: int | None
) -> None:
    """There are three, of minutes 0, 10 and 20; at 30 is a revisit of the last, at 40 an error."""
    linked = links(service.kept(f"/web/2026010310{minute:02d}00id_/{STORM}").headers["link"])

    for name, there in (("predecessor-version", before), ("successor-version", after)):
        expected = None if there is None else f"{service.archive}/web/2026010310{there:02d}00id_/{STORM}"
        assert linked.get(name) == expected


def test_another_second_leads_to_the_exact_one_with_its_mode_and_is_no_memento(service: Service) -> None:
    got = service.kept(f"/web/20260103101130id_/{STORM}")
    year = service.kept(f"/web/2026/{STORM}")

    assert (got.status, got.headers["location"]) == (302, f"{service.archive}/web/20260103101000id_/{STORM}")
    assert "memento-datetime" not in got.headers
    assert year.headers["location"] == f"{service.archive}/web/20260103100000/{STORM}"


def test_a_revisit_is_a_memento_with_its_originals_body(service: Service) -> None:
    got = service.kept(f"/web/20260103103000id_/{STORM}")

    assert (got.status, got.body) == (200, body(3))
    assert got.headers["memento-datetime"] == "Sat, 03 Jan 2026 10:30:00 GMT"


def test_an_archived_error_keeps_its_status_and_a_redirect_leads_into_the_archive(service: Service) -> None:
    away, moved = service.kept(f"/web/20260103104000id_/{STORM}"), service.kept(f"/web/20260103100000id_/{MOVED}")

    assert (away.status, away.body) == (503, b"away")
    assert "memento-datetime" in away.headers
    assert (moved.status, moved.headers["location"]) == (301, f"{service.archive}/web/20260103100000id_/{THERE}")
    assert moved.headers["memento-datetime"] == "Sat, 03 Jan 2026 10:00:00 GMT"


def test_what_was_never_archived_is_404_and_leads_nowhere(service: Service) -> None:
    for where in (f"/web/{STORM}/no", f"/web/20260103100000id_/{STORM}/no", "/web/timemap/link/https://a.example/"):
        got = service.kept(where)

        assert got.status == 404
        assert "location" not in got.headers
        assert "not in this archive" in got.text


@pytest.mark.parametrize(
    "where",
    ["/web/ftp://a.example/", "/web/20261399000000/https://a.example/", "/web/https://user:secret@a.example/",
     "/web/20260103100000mp_/https://a.example/", "/web/http://", "/web/%00"],
)  # fmt: skip
def test_what_means_nothing_is_400_in_one_line(service: Service, where: str) -> None:
    got = service.kept(where)

    assert got.status == 400
    assert got.text.count("\n") == 1
    assert "secret" not in got.text


def test_a_timemap_lists_every_memento_once(service: Service) -> None:
    got = service.get(f"/web/timemap/link/{STORM}")
    mementos = re.findall(r'<([^>]*)>; rel="([^"]*memento[^"]*)"; datetime="([^"]*)"', got.text)

    assert got.headers["content-type"].startswith("application/link-format")
    assert links(got.text)["self"] == f"{service.base}/web/timemap/link/{STORM}"
    assert links(got.text)["timegate"] == f"{service.archive}/web/{STORM}"
    assert [names for _, names, _ in mementos] == ["first memento", *["memento"] * 3, "last memento"]
    assert [when for *_, when in mementos] == [at(minutes) for minutes in (0, 10, 20, 30, 40)]
    assert all(service.kept(path(uri)).headers["memento-datetime"] == when for uri, _, when in mementos)


def test_a_timemap_in_json_has_the_same_mementos(service: Service) -> None:
    found = service.get(f"/web/timemap/json/{STORM}").json

    assert found["original_uri"] == STORM
    assert found["mementos"]["list"][0]["datetime"] == "2026-01-03T10:00:00Z"
    assert [path(one["uri"]) for one in found["mementos"]["list"]] == [
        f"/web/2026010310{minute}000/{STORM}" for minute in range(5)
    ]


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """An archive with a long history, a gzipped body, a header full of traps, and a lost original."""
    path = tmp_path / "stoppress.toml"
    path.write_text("[archive]\n")
    with Keeper(load_config(path)) as keeper:
        newsroom = Newsroom(keeper)
        head = "Set-Cookie: a=1\r\nContent-Security-Policy: script-src *\r\nRefresh: 0; url=//evil.example\r\n"
        newsroom.visit("https://a.example/traps?q=<x>", T0, payload=b"<script>x</script>", head=head)
        zipped = gzip.compress(b"whole")
        newsroom.visit("https://a.example/gzip", T0, payload=zipped, head="Content-Encoding: gzip\r\n")
        newsroom.visit("https://a.example/cut", T0, payload=zipped[:9], head="Content-Encoding: gzip\r\n")
        made = next(keeper.catalog.captures(urlkey("https://a.example/gzip")))
        keeper.catalog.captures_added([long(made, minutes) for minutes in range(2300)])
    return path


def test_odd_answers_do_no_harm_and_long_histories_come_in_parts(odd: Path) -> None:
    with served(odd) as (service, _):
        traps = service.kept("/web/20260103100000id_/https://a.example/traps?q=%3Cx%3E")
        plain, zipped = (gzip_of(service, accept) for accept in ("identity", "gzip, br"))
        cut = service.kept("/web/20260103100000id_/https://a.example/cut")
        parts = list(timemaps(service, "https://a.example/long"))

    assert not {"set-cookie", "refresh"} & set(traps.headers)
    assert traps.headers["content-security-policy"].startswith("sandbox; default-src 'none'; ")
    assert traps.headers["x-archive-orig-set-cookie"] == "a=1"
    assert "q=%3Cx%3E" in traps.headers["link"]
    assert (plain.body, plain.headers.get("content-encoding")) == (b"whole", None)
    assert (gzip.decompress(zipped.body), zipped.headers["content-encoding"]) == (b"whole", "gzip")
    assert (cut.status, cut.text) == (502, "gzip: the stream stops before its end\n")
    assert [len(part) for part in parts] == [1000, 1000, 300]
    assert len({uri for part in parts for uri in part}) == 2300


def long(made: Capture, minutes: int) -> Capture:
    """One of many captures of a page: of its bytes nothing is asked here."""
    url = "https://a.example/long"
    at = T0 + timedelta(minutes=minutes)
    return replace(made, url=url, urlkey=urlkey(url), timestamp=at, record_id=f"urn:uuid:{minutes}", visit_id=None)


def gzip_of(service: Service, accept: str) -> Got:
    return service.kept("/web/20260103100000id_/https://a.example/gzip", Accept_Encoding=accept)


def timemaps(service: Service, url: str) -> Any:
    there = f"/web/timemap/link/{url}"
    while there:
        text = service.get(there).text
        yield re.findall(r'<([^>]*)>; rel="[^"]*memento[^"]*"', text)
        following = links(text).get("timemap")
        there = path(following) if following else ""


def test_json_timemaps_lead_on_too(odd: Path) -> None:
    with served(odd) as (service, _):
        first = json.loads(service.get("/web/timemap/json/https://a.example/long").body)
        second = json.loads(service.get(path(first["next_timemap_uri"])).body)

    times = [one["datetime"] for part in (first, second) for one in part["mementos"]["list"]]
    assert times == sorted(set(times))
    assert datetime.fromisoformat(times[-1]) == T0 + timedelta(minutes=1999)
    assert T0.tzinfo is UTC


def test_the_second_that_a_memento_is_known_by_leads_to_it_and_not_to_one_that_is_nearer_by_a_fraction(
    tmp_path: Path,
) -> None:
    (tmp_path / "stoppress.toml").write_text("[archive]\n")
    with Keeper(load_config(tmp_path / "stoppress.toml")) as keeper:
        newsroom = Newsroom(keeper)
        for second in (0.9, 1.9, 2.9):
            newsroom.visit(STORM, T0 + timedelta(seconds=second), payload=body(1 + int(second)), reading="empty")
        found = Mementos(keeper.catalog, urlkey(STORM), STORM)
        nearest = [found.nearest(T0 + timedelta(seconds=second)).timestamp.second for second in (0, 1, 2, 3)]

    assert nearest == [0, 1, 2, 2]


def test_what_is_told_is_the_same_when_something_else_was_taken_down(folder: Path, tmp_path: Path) -> None:
    """Without any takedown one question to the catalog tells all; with one everything is looked at by itself."""
    there = Path(shutil.copytree(folder, tmp_path / "copy"))
    asked = [f"/web/2026010310{minute:02d}00{mode}/{STORM}" for minute in (0, 10, 20, 30, 40) for mode in ("", "id_")]
    with served(there / "stoppress.toml") as (service, _):
        before = [told(service, one) for one in asked * 2]
        ran = stoppress("takedown", MOVED, "--reason", "by mistake", config=there / "stoppress.toml")
        after = [told(service, one) for one in asked * 2]

    assert ran.code == 0, ran.err
    assert before == after
    assert {status for status, *_ in before} == {200, 503}


@pytest.mark.parametrize("more", [(), ("--redact",)])
def test_the_second_of_a_capture_that_was_taken_down_is_451_and_others_lead_to_the_others(
    folder: Path, tmp_path: Path, more: tuple[str, ...]
) -> None:
    there = Path(shutil.copytree(folder, tmp_path / "copy"))
    words = ("takedown", f"{STORM}@20260103101000", *more, "--reason", "by order")
    ran = stoppress(*words, config=there / "stoppress.toml")
    with served(there / "stoppress.toml") as (service, _):
        gone = [service.kept(f"/web/20260103101000{mode}/{STORM}") for mode in ("", "id_")]
        near = service.kept(f"/web/20260103101001/{STORM}")
        gate = service.kept(f"/web/{STORM}", accept_datetime="Sat, 03 Jan 2026 10:10:00 GMT")

    assert ran.code == 0, ran.err
    assert [(got.status, "by order" in got.text) for got in gone] == [(451, True)] * 2
    assert "x-archive-wayback-runtime-error" in gone[0].headers
    assert [got.status for got in (near, gate)] == [302, 302]
    assert "/web/20260103101000" not in near.headers["location"] + gate.headers["location"]


def told(service: Service, path: str) -> tuple[int, dict[str, str], bytes]:
    got = service.kept(path, accept_encoding="gzip")
    return got.status, {name: value for name, value in got.headers.items() if name != "date"}, got.body
