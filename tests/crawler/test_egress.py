"""The guard judges addresses; ipaddress alone would let these through."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.settings import Settings
from twisted.internet.address import IPv4Address

from crawler.egress import GuardedResolver, NotGuardedError, allowed, self_test

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "192.0.0.192", "192.88.99.1", "198.18.0.1", "240.0.0.1", "::1", "::",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "ff02::1",
    "64:ff9b::7f00:1", "::7f00:1", "2002:7f00:1::", "2001:db8::1", "2001::1", "3fff::1", "5f00::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_unicast_is_refused(address: str) -> None:
    assert not allowed(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "2a00:1450:4001::1"])
def test_public_addresses_pass(address: str) -> None:
    assert allowed(address)


def test_the_operator_may_open_a_network_and_only_that() -> None:
    home = (ip_network("127.0.0.1/32"),)

    assert allowed("127.0.0.1", home)
    assert allowed("::ffff:127.0.0.1", home)
    assert not allowed("127.0.0.2", home)


class Names:
    """Resolves every literal to itself, a moment later, as Twisted's own resolver does."""

    def resolveHostName(self, receiver: Any, name: str, port: int = 0, *_: object) -> object:  # noqa: N802
        receiver.resolutionBegan(None)
        loop = asyncio.get_running_loop()
        loop.call_soon(receiver.addressResolved, IPv4Address("TCP", name, port))
        loop.call_later(0.01, receiver.resolutionComplete)
        return self


def guarded(*opened: str) -> Any:
    reactor = SimpleNamespace(nameResolver=Names())
    reactor.nameResolver = GuardedResolver(reactor, 0, opened)
    return reactor


def test_the_self_test_waits_for_the_answer_and_finds_a_guard_that_lets_through() -> None:
    with pytest.raises(NotGuardedError, match=r"let 169\.254\.169\.254 through"):
        asyncio.run(self_test(guarded("169.254.0.0/16"), Settings(), ()))


@pytest.mark.parametrize("opened", [(), ("127.0.0.0/8",), ("169.254.0.0/16",)])
def test_the_self_test_passes_what_the_config_opens_and_nothing_else(opened: tuple[str, ...]) -> None:
    asyncio.run(self_test(guarded(*opened), Settings(), opened))


def test_a_guard_that_does_not_answer_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    reactor = guarded()
    monkeypatch.setattr(Names, "resolveHostName", lambda self, *_: self)
    monkeypatch.setattr("crawler.egress.PATIENCE", 0.01)

    with pytest.raises(NotGuardedError, match="did not answer"):
        asyncio.run(self_test(reactor, Settings(), ()))
