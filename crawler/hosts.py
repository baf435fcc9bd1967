"""Which names are one host to politeness: all that lie under one registrable name are run by one owner.

    www.example.org, live.example.org -> example.org        127.0.0.2, localhost -> themselves

By the Public Suffix List as it came with the package; it is never fetched. Its private part counts: a.github.io and
b.github.io are two owners.
"""

from __future__ import annotations

from functools import cache, lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList


@lru_cache(maxsize=2**14)
def host_of(url: str) -> str:
    """The name (or address) that a URL leads to; ports of one machine are one host."""
    return (urlsplit(url).hostname or "").rstrip(".")


@lru_cache(maxsize=2**14)
def group_of(host: str) -> str:
    """The registrable name that a host belongs to: one slot, one queue. What has none is on its own."""
    if _is_address(host):
        return host
    return _suffixes().privatesuffix(host) or host


def group_of_url(url: str) -> str:
    return group_of(host_of(url))


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _is_address(host: str) -> bool:
    if host.rpartition(".")[2].isdigit():  # "The host's last label is a number": an IPv4 address (URL Standard)
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
