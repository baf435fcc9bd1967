"""What any client may send to ``stoppress serve``, byte for byte: files, header fields, other hosts, other syntaxes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.running import ROOT, environment
from tests.servers.processes import stop

from .conftest import LEADS, LOST, OTHER, PAGE, STAMP, Service, get, raw, status

UP = ["../../stoppress.toml", "..%2f..%2fstoppress.toml", "%2e%2e/%2e%2e/stoppress.toml", "..%5c..%5cstoppress.toml",
      "%c0%ae%c0%ae/%c0%ae%c0%ae/stoppress.toml", "/etc/passwd", "//etc/passwd", "%2fetc%2fpasswd", "stoppress.toml%00",
      "%00", "%ff%fe", "....//....//stoppress.toml", "file:///etc/passwd",
      "\xc0\xae\xc0\xae/stoppress.toml"]  # fmt: skip
PLACES = ["/", "/warc/", "/warc/revisit/", "/web/", "/web/20260103100000id_/", "/web/timemap/link/", "/api/captures/",
          "/diff/before/20260103100000/", "/cdx/", "/static/"]  # fmt: skip


@pytest.mark.parametrize("up", UP)
def test_no_address_leads_to_a_file(served: Service, up: str) -> None:
    for origin in served.origins:
        for place in PLACES:
            answer = get(origin, place + up)

            assert status(answer) in (400, 404), place
            assert b"[archive]" not in answer
            assert b"root:" not in answer


def fields(answer: bytes) -> list[tuple[bytes, bytes]]:
    lines = answer.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    return [(name.lower(), value) for name, _, value in (line.partition(b": ") for line in lines)]


ENDS = ["%0d%0aSet-Cookie:%20a=1", "%0aSet-Cookie: a", "%0d%0a%0d%0a<script>", "%E5%98%8A%E5%98%8DSet-Cookie:a=1",
        "%00Set-Cookie:a=1", "\x0bSet-Cookie:a=1", "%22%3E,%3Chttps://evil.example/%3E;rel=%22original%22"]  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_no_parameter_becomes_a_header(served: Service, end: str) -> None:
    for path in (f"/web/{PAGE}{end}", f"/web/{STAMP}id_/{PAGE}{end}", f"/web/2026/{PAGE}?a={end}",
                 f"/cdx?url={PAGE}{end}", f"/web/timemap/link/{PAGE}{end}", f"/diff/before/{STAMP}/{PAGE}{end}",
                 f"/warc/x{end}", f"/api/version?url={PAGE}&at={end}", f"/api/captures/{end}"):  # fmt: skip
        for origin in served.origins:
            found = fields(get(origin, path))

            assert b"set-cookie" not in {name for name, _ in found}
            assert not any(b"evil.example" in value and b'rel="original"' in value for _, value in found)


def test_what_a_capture_said_becomes_no_header_but_under_a_name_that_nobody_obeys(served: Service) -> None:
    leads = fields(get(served.archive, f"/web/{STAMP}id_/{LEADS}"))
    shown = fields(get(served.archive, f"/web/20260103100100id_/{PAGE}"))

    assert [value for name, value in leads if name == b"location"] == [
        f"{served.archive}/web/{STAMP}id_/https://news.example.org/%0d%0aSet-Cookie:%20a=1?%3Cq%3E%2C".encode()
    ]
    assert {name for name, _ in leads + shown} & {b"set-cookie", b"x-evil"} == set()
    assert not any(b"evil.example" in value for name, value in shown if name == b"link")


@pytest.mark.parametrize(
    "header", ["Accept-Datetime: \x01\x02", "Accept-Datetime: " + "9" * 5000, "Range: bytes=" + "9" * 5000 + "-",
               "Accept-Encoding: gzip;q=\xff", "If-None-Match: \"\x80",
               "Accept-Datetime: Sat, 03 Jan 99999 10:00:00 GMT"]
)  # fmt: skip
def test_an_odd_header_is_no_fault_of_ours(served: Service, header: str) -> None:
    for path in (f"/web/{PAGE}", f"/web/{STAMP}id_/{PAGE}", f"/cdx?url={PAGE}", "/warc/x"):
        for origin in served.origins:
            assert status(get(origin, path, header)) < 500


CDX = f"GET /cdx?url={PAGE} HTTP/1.1\r\n"
END = "Connection: close\r\n\r\n"


@pytest.mark.parametrize(
    "request_", [CDX + END, CDX + "Host:\r\n" + END, CDX + "Host: evil.example\r\n" + END,
                 CDX + "Host: HOST\r\nHost: evil.example\r\n" + END, CDX + "Host: evil.example\r\nHost: HOST\r\n" + END,
                 CDX + "Host: HOST, evil.example\r\n" + END, CDX + "Host: HOST@evil.example\r\n" + END,
                 CDX + "Host: evil.example\r\nX-Forwarded-Host: HOST\r\n" + END,
                 CDX.replace("/cdx", "http://HOST/cdx") + "Host: evil.example\r\n" + END]
)  # fmt: skip
def test_another_host_is_not_answered(served: Service, request_: str) -> None:
    for origin in served.origins:
        answer = raw(origin, request_)

        assert status(answer) in (400, 404, 421)
        assert b"org,example" not in answer


def test_a_token_is_nowhere_in_the_log(served: Service, tmp_path: Path) -> None:
    token, config = "a-token-that-nobody-may-read", tmp_path / "stoppress.toml"
    archive = served.config.parent
    config.write_text(
        f'[archive]\nstore = "{archive}/archive"\ncatalog = "sqlite:///{archive}/archive/catalog.db"\n'
        f'spool = "{archive}/spool"\n[serve]\ntoken_file = "{tmp_path}/token"\n'
    )
    (tmp_path / "token").write_text(token)
    words = ["-c", str(config), "serve", "--host", "0.0.0.0", "--port", "0", "--json"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "stoppress.py"), *words], stdout=subprocess.PIPE, stderr=log, env=environment(),
            start_new_session=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            base = json.loads(process.stdout.readline())["base_url"]
            kinds = ["Authorization: Bearer", f"Authorization: Basic {token}", f"Authorization: Bearer {token}x",
                     "Authorization: Bearer \xff", f"X-Token: {token}", f"Cookie: token={token}"]  # fmt: skip
            refused = [status(get(base, f"/cdx?url={PAGE}&token={token}", header)) for header in kinds]
            allowed = status(get(base, f"/cdx?url={PAGE}&token={token}", f"Authorization: Bearer {token}"))
        finally:
            stop(process)
            process.stdout.close() if process.stdout else None

    assert (set(refused), allowed) == ({401}, 200)
    assert token not in (tmp_path / "log").read_text()


SYNTAX = ["'", "''; DROP TABLE captures; --", "x' OR '1'='1", "%", "%25", "sto_m", "st%6frm%", "*", "https://*", "\\",
          "\" OR \"\"=\"", "1; SELECT 1", "NEAR(a b)", "a* OR b*", "{{7*7}}", "${7*7}", "\x1a", "(((",
          "[a-", "\u0000x"]  # fmt: skip


@pytest.mark.parametrize("text", SYNTAX)
def test_a_syntax_of_somewhere_else_is_a_text_here(served: Service, text: str) -> None:
    said = quote(text, safe="")
    for path in (f"/cdx?url={said}", f"/cdx?url={PAGE}&filter=original:{said}", f"/cdx?url={PAGE}&resumeKey={said}",
                 f"/cdx?url=news.example.org/live/{said}", f"/api/versions?url={said}", f"/api/changes?type={said}",
                 f"/api/changes?since={said}", f"/api/changes?url=https://news.example.org/live/{said}",
                 f"/api/version?url={PAGE}&at={said}", f"/cdx/pywb?url=https://news.example.org/live/{said}",
                 f"/api/captures/{said}", f"/web/timemap/link/https://news.example.org/live/{said}"):  # fmt: skip
        answer = get(served.base, path)

        assert status(answer) in (200, 400, 404), path
        assert "*" in text or b"another page" not in answer
        assert "*" in text or OTHER.encode() not in answer
    assert OTHER.encode() in get(served.base, f"/cdx?url={OTHER}")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.sampled_from(["url", "from", "filter", "limit", "fl", "matchType"]),
)
def test_any_text_as_a_parameter_is_answered_in_order(served: Service, text: str, name: str) -> None:
    answer = get(served.base, f"/cdx?url={PAGE}&{name}={quote(text, safe='')}")

    assert status(answer) in (200, 400, 404)


def test_too_much_is_refused_or_cut_off(served: Service) -> None:
    many = 10**9
    for path in (f"/api/pages?limit={many}", f"/api/changes?limit={many}", f"/api/pages?offset={many}0",
                 f"/cdx?url={PAGE}&limit={'9' * 400}", f"/cdx?url={PAGE}&offset=-1", "/api/pages?limit=-1",
                 f"/cdx?url={PAGE}&filter={'original:a' * 5000}"):  # fmt: skip
        assert status(get(served.base, path)) == 400, path
    for path in (f"/api/pages?offset={many}", f"/api/changes?offset={many}", f"/cdx?url={PAGE}&limit={many}"):
        assert status(get(served.base, path)) in (200, 400), path
    assert status(get(served.base, "/web/" + "a" * 70_000)) in (400, 431)


@pytest.mark.parametrize("when", ["00000101000000", "99991399000000", "12026", "20261340", "0", "99999"])
def test_a_year_that_no_calendar_has_is_400_or_the_nearest_capture(served: Service, when: str) -> None:
    for path in (f"/web/{when}/{PAGE}", f"/cdx?url={PAGE}&from={when}", f"/api/version?url={PAGE}&at={when}",
                 f"/api/changes?since={when}", f"/diff/after/{when}/{PAGE}"):  # fmt: skip
        answer = get(served.base if "/web/" not in path else served.archive, path)

        assert status(answer) in (200, 302, 400, 404)
        assert status(answer) != 400 or len(answer.partition(b"\r\n\r\n")[2].splitlines()) == 1


def test_a_revisit_without_its_original_is_502_with_both_ids(served: Service) -> None:
    for origin, path in ((served.archive, f"/web/20260103100500id_/{LOST}"),
                         (served.base, f"/warc/revisit/{served.lost[0]}")):  # fmt: skip
        answer = get(origin, path)

        assert status(answer) == 502
        assert all(record_id.encode() in answer for record_id in served.lost)
        assert b"the original" not in answer


def test_a_damaged_capture_is_502_with_its_id_and_others_are_answered(served: Service) -> None:
    found = get(served.base, f"/cdx/pywb?url={OTHER}").partition(b"\r\n\r\n")[2]
    facts = json.loads(found[found.index(b"{") : found.rindex(b"}") + 1])
    start = int(facts["offset"])
    span = f"Range: bytes={start}-{start + int(facts['length']) - 1}"
    for answer in (
        get(served.archive, f"/web/{STAMP}id_/{OTHER}"),
        get(served.base, f"/warc/{facts['filename']}", span),
    ):
        assert status(answer) == 502
        assert b"another page" not in answer
        assert facts["filename"].encode() in answer or b"urn:uuid" in answer
    assert status(get(served.archive, f"/web/20260103100100id_/{PAGE}")) == 200
