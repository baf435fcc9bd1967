"""Certificates: only one that is trusted, valid today and for this host gets a request to see."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from tests.running import stoppress, write_config
from tests.servers.certificates import make_certificate, server_side
from tests.servers.raw_http import RawServer, page, serving

from .answers import FIRST

DAY = timedelta(days=1)
# validity from now on, for which address, and whether the client trusts it
MADE = {
    "good": (-DAY, DAY, "127.0.0.1", True),
    "self-signed": (-DAY, DAY, "127.0.0.1", False),
    "expired": (-2 * DAY, -DAY, "127.0.0.1", True),
    "not valid yet": (DAY, 2 * DAY, "127.0.0.1", True),
    "for another host": (-DAY, DAY, "127.0.0.7", True),
    "for nobody": (-DAY, DAY, None, True),
    "for an e-mail address": (-DAY, DAY, "me@example.org", True),
}
PLAIN = "plain text on a TLS port"
BAD = [*MADE, PLAIN]
BAD.remove("good")


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, RawServer]]:
    trusted = []
    with ExitStack() as running:
        found: dict[str, RawServer] = {}
        for name, (start, end, address, trust) in MADE.items():
            folder = tmp_path / name
            folder.mkdir()
            certificate, key, _ = make_certificate(folder, valid=(start, end), address=address)
            found[name] = running.enter_context(serving(RawServer(tls=server_side(certificate, key))))
            trusted += [certificate.read_bytes()] if trust else []
        bundle = tmp_path / "trusted.pem"
        bundle.write_bytes(b"".join(trusted))
        monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
        found[PLAIN] = plain = RawServer()
        with serving(plain):
            # A ClientHello has no empty line to wait for: any byte gets the answer of a server that expects HTTP.
            plain.read_head = _anything
            yield found


async def _anything(reader: asyncio.StreamReader) -> bytes:
    await reader.read(1)
    return b"GET /what-was-no-http HTTP/1.1\r\n\r\n"


def test_a_certificate_that_proves_nothing_is_tls_and_nothing_is_sent(
    servers: dict[str, RawServer], tmp_path: Path
) -> None:
    urls = {name: server.route("/live", page(FIRST)).replace("http:", "https:") for name, server in servers.items()}
    config = write_config(tmp_path, *urls.values())
    stoppress("apply", str(config))

    ran = stoppress("crawl", "--once", "--json", config=config)

    ended = {line["url"]: (line["outcome"], line["reason"], line["reading"]) for line in ran.lines}
    assert ended[urls["good"]] == ("archived", None, "version")
    assert {name: ended[urls[name]] for name in BAD} == dict.fromkeys(BAD, ("error", "tls", "none"))
    assert {name: servers[name].hits_of("/live") for name in BAD} == {name: [] for name in BAD}
    details = {line["url"]: line["detail"] for line in ran.lines}
    assert all("127.0.0.1" in details[urls[name]] for name in BAD)
