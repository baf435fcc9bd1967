"""The canary: what a raw socket sent and got is, byte for byte, what the WARC holds."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import io
import json
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
import pytest

from pipelines.warc import Record, scan
from tests.running import PATIENCE, ROOT, Ran, environment, run_program, write_config
from tests.servers.certificates import make_certificate, server_side
from tests.servers.raw_http import RawServer, page, sending, serving

FETCHING = "tests/crawler/fetching.py"
BODY = b"<p>" + bytes(range(256)) * 4 + b"</p>"
BIG = bytes(i * i % 251 for i in range(300_000))
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
FORGED = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"


def chunked(*pieces: bytes, trailer: bytes = b"") -> bytes:
    return b"".join(b"%x;n=%d\r\n%s\r\n" % (len(p), i, p) for i, p in enumerate(pieces)) + b"0\r\n" + trailer + b"\r\n"


def sized(body: bytes, header: bytes = b"", status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s" % (status, header, len(body), body)


TE = b"Transfer-Encoding: chunked\r\n"
# What is sent, and must be found in the response record as it is.
KINDS: dict[str, bytes] = {
    "length": sized(BODY),
    "reason": sized(BODY, status=b"200  All is well, \xfcber alles "),
    "no-reason": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi",
    "empty-reason": b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nhi",
    "order-and-case": sized(b"hi", b"x-B: 1\r\nX-a:2\r\nx-b:  3\t\r\nSERVER: z\r\nX-A: 4\r\ncontent-TYPE: a/b\r\n"),
    "duplicates": sized(b"hi", b"Set-Cookie: a=1\r\nVary: x\r\nSet-Cookie: b=2\r\nVary: y\r\nVary: x\r\n"),
    "not-utf-8": sized(b"hi", b"X-Name: caf\xe9 \xff\xfe\r\n"),
    "folded": sized(b"hi", b"X-Long: one\r\n two\r\n\tthree\r\n"),
    "no-colon": sized(b"hi", b"this line has none\r\nX-After: 1\r\n"),
    "nul-and-bare-cr": sized(b"hi", b"X-Nul: a\0b\r\nX-Cr: a\rb\r\nETag: \"a\0b\"\r\n"),
    "bare-lf": b"HTTP/1.1 200 OK\nX: y\nContent-Length: 2\n\nhi",
    "empty-value": sized(b"hi", b"X-Empty:\r\nX-Space: \r\n"),
    "connection": sized(b"hi", b"Connection: keep-alive\r\nKeep-Alive: timeout=5\r\nUpgrade: h2c\r\n"),
    "same-length-twice": sized(b"hi", b"Content-Length: 2\r\n"),
    "long-line": sized(b"hi", b"Content-Security-Policy: " + b"x" * 30_000 + b"\r\n"),
    "empty": sized(b""),
    "gzip": sized(gzip.compress(BODY), b"Content-Encoding: gzip\r\n"),
    "br": sized(brotli.compress(BODY), b"Content-Encoding: br\r\n"),
    "cut-gzip": sized(gzip.compress(BODY)[:-20], b"Content-Encoding: gzip\r\n"),
    "chunked": b"HTTP/1.1 200 OK\r\n" + TE + b"\r\n" + chunked(BODY, b"more"),
    "chunked-with-trailer": b"HTTP/1.1 200 OK\r\n" + TE + b"Trailer: X\r\n\r\n" + chunked(BODY, trailer=b"X: 1\r\n"),
    "chunked-empty": b"HTTP/1.1 200 OK\r\n" + TE + b"\r\n0\r\n\r\n",
    "chunked-upper-case": b"HTTP/1.1 200 OK\r\nTRANSFER-encoding: Chunked\r\n\r\nA;e=\"q\"\r\n0123456789\r\n00\r\n\r\n",
    "chunked-gzip": b"HTTP/1.1 200 OK\r\n" + TE + b"Content-Encoding: gzip\r\n\r\n" + chunked(gzip.compress(BODY)),
    "chunked-and-length": b"HTTP/1.1 200 OK\r\n" + TE + b"Content-Length: 3\r\n\r\n" + chunked(BODY),
    "until-closed": b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n" + BODY,
    "http-1.0": b"HTTP/1.0 200 OK\r\nX: y\r\n\r\n" + BODY,
    "close": sized(BODY, b"Connection: close\r\n"),
    "302": sized(b"moved", b"Location: /else\r\n", status=b"302 Found"),
    "304": b"HTTP/1.1 304 Not Modified\r\nETag: x\r\nContent-Length: 77\r\n\r\n",
    "204": b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
    "404": sized(b"none here", status=b"404 Nope"),
    "500": sized(b"", status=b"500 Oh"),
    "599": sized(b"x", status=b"599 "),
    "head": b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n",
    "post": sized(b"got it", b"Connection: close\r\n"),
    "big": sized(BIG),
}  # fmt: skip
INTERIM = {"early-hints": HINTS, "two-interim": HINTS + b"HTTP/1.1 102 Processing\nX: y\n\n"}
ASKED = {"head": {"method": "HEAD"}, "post": {"method": "POST", "body": "a=1&b=2", "headers": {"X-oDD": "y"}}}


@dataclass
class Wire:
    """A server, and an archive of what was fetched from it."""

    server: RawServer
    folder: Path
    certificate: str | None = None

    def fetch(self, *paths: str, at_once: int = 1, moved: tuple[str, str] | None = None,
              **settings: Any) -> list[dict[str, Any]]:  # fmt: skip
        requests = [{"url": self.server.url(path), **ASKED.get(path.strip("/"), {})} for path in paths]
        task = {"requests": requests, "at_once": at_once, "settings": settings, "moved": moved}
        words = [str(write_config(self.folder)), json.dumps(task)]
        # What has moved must have moved before anything is imported that knows it by name.
        done = fetched_anew(words) if moved else run_program(FETCHING, *words)
        assert done.code == 0, done.err
        self.log = done.err
        (self.folder / "fetching.log").write_text(done.err)
        return done.lines

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.glob("archive/warc/**/*.warc.gz"))

    def records(self, kind: str, path: str | None = None) -> list[Record]:
        url = self.server.url(path) if path else None
        found = []
        for name in self.files:
            with name.open("rb") as file:
                found += [placed.record for placed in scan(file)]
        return [r for r in found if r.type == kind and (url is None or r.get("WARC-Target-URI") == url)]

    def beside(self, path: str) -> Record:
        """The metadata record that is concurrent to the one request of this path."""
        [request] = self.records("request", path)
        linked = (request.get("WARC-Concurrent-To") or "").strip("<>")
        kept = self.records("metadata")
        return next(r for r in kept if linked in (r.id, (r.get("WARC-Concurrent-To") or "").strip("<>")))


def fetched_anew(words: list[str]) -> Ran:
    """By an interpreter that has imported nothing yet."""
    # A ResourceWarning shown in the middle of an import makes Python 3.11 forget its import lock (KeyError).
    quiet = {**environment(), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, str(ROOT / FETCHING), *words], capture_output=True, timeout=PATIENCE, check=False, env=quiet,
        cwd=ROOT,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr.decode())


@pytest.fixture(params=["http", "https"])
def wire(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    server, fingerprint = RawServer(), None
    if request.param == "https":
        certificate, key, fingerprint = make_certificate(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        server.tls = server_side(certificate, key)
    with ExitStack() as stack:
        yield Wire(stack.enter_context(serving(server)), tmp_path, fingerprint)


@pytest.fixture
def plain(raw_server: RawServer, tmp_path: Path) -> Wire:
    return Wire(raw_server, tmp_path)


def tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sysconfig.get_path("scripts")) / name
    return subprocess.run([sys.executable, str(program), *arguments], capture_output=True, text=True, check=False)


async def take_post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(len(ASKED["post"]["body"]))
    writer.write(KINDS["post"])


# the canary ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [1, 8])
def test_every_kind_of_response_is_kept_byte_for_byte(wire: Wire, at_once: int) -> None:
    for name, sent in KINDS.items():
        wire.server.route(f"/{name}", sent)
    for name, before in INTERIM.items():
        wire.server.route(f"/{name}", before + KINDS["chunked-gzip"])
    wire.server.route("/post", take_post)
    names = [*KINDS, *INTERIM]

    answers = wire.fetch(*(f"/{name}" for name in names), at_once=at_once)

    assert [a["url"] for a in answers if "failed" in a] == []
    for name in names:
        [response], [request] = wire.records("response", f"/{name}"), wire.records("request", f"/{name}")
        [hit] = wire.server.hits_of(f"/{name}")
        assert response.block == KINDS.get(name, KINDS["chunked-gzip"]), name
        assert request.block == hit.head + ASKED.get(name, {}).get("body", "").encode(), name
        assert response.get("WARC-Truncated") is None, name
        assert response.get("Stoppress-Fidelity") == request.get("Stoppress-Fidelity") == "wire"
        if name in INTERIM:
            assert wire.beside(f"/{name}").block == INTERIM[name]
    connections = len({hit.client for hit in wire.server.hits})
    assert connections < len(names)  # kept alive between requests


def test_payloads_are_digested_without_their_chunks(plain: Wire) -> None:
    same = {"/sized": sized(BODY), "/chunked": b"HTTP/1.1 200 OK\r\n" + TE + b"\r\n" + chunked(BODY[:9], BODY[9:])}
    for path, sent in same.items():
        plain.server.route(path, sent)

    plain.fetch(*same)

    expected = "sha256:" + hashlib.sha256(BODY).hexdigest()
    assert [plain.records("response", path)[0].get("WARC-Payload-Digest") for path in same] == [expected] * 2


def test_a_revisit_keeps_its_own_header_as_it_came(wire: Wire) -> None:
    heads = [b"HTTP/1.1 200  First\r\nX-n: 1\r\n" + TE + b"\r\n", b"HTTP/1.1 200 \xe9\r\n" + TE + b"x-N:2\r\n\r\n"]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(heads[len(wire.server.hits_of("/same")) - 1] + chunked(BODY))

    wire.server.route("/same", answer)

    wire.fetch("/same", "/same", DOWNLOAD_DELAY=0.2)

    [response], [revisit] = wire.records("response", "/same"), wire.records("revisit", "/same")
    assert response.block == heads[0] + chunked(BODY)
    assert revisit.block == heads[1]
    assert revisit.get("WARC-Payload-Digest") == response.get("WARC-Payload-Digest")
    assert revisit.get("WARC-Refers-To") == response.get("WARC-Record-ID")


def test_records_say_where_from_and_under_which_protection(wire: Wire) -> None:
    wire.server.route("/a", KINDS["length"])
    wire.server.route("/b", KINDS["http-1.0"])

    wire.fetch("/a", "/b")

    for path, version in {"/a": "http/1.1", "/b": "http/1.0"}.items():
        [response] = wire.records("response", path)
        protocols = [value for name, value in response.fields if name == "WARC-Protocol"]
        assert response.get("WARC-IP-Address") == "127.0.0.1"
        assert protocols == ([version, "tls/1.3"] if wire.certificate else [version])
        assert (response.get("WARC-Cipher-Suite") or "").startswith("TLS_") is bool(wire.certificate)
        expected = f"sha256:{wire.certificate}" if wire.certificate else None
        assert response.get("Stoppress-Certificates") == expected


def test_no_bytes_of_a_server_come_into_a_header_of_ours(plain: Wire) -> None:
    plain.server.route("/odd", sending(ODD_VERSION))

    plain.fetch("/odd")

    [response] = plain.records("response", "/odd")
    assert (response.block, response.get("WARC-Protocol")) == (ODD_VERSION, "http/1.1")


def test_other_tools_read_the_file(plain: Wire) -> None:
    from fastwarc.warc import ArchiveIterator as Fast
    from warcio.archiveiterator import ArchiveIterator

    chunked_ones = [name for name, sent in KINDS.items() if b"chunked" in sent.lower()[:120]]
    # FastWARC sees no status in bare LF; `warcio check` 1.8.1 stumbles over any brotli body (unused_data).
    names = [name for name in KINDS if name not in (*chunked_ones, "bare-lf", "br", "post", "head")]
    for name in names:
        plain.server.route(f"/{name}", KINDS[name])
    plain.server.route("/cut", sending(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"))
    plain.server.route("/none", sending(b"no HTTP\r\n\r\n"))
    plain.server.route("/hints", HINTS + KINDS["length"])

    plain.fetch(*(f"/{name}" for name in names), "/cut", "/none", "/hints", at_once=4)

    [path] = plain.files
    assert subprocess.run(["gzip", "-t", str(path)], check=False).returncode == 0
    assert tool("warcio", "check", str(path)).returncode == 0
    assert tool("fastwarc", "check", "-p", str(path)).returncode == 0
    blocks = {r.get("WARC-Target-URI"): r.block for r in plain.records("response")}
    data = path.read_bytes()
    theirs = {
        record.rec_headers.get_header("WARC-Target-URI"): record.raw_stream.read()
        for record in ArchiveIterator(io.BytesIO(data), no_record_parse=True)
        if record.rec_type == "response"
    }
    fast = {
        record.headers["WARC-Target-URI"]: record.reader.read()
        for record in Fast(io.BytesIO(data), parse_http=False)
        if record.headers["WARC-Type"] == "response"
    }
    assert theirs == fast == blocks
    indexed = tool("cdxj-indexer", str(path)).stdout.splitlines()
    indexed = [line for line in indexed if not line.startswith("urn:")]
    assert len(indexed) == len(blocks) == len(names) + 2


# what breaks off ------------------------------------------------------------------------------------------------

HALF = b"HTTP/1.1 200 Half\r\nX-odd:  y\r\nContent-Length: 5000\r\n\r\n<p>half"
HALF_CHUNK = b"HTTP/1.1 200 Half\r\n" + TE + b"\r\n5\r\nfirst\r\nff\r\nhalf"
BAD_CHUNK = b"HTTP/1.1 200 OK\r\n" + TE + b"\r\n5\r\nfirst\r\nzz\r\nno number\r\n"
TWO_LENGTHS = sized(b"hi", b"Content-Length: 5\r\n")
ENDLESS_STATUS = b"HTTP/1.1 " + b"2" * 5000 + b" OK\r\nContent-Length: 2\r\n\r\nhi"
ODD_VERSION = b"HTTP/1.1\x85\x00\xff 200 OK\r\nContent-Length: 2\r\n\r\nhi"
ODD_STATUS = b"HTTP/1.1 12345 Odd\r\nContent-Length: 2\r\n\r\nhi"
OPEN_END = b"HTTP/1.1 200 OK\r\nX: y\r\n\r\nhalf"
CUT: dict[str, tuple[Any, bytes, str]] = {
    "/short": (sending(HALF), HALF, "disconnect"),
    "/short-in-pieces": (sending(HALF[:30], HALF[30:70], HALF[70:]), HALF, "disconnect"),
    "/reset": (sending(HALF, then="reset"), HALF, "disconnect"),
    "/no-last-chunk": (sending(HALF_CHUNK), HALF_CHUNK, "disconnect"),
    "/stalled": (sending(HALF, then="stay"), HALF, "time"),
    "/stalled-without-length": (sending(OPEN_END, then="stay"), OPEN_END, "time"),
    "/bad-chunk": (sending(BAD_CHUNK), BAD_CHUNK, "unspecified"),
    "/two-lengths": (sending(TWO_LENGTHS), TWO_LENGTHS, "unspecified"),
    "/banana": (sending(b"HTTP/1.1 200 OK\r\nContent-Length: banana\r\n\r\nhi"),
                b"HTTP/1.1 200 OK\r\nContent-Length: banana\r\n\r\nhi", "unspecified"),
    "/too-large": (sending(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\nstart", then="stay"),
                   b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\nstart", "length"),
    "/after-hints": (sending(HINTS + HALF), HALF, "disconnect"),
}  # fmt: skip
# What is no response: the bytes, the ledger's reason, the phase.
NONE: dict[str, tuple[Any, bytes, str]] = {
    "/no-http": (sending(b"hello there\r\n\r\n"), b"hello there\r\n\r\n", "protocol"),
    "/nothing": (sending(), b"", "protocol"),
    "/cut-header": (sending(b"HTTP/1.1 200 OK\r\nX-Ha"), b"HTTP/1.1 200 OK\r\nX-Ha", "protocol"),
    "/stalled-header": (sending(b"HTTP/1.1 200 OK\r\nX-Ha", then="stay"), b"HTTP/1.1 200 OK\r\nX-Ha", "timeout"),
    "/silent": (sending(then="stay"), b"", "timeout"),
    "/only-hints": (sending(HINTS), HINTS, "protocol"),
    "/endless-status": (sending(ENDLESS_STATUS), ENDLESS_STATUS, "protocol"),
}


@pytest.mark.parametrize("loss_fails", [False, True])
def test_a_cut_answer_is_kept_as_far_as_it_came(wire: Wire, loss_fails: bool) -> None:
    for path, (answer, _, _) in CUT.items():
        wire.server.route(path, answer)

    wire.fetch(*CUT, at_once=8, DOWNLOAD_TIMEOUT=1, DOWNLOAD_MAXSIZE=60_000, DOWNLOAD_FAIL_ON_DATALOSS=loss_fails)

    kept = {path: [(r.block, r.get("WARC-Truncated")) for r in wire.records("response", path)] for path in CUT}
    assert kept == {path: [(block, why)] for path, (_, block, why) in CUT.items()}
    for path in CUT:
        assert wire.records("request", path)[0].block == wire.server.hits_of(path)[0].head


def test_an_answer_that_grows_too_large_is_kept_as_far_as_it_was_read(wire: Wire) -> None:
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    wire.server.route("/endless", sending(head, *[b"x" * 10_000] * 30, pause=0.01))

    wire.fetch("/endless", DOWNLOAD_MAXSIZE=60_000)

    [response] = wire.records("response", "/endless")
    assert response.get("WARC-Truncated") == "length"
    assert 60_000 < len(response.block) < 300_000
    assert response.block == (head + b"x" * 300_000)[: len(response.block)]


def test_a_body_without_length_that_ends_in_a_reset_is_cut(plain: Wire) -> None:
    plain.server.route("/reset", sending(OPEN_END, pause=0.1, then="reset"))

    plain.fetch("/reset")

    [response] = plain.records("response", "/reset")
    assert (response.block, response.get("WARC-Truncated")) == (OPEN_END, "disconnect")


def test_what_is_no_response_is_kept_beside_its_request(wire: Wire) -> None:
    for path, (answer, _, _) in NONE.items():
        wire.server.route(path, answer)

    wire.fetch(*NONE, at_once=8, DOWNLOAD_TIMEOUT=1)

    for path, (_, received, reason) in NONE.items():
        raw = wire.beside(path)
        assert wire.records("response", path) == []
        assert (raw.block, raw.get("Stoppress-Error"), raw.get("Stoppress-Phase")) == (received, reason, "header"), path
        assert raw.get("Stoppress-Failure")
        assert wire.records("request", path)[0].block == wire.server.hits_of(path)[0].head


def test_hints_before_what_is_no_answer_are_kept_with_it(wire: Wire) -> None:
    wire.server.route("/odd-status", sending(HINTS + ODD_STATUS))

    wire.fetch("/odd-status")

    raw = wire.beside("/odd-status")
    assert (raw.block, raw.get("Stoppress-Holds")) == (HINTS + ODD_STATUS, "received")


def test_a_header_without_end_is_cut_off_at_its_limit(wire: Wire) -> None:
    flood = b"HTTP/1.1 200 OK\r\n" + b"X-Line: %s\r\n" % (b"y" * 1000) * 40_000

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(flood)
        await writer.drain()

    wire.server.route("/flood", answer)
    wire.server.route("/one-line", sending(b"HTTP/1.1 200 OK\r\nX: ", *[b"y" * 50_000] * 20, pause=0))

    answers = wire.fetch("/flood", "/one-line")

    assert [a["failed"] for a in answers] == ["DownloadFailedError"] * 2
    kept = wire.beside("/flood").block
    assert 65_536 < len(kept) <= 65_536 * 3
    assert flood.startswith(kept)
    assert 65_536 < len(wire.beside("/one-line").block) <= 65_536 * 3


def test_where_nothing_was_sent_nothing_is_recorded(plain: Wire, tmp_path: Path) -> None:
    """Neither a closed port nor a certificate that nobody trusts makes a request."""
    (tmp_path / "tls").mkdir()
    certificate, key, _ = make_certificate(tmp_path / "tls")
    with serving(RawServer(tls=server_side(certificate, key))) as untrusted:
        plain.server.port, port = 9, plain.server.port
        closed = plain.fetch("/")
        plain.server.port = port
        other = Wire(untrusted, tmp_path)
        refused = other.fetch("/")

    assert [a.get("failed") is not None for a in closed + refused] == [True, True]
    assert plain.records("request") == plain.records("metadata") == []


# connections ----------------------------------------------------------------------------------------------------


def test_what_follows_the_end_of_a_message_is_no_part_of_any(wire: Wire) -> None:
    wire.server.route("/surplus", KINDS["length"] + FORGED)
    wire.server.route("/next", KINDS["order-and-case"])

    wire.fetch("/surplus", "/next")

    assert wire.records("response", "/surplus")[0].block == KINDS["length"]
    assert wire.records("response", "/next")[0].block == KINDS["order-and-case"]
    [first], [second] = wire.server.hits_of("/surplus"), wire.server.hits_of("/next")
    assert first.client != second.client


def test_bytes_that_come_late_answer_no_later_request(wire: Wire) -> None:
    wire.server.route("/late", sending(KINDS["length"], FORGED, pause=0.3, then="stay"))
    wire.server.route("/next", KINDS["order-and-case"])

    wire.fetch("/late", "/next", DOWNLOAD_DELAY=0.8)

    assert wire.records("response", "/late")[0].block == KINDS["length"]
    assert wire.records("response", "/next")[0].block == KINDS["order-and-case"]
    assert wire.server.hits_of("/late")[0].client != wire.server.hits_of("/next")[0].client
    assert not any(FORGED in record.block for record in wire.records("response"))


def closing_at_the_next(asked: list[bytes]) -> Any:
    """Answers, and closes the connection as soon as the request after it has come."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(KINDS["length"])
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    return once


