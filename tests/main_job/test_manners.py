"""How the crawler behaves towards others, judged by what a real server saw of it."""

from __future__ import annotations

import os
import signal
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.running import crawl_until, crawling, stoppress, write_config
from tests.servers.raw_http import RawServer, page

GOOD = b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed to all ships until further notice.</p>"
SLACK = 0.1  # seconds between the start that was decided and the head that arrived


def test_crawl_delay_holds_for_pages_and_hops_and_robots_txt_is_asked_for_once(
    raw_server: RawServer, tmp_path: Path
) -> None:
    raw_server.route("/robots.txt", page(b"User-agent: *\nCrawl-delay: 1\n", content_type="text/plain"))
    raw_server.route("/good", page(GOOD))
    urls = [raw_server.route(path, page(GOOD)) for path in ("/a", "/b")]
    urls.append(raw_server.route("/hop", page(b"", "Location: /good", status="302 Found")))
    config = write_config(tmp_path, *urls)
    stoppress("apply", str(config))

    ran = stoppress("crawl", "--once", "--json", config=config)

    assert [line["outcome"] for line in ran.lines] == ["archived"] * 3, ran.err[-2000:]
    assert sorted(hit.path for hit in raw_server.hits) == ["/a", "/b", "/good", "/hop", "/robots.txt"]
    gaps = [(later.at - earlier.at).total_seconds() for earlier, later in pairwise(raw_server.hits)]
    assert min(gaps) >= 1 - SLACK, gaps


def test_retry_after_parks_all_pages_of_the_host(raw_server: RawServer, tmp_path: Path) -> None:
    refused: list[datetime] = []

    async def answer(_reader: object, writer: Any) -> None:
        if not refused:
            refused.append(datetime.now(UTC))
            writer.write(page(b"", "Retry-After: 3", status="503 Service Unavailable"))
        else:
            writer.write(page(GOOD))
        await writer.drain()

    urls = [raw_server.route("/busy", answer), raw_server.route("/other", page(GOOD))]
    config = write_config(tmp_path, *urls)
    stoppress("apply", str(config))

    visits = crawl_until(config, lambda seen: len([v for v in seen if v["url"] == urls[0]]) >= 2)

    assert [v["status"] for v in visits if v["url"] == urls[0]][:2] == [503, 200]
    after = [(hit.at - refused[0]).total_seconds() for hit in raw_server.hits]
    assert [at for at in after if 0.5 < at < 3 - SLACK] == []


def test_no_cookie_goes_back_no_proxy_is_used_and_nothing_listens(
    raw_server: RawServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = raw_server.route("/page", page(GOOD, "Set-Cookie: session=42; Path=/"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):  # through a proxy, a request names the whole URL
        monkeypatch.setenv(name, f"http://127.0.0.1:{raw_server.port}")
    monkeypatch.delenv("no_proxy", raising=False)
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))

    with crawling(config, "--for", "60s") as process:
        assert process.stdout is not None
        for _ in range(2):
            process.stdout.readline()
        open_ports = listening(family(process.pid))
        process.send_signal(signal.SIGTERM)
        process.wait(30)

    assert raw_server.port in listening([os.getpid()])  # the measure itself sees what there is
    assert open_ports == set()
    assert len(raw_server.hits_of("/page")) >= 2
    assert {hit.path for hit in raw_server.hits} == {"/page", "/robots.txt"}
    assert [hit.head for hit in raw_server.hits if hit.header("Cookie") is not None] == []


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
    found = [pid]
    for known in found:
        found += [child for child, parent in parents.items() if parent == known]
    return found


def listening(pids: list[int]) -> set[int]:
    """The TCP ports that these processes listen on, by what the kernel says."""
    held = set()
    for pid in pids:
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                held.add(str(link.readlink()))
            except FileNotFoundError:
                continue
    lines = [line.split() for table in ("tcp", "tcp6") for line in _table(table)]
    listen = "0A"  # TCP_LISTEN in the kernel's net/tcp_states.h
    ours = [line for line in lines if line[3] == listen and f"socket:[{line[9]}]" in held]
    return {int(line[1].rpartition(":")[2], 16) for line in ours}


def _table(name: str) -> list[str]:
    path = Path("/proc/net") / name
    return path.read_text().splitlines()[1:] if path.exists() else []


class Asked(BaseHTTPRequestHandler):
    """Keeps the paths it was asked for."""

    paths: list[str]

    def do_GET(self) -> None:
        self.paths.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(GOOD)))
        self.end_headers()
        self.wfile.write(GOOD)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def self_signed(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """A TLS server whose certificate nobody vouches for: its URL, and what it was asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path / "self-signed.pem"))
    handler = type("Handler", (Asked,), {"paths": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}/page", handler.paths
        server.shutdown()
        thread.join(10)


def _certificate(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_self_signed_server_is_not_believed(self_signed: tuple[str, list[str]], tmp_path: Path) -> None:
    url, asked = self_signed
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))

    ran = stoppress("crawl", "--once", "--json", config=config)

    assert [(v["outcome"], v["reason"], v["reading"]) for v in ran.lines] == [("error", "tls", "none")]
    assert ran.code == 1
    assert asked == []
    assert stoppress("versions", url, "--json", config=config).lines == []
    assert stoppress("get", f"{url}@now", config=config).code == 1


def test_kills_do_not_fill_the_budget_up_again(raw_server: RawServer, tmp_path: Path) -> None:
    config = write_config(tmp_path, *(raw_server.route(f"/{n}", page(GOOD)) for n in range(40)))
    config.write_text(config.read_text().replace('budget = "100/s"', 'budget = "30/min"'))
    stoppress("apply", str(config))
    for n in range(3):
        seen = len(raw_server.hits)
        with crawling(config):
            until = time.monotonic() + 20
            while len(raw_server.hits) < seen + (30 if n == 0 else 1) and time.monotonic() < until:
                time.sleep(0.05)
            time.sleep(2)

    lasted = (raw_server.hits[-1].at - raw_server.hits[0].at).total_seconds()
    assert 32 <= len(raw_server.hits) <= 30 + lasted / 2 + 1
