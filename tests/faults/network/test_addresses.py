"""The wall: which addresses are refused, in every spelling, at the moment of connecting."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.address import IPv4Address

from crawler.egress import GuardedResolver, allowed
from tests.main_job.serving import ask
from tests.running import stoppress, write_config
from tests.servers.raw_http import RawServer, page

from .cases_redirect import SPELLINGS

# address -> why a simple look at it misleads
TRAPS = {
    "100.64.0.1": "shared by carriers; Python calls it neither private nor global",
    "224.0.0.1": "multicast, which Python calls global",
    "ff02::1": "multicast, which Python calls global",
    "64:ff9b::7f00:1": "127.0.0.1 behind NAT64, global by its name",
    "64:ff9b::a00:1": "10.0.0.1 behind NAT64",
    "::7f00:1": "127.0.0.1, compatible with IPv4 of old",
    "5f00::1": "segment routing, global by its name",
    "2002:7f00:1::": "6to4 of 127.0.0.1, global in Python 3.11 and 3.12",
    "192.0.0.192": "protocol assignments; clouds answer there",
    "192.88.99.1": "6to4 relays, global in Python 3.11",
    "fec0::1": "site-local, global by its name",
    "3fff::1": "documentation, global by its name",
    "2001:db8::1": "documentation",
    "2001::1": "Teredo",
    "::ffff:127.0.0.1": "127.0.0.1 in IPv6",
    "::ffff:169.254.169.254": "the metadata service of clouds in IPv6",
    "169.254.169.254": "the metadata service of clouds",
    "fe80::1%eth0": "this link, with its zone",
    "0.0.0.0": "this machine",
    "::": "this machine",
    "255.255.255.255": "broadcast",
}


@pytest.mark.parametrize("address", TRAPS)
def test_an_address_that_only_looks_public_is_refused(address: str) -> None:
    assert not allowed(address)


class Moving:
    """A name whose address is public when it is first asked for, and private from then on."""

    def __init__(self) -> None:
        self.addresses = iter(("93.184.216.34", "127.0.0.1"))

    def resolveHostName(self, receiver: Any, name: str, port: int = 0, *_: object) -> object:  # noqa: N802
        receiver.resolutionBegan(None)
        receiver.addressResolved(IPv4Address("TCP", next(self.addresses), port))
        receiver.resolutionComplete()
        return self


class Witness:
    def __init__(self) -> None:
        self.passed: list[str] = []

    def resolutionBegan(self, _: object) -> None: ...  # noqa: N802

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self.passed.append(address.host)

    def resolutionComplete(self) -> None: ...  # noqa: N802


def test_a_name_that_moves_to_a_private_address_is_refused_at_once() -> None:
    async def ask_twice() -> list[list[str]]:
        resolver = GuardedResolver(SimpleNamespace(nameResolver=Moving()), 0, ())
        seen = []
        for _ in range(2):
            witness = Witness()
            resolver.resolveHostName(witness, "moving.example.org", 80)
            seen.append(witness.passed)
        return seen

    assert asyncio.run(ask_twice()) == [["93.184.216.34"], []]


@pytest.fixture
def door() -> Iterator[socket.socket]:
    """A port of a private address; the kernel itself notes who knocks."""
    with socket.create_server(("127.0.0.66", 0)) as listening:
        listening.setblocking(False)
        yield listening


def _closed_to_all_but(config: Path) -> None:
    config.write_text(config.read_text().replace('"127.0.0.0/8"', '"127.0.0.1/32"'))
    applied = stoppress("apply", str(config))
    assert applied.code == 0, applied.err


def _nobody_knocked(door: socket.socket) -> bool:
    try:
        door.accept()[0].close()
    except BlockingIOError:
        return True
    return False


def test_a_watch_on_a_private_address_is_blocked_in_every_spelling(door: socket.socket, tmp_path: Path) -> None:
    port = door.getsockname()[1]
    spelled = [host.decode() for how, host in SPELLINGS.items() if how != "with_a_user_before_it"]
    config = write_config(tmp_path)
    _closed_to_all_but(config)
    for number, host in enumerate(spelled):
        watched = ask(config, "watch", f"http://{host}:{port}/{number}")
        assert watched.code == 0, watched.err

    ran = stoppress("crawl", "--once", "--json", config=config)

    assert [(v["outcome"], v["reason"], v["reading"]) for v in ran.lines] == [("error", "blocked", "none")] * len(
        spelled
    )
    assert _nobody_knocked(door)


def test_a_robots_file_that_leads_to_a_private_address_is_not_followed(
    door: socket.socket, raw_server: RawServer, tmp_path: Path
) -> None:
    private = f"http://127.0.0.66:{door.getsockname()[1]}/robots.txt"
    raw_server.route("/robots.txt", page(b"", f"Location: {private}", status="302 Found"))
    config = write_config(tmp_path, raw_server.route("/live", page(b"<p>The harbour is closed.</p>")))
    _closed_to_all_but(config)

    [visit] = stoppress("crawl", "--once", "--json", config=config).lines

    assert (visit["outcome"], visit["reason"]) == ("error", "robots")
    assert raw_server.hits_of("/live") == []
    assert _nobody_knocked(door)