def test_a_request_on_a_dead_connection_is_sent_again_at_once_and_each_try_is_kept(wire: Wire) -> None:
    asked: list[bytes] = []
    wire.server.route("/once", closing_at_the_next(asked))
    wire.server.route("/again", KINDS["length"])

    answers = wire.fetch("/once", "/again")

    assert [a.get("failed") for a in answers] == [None, None]
    first, second = wire.records("request", "/again")
    assert [first.block] == asked
    assert [second.block] == [hit.head for hit in wire.server.hits_of("/again")]
    assert len(wire.records("response", "/again")) == 1


def test_a_server_that_closes_each_time_is_not_asked_for_ever(wire: Wire) -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    asked: list[bytes] = []
    wire.server.route("/once", closing_at_the_next(asked))
    wire.server.route("/again", never)

    answers = wire.fetch("/once", "/again")

    assert [a.get("failed") for a in answers] == [None, "DownloadFailedError"]
    assert len(wire.records("request", "/again")) == 2


# without the tap ------------------------------------------------------------------------------------------------

SCRAPY, TWISTED = "scrapy.core.downloader.handlers.http11", "twisted.web._newclient"
NAMES = [
    (SCRAPY, "_ScrapyAgent"),
    (SCRAPY, "_LenientHTTP11ClientProtocol"),
    (SCRAPY, "_LenientHTTPClientParser"),
    (SCRAPY, "_cb_bodyready"),
    (SCRAPY, "_cb_timeout"),
    (SCRAPY, "_get_agent"),
    (TWISTED, "_finishResponse"),
    (TWISTED, "_giveUp"),
    (TWISTED, "_currentRequest"),
]


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_if_a_private_name_has_moved_records_are_marked_reconstructed(plain: Wire, module: str, name: str) -> None:
    plain.server.route("/page", page(b"<p>hi</p>"))

    plain.fetch("/page", moved=(module, name))

    [response] = plain.records("response", "/page")
    assert response.get("Stoppress-Fidelity") == "reconstructed"
    assert "the wire cannot be tapped" in plain.log
    assert {b"stoppress-fidelity: reconstructed" in r.block for r in plain.records("warcinfo")} == {True}
    assert response.block.endswith(b"\r\n\r\n<p>hi</p>")


def test_also_without_the_tap_nothing_is_recorded_where_nothing_was_sent(plain: Wire) -> None:
    plain.server.port = 9

    [closed] = plain.fetch("/", moved=NAMES[0])

    assert closed["failed"] == "DownloadConnectionRefusedError"
    assert "the wire cannot be tapped" in plain.log
    assert plain.records("request") == plain.records("metadata") == []
