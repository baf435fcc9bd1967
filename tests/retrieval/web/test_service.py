"""What holds for all answers of the service: who is let in, what they carry, how it begins and ends."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from pipelines.completeness import Completeness
from retrieval.archive import open_archive
from retrieval.web.api import _versions
from retrieval.web.guard import Rates
from tests.servers.processes import free_port

from ..conftest import STORM
from .conftest import ROOT, Service, served

TOKEN = "a-token-of-more-than-sixteen"
CDX = f"/cdx/search/cdx?url={quote(STORM, safe='')}"


def test_cdx_answers_as_the_wayback_machine_does(service: Service) -> None:
    got = service.get(CDX)
    rows = [line.split(" ") for line in got.text.splitlines()]

    assert got.status == 200
    assert got.headers["content-type"] == "text/plain; charset=utf-8"
    assert [row[1] for row in rows] == [f"2026010310{minute}000" for minute in range(5)]
    assert [row[3:5] for row in rows][3:] == [["warc/revisit", "-"], ["text/html", "503"]]
    assert all(service.kept(f"/web/{row[1]}id_/{row[2]}").headers["memento-datetime"] for row in rows)


def test_cdx_is_gzipped_for_who_takes_it(service: Service) -> None:
    zipped, plain = service.get(CDX, Accept_Encoding="gzip"), service.get(CDX + "&gzip=false", Accept_Encoding="gzip")

    assert zipped.headers["content-encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize("more", ["&limit=x", "&filter=statuscode:(", "&page=7", "&matchType=no"])
def test_a_bad_parameter_is_400_with_one_line(service: Service, more: str) -> None:
    got = service.get(CDX + more)

    assert got.status == 400
    assert got.text.count("\n") == 1


def test_nothing_found_is_200_and_empty(service: Service) -> None:
    assert service.get("/cdx/search/cdx?url=https://a.example/").body == b""
    assert service.get("/cdx/search/cdx?url=https://a.example/&output=json").json == []


def test_the_api_tells_of_pages_versions_and_changes(service: Service) -> None:
    url = quote(STORM, safe="")
    pages = service.get("/api/pages").json["pages"]
    versions = service.get(f"/api/versions?url={url}").json["versions"]
    changes = service.get(f"/api/changes?url={url}&type=added").json["changes"]
    said = service.get(f"/api/version?url={url}&at=v2").json

    assert STORM in {page["url"] for page in pages}
    assert [one["version"] for one in versions] == [1, 2, 3]
    assert {one["type"] for one in changes} == {"added"}
    assert (said["version"], said["said"]["headline"]) == (2, "Storm: roads closed")


def test_the_api_estimates_how_much_was_captured_of_a_page_and_of_all(service: Service) -> None:
    url = quote(STORM, safe="")
    of_page = service.get(f"/api/completeness?url={url}").json
    of_all = service.get("/api/completeness").json
    pages = {page["url"]: page["completeness"] for page in service.get("/api/pages").json["pages"]}

    assert (of_page["estimate"], of_page["low"], of_page["high"], of_page["revisions"]) == (0.823, 0.787, 0.86, 3)
    assert service.get(f"/api/versions?url={url}").json["completeness"] == of_page == pages[STORM] == of_all


def test_metrics_are_open_metrics_and_no_label_names_a_page(service: Service) -> None:
    got = service.get("/metrics")
    families = {family.name: family for family in text_string_to_metric_families(got.body.decode())}
    found = {one.labels["kind"]: one.value for one in families["stoppress_findings"].samples}
    states = {one.labels["state"]: one.value for one in families["stoppress_watches"].samples}

    assert got.headers["content-type"].startswith("application/openmetrics-text")
    assert found == {"silent": 3, "refused": 0, "spool": 0, "uploads": 0, "no-updates": 0, "hints": 0}
    assert states == {"active": 3, "paused": 0, "ended": 0}
    assert families["stoppress_spool_limit_bytes"].samples[0].value == 20 * 2**30
    assert families["stoppress_newest_good_visit_age_seconds"].samples[0].value > 0
    assert {"stoppress_spool_bytes", "stoppress_files_waiting", "stoppress_files_waiting_seconds"} <= set(families)
    assert b"news.example.org" not in got.body
    assert service.kept("/metrics").status == 404  # the origin of captured pages tells nothing


def test_every_path_of_the_description_is_there_and_needs_what_it_says(service: Service) -> None:
    description = service.get("/api/openapi.json").json

    for where, methods in description["paths"].items():
        needed = [one["name"] for one in methods["get"]["parameters"] if one["required"] and one["in"] == "query"]
        got = service.get(where.replace("{record_id}", "none"))
        assert got.status == (400 if needed else 404 if "{" in where else 200), where


@pytest.mark.parametrize("where", ["/cdx", "/web/x", "/api/pages", "/nothing", "/healthz", "/../etc/passwd"])
def test_every_answer_carries_its_walls(service: Service, where: str) -> None:
    for origin in (service.base, service.archive):
        headers = service.get(where, origin=origin).headers

        assert headers["x-content-type-options"] == "nosniff"
        policy = "sandbox" if origin == service.archive else "default-src 'none'"
        assert headers["content-security-policy"].startswith(policy)
        assert "set-cookie" not in headers
        assert "server" not in headers


def test_a_foreign_host_name_that_leads_here_is_not_answered(service: Service) -> None:
    assert service.get(CDX, Host="evil.example").status == 421
    assert service.kept(f"/web/{STORM}", Host="evil.example:80").status == 421


def test_what_a_client_says_of_hosts_never_comes_into_an_address(service: Service) -> None:
    got = service.kept(f"/web/{STORM}", X_Forwarded_Host="evil.example", Forwarded="host=evil.example")

    assert "evil" not in str(got.headers)


def test_only_reading_is_possible(service: Service) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert service.get(CDX, method=method).status == 405


def test_a_header_cannot_be_smuggled_in_by_an_address(service: Service) -> None:
    got = service.kept("/web/20260103100000/https://news.example.org/%0d%0aSet-Cookie:%20a=1")

    assert got.status == 404
    assert "set-cookie" not in got.headers


def open_to_all(folder: Path, tmp_path: Path, token: str | None) -> Path:
    """A config of its own for the same archive, for listening beyond loopback."""
    config = tmp_path / "stoppress.toml"
    config.write_text(
        f'[archive]\nstore = "{folder}/archive"\ncatalog = "sqlite:///{folder}/archive/catalog.db"\n'
        f'spool = "{folder}/spool"\n'
    )
    if token:
        (tmp_path / "token").write_text(token + "\n")
    return config


def test_beyond_this_machine_every_request_brings_the_token(folder: Path, tmp_path: Path) -> None:
    with served(open_to_all(folder, tmp_path, TOKEN), "--host", "0.0.0.0") as (service, _):
        without = [service.get(where, origin=o).status for o in (service.base, service.archive)
                   for where in (CDX, "/metrics", f"/web/{STORM}", "/no", f"{CDX}&token={TOKEN}")]  # fmt: skip
        wrong = service.get(CDX, Authorization="Bearer " + TOKEN[:-1]).status
        right = service.get(CDX, Authorization="Bearer " + TOKEN).status
        health = service.get("/healthz").status

    assert set(without) == {401}
    assert (wrong, right, health) == (401, 200, 200)


@pytest.mark.parametrize(("token", "why"), [(None, "no such file"), ("short", "less than 16")])
def test_beyond_this_machine_nothing_is_served_without_a_token(
    folder: Path, tmp_path: Path, token: str | None, why: str
) -> None:
    config = open_to_all(folder, tmp_path, token)
    ran = typed(config, "--host", "0.0.0.0", "--port", "0")

    assert ran.returncode == 2
    assert why in ran.stderr
    assert "token_urlsafe" in ran.stderr


def typed(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "stoppress.py"), "-c", str(config), "serve", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_port_that_is_taken_is_named(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        port = taken.getsockname()[1]
        ran = typed(folder / "stoppress.toml", "--port", str(port))

    assert ran.returncode == 1
    assert f"port {port} cannot be listened on" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_one_origin_for_both_is_refused(folder: Path, tmp_path: Path) -> None:
    config = open_to_all(folder, tmp_path, None)
    one = "http://127.0.0.1:9"
    config.write_text(f'{config.read_text()}[serve]\nbase_url = "{one}"\narchive_url = "{one}"\n')

    assert "are one origin" in typed(config).stderr


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_in_good_order_when_told_to(folder: Path, name: signal.Signals) -> None:
    with served(folder / "stoppress.toml") as (service, process):
        assert service.get("/readyz").text == "ok\n"
        os.kill(process.pid, name)

        assert process.wait(20) == 0


def test_garbage_on_the_wire_harms_nobody(service: Service) -> None:
    where = urlsplit(service.base)
    for bytes_ in (b"\x00\xff\r\n\r\n", b"GET /" + b"a" * 200_000, b"GET / HTTP/1.1\r\nHost\r\n\r\n"):
        raw = socket.create_connection((where.hostname or "", where.port or 0), timeout=10)
        with raw, contextlib.suppress(OSError):  # it may have hung up by then
            raw.sendall(bytes_)
            raw.shutdown(socket.SHUT_WR)
            assert b" 500 " not in raw.recv(1000)[:20]

    assert service.get("/healthz").status == 200


def test_answers_of_one_connection_come_without_delay(service: Service) -> None:
    connection = http.client.HTTPConnection(urlsplit(service.base).netloc, timeout=30)
    for _ in range(20):
        connection.request("GET", CDX)
        assert connection.getresponse().read()
    connection.close()


def test_a_client_that_asks_too_often_is_told_when_to_come_again() -> None:
    now = [0.0]
    rates = Rates(2.0, 3.0, lambda: now[0])
    waits = [rates.wait("a") for _ in range(4)]
    now[0] = 0.5

    assert waits == [0.0, 0.0, 0.0, 0.5]
    assert rates.wait("b") == 0.0
    assert rates.wait("a") == 0.0


def test_json_tells_scripts_where_it_listens(folder: Path) -> None:
    with served(folder / "stoppress.toml") as (service, _):
        assert json.loads(json.dumps(service.base)).startswith("http://127.0.0.1:")
        assert service.base != service.archive


def test_a_long_list_of_versions_begins_before_the_estimate_is_made(folder: Path) -> None:
    made: list[str] = []

    with open_archive(folder / "stoppress.toml") as archive:
        page = archive.page(STORM)

        def complete() -> Completeness:
            made.append("estimate")
            return page.completeness()

        lines = _versions(page.url, page.listed(), complete)
        first = [next(lines), next(lines)]
        early = list(made)
        told = json.loads("".join([*first, *lines]))

    assert (early, made) == ([], ["estimate"])
    assert len(told["versions"]) == 3
    assert told["completeness"]["revisions"] == 3
