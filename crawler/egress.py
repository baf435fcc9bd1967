"""The egress guard: which addresses this process may connect to, judged at connect time.

Twisted connects to exactly the addresses its resolver hands out, literals included, so a guard there has no gap
between check and use: DNS rebinding is closed, and robots.txt, redirects and retries are all covered.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import deque
from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any, Self

from scrapy.resolver import CachingHostnameResolver
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import implementer

from pipelines.errors import StoppressError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Python's is_global differs by version on these (faults: "ipaddress is not enough"), so they are named.
_DENIED = tuple(
    ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
_PUBLIC_6 = ip_network("2000::/3")


def allowed(address: str, exceptions: Iterable[Network] = ()) -> bool:
    """Public unicast, or inside one of the operator's networks.

    >>> allowed("93.184.216.34"), allowed("127.0.0.1"), allowed("100.64.0.1"), allowed("::ffff:10.0.0.1")
    (True, False, False, False)
    """
    ip: IPAddress = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if any(ip in network for network in exceptions if network.version == ip.version):
        return True
    if any(ip in network for network in _DENIED if network.version == ip.version):
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip not in _PUBLIC_6:
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class Refused:
    """The hosts whose every address was refused lately, so that an error can be called by its name."""

    def __init__(self) -> None:
        self._hosts: deque[str] = deque(maxlen=1000)

    def add(self, host: str) -> None:
        self._hosts.append(host)

    def __contains__(self, host: object) -> bool:
        return host in self._hosts


REFUSED = Refused()  # one resolver per process, so one memory of it


@implementer(IResolutionReceiver)
class _Judge:
    """Hands on only what the guard allows."""

    def __init__(self, receiver: Any, host: str, exceptions: tuple[Network, ...]) -> None:
        self._receiver, self._host, self._exceptions = receiver, host, exceptions
        self._passed = self._held = 0

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802  Twisted's name
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        if allowed(str(getattr(address, "host", "")), self._exceptions):
            self._passed += 1
            self._receiver.addressResolved(address)
        else:
            self._held += 1

    def resolutionComplete(self) -> None:  # noqa: N802
        if self._held and not self._passed:
            REFUSED.add(self._host)
        self._receiver.resolutionComplete()


class GuardedResolver(CachingHostnameResolver):
    """The process-wide resolver; set as TWISTED_DNS_RESOLVER in the project's settings, nowhere else.

    It wraps outside the cache, so that cached answers are judged too.
    """

    def __init__(self, reactor: Any, cache_size: int, exceptions: Iterable[str]) -> None:
        super().__init__(reactor, cache_size)
        self._exceptions = tuple(ip_network(text) for text in exceptions)

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> Self:
        from .setup import config_of

        return cls(reactor, 0, config_of(crawler).egress.allow)

    def resolveHostName(self, resolutionReceiver: Any, hostName: str, *args: Any, **more: Any) -> Any:  # noqa: N802, N803
        judge: Any = _Judge(resolutionReceiver, hostName, self._exceptions)
        return super().resolveHostName(judge, hostName, *args, **more)


class NotGuardedError(StoppressError):
    """The guard is not in place: the crawler must not start."""


# Never public, in any release of Python; the first is link-local: the metadata service of clouds.
FORBIDDEN = ("169.254.169.254", "10.0.0.1", "127.0.0.1", "240.0.0.1")
PATIENCE = 60.0  # seconds for a literal, which no name server is asked for: milliseconds, unless the machine is busy


async def self_test(reactor: Any, settings: BaseSettings, exceptions: Iterable[str] = ()) -> None:
    """Fails closed: the reactor's own resolver must refuse a forbidden literal, or nothing is crawled.

    It only resolves; nothing is connected to.
    """
    if (settings.getpriority("DNS_RESOLVER") or 0) > SETTINGS_PRIORITIES["default"]:
        raise NotGuardedError(
            "nothing was sent: DNS_RESOLVER is set, and Scrapy prefers it to the egress guard; remove that setting"
        )
    if not isinstance(reactor.nameResolver, GuardedResolver):
        raise NotGuardedError(
            "nothing was sent: the egress guard is not installed; set "
            f'TWISTED_DNS_RESOLVER = "{__name__}.GuardedResolver" in the project\'s settings, nowhere else'
        )
    opened = tuple(ip_network(text) for text in exceptions)
    address = next((address for address in FORBIDDEN if not allowed(address, opened)), None)
    if address and await _passed(reactor.nameResolver, address):
        raise NotGuardedError(
            f"nothing was sent: the egress guard let {address} through; "
            "run the tests of crawler/egress.py with these versions of Python, Scrapy and Twisted"
        )


async def _passed(resolver: Any, address: str) -> bool:
    """Whether the resolver hands the address on; the answer comes from another thread, so it is waited for."""
    found: list[IAddress] = []
    complete = asyncio.Event()

    @implementer(IResolutionReceiver)
    class Witness:
        def resolutionBegan(self, resolution: IHostResolution) -> None: ...  # noqa: N802

        def addressResolved(self, address: IAddress) -> None:  # noqa: N802
            found.append(address)

        def resolutionComplete(self) -> None:  # noqa: N802
            complete.set()

    resolver.resolveHostName(Witness(), address, 80)
    try:
        await asyncio.wait_for(complete.wait(), PATIENCE)
    except TimeoutError as e:
        raise NotGuardedError(
            f"nothing was sent: the egress guard did not answer in {PATIENCE:g} s; start again, "
            "and look at what occupies this process's threads"
        ) from e
    return bool(found)
