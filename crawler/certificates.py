"""Whose certificate is it? Asked in the handshake, before a request is sent.

Twisted asks too, but takes a certificate that names nobody (no subjectAltName, or one with an e-mail address alone) for
anybody's: service_identity raises another exception there than Twisted expects.
"""

# Twisted's inner names are untyped.
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from OpenSSL import SSL, crypto
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.python.failure import Failure
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

_REQUIRED = SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT


@implementer(IPolicyForHTTPS)
class Named:
    """``policy``, and a certificate must name its host."""

    def __init__(self, policy: Any) -> None:
        self._policy = policy

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802  Twisted's name
        return _Creator(self._policy.creatorForNetloc(hostname, port), hostname.decode("ascii"))


@implementer(IOpenSSLClientConnectionCreator)
class _Creator:
    def __init__(self, creator: Any, host: str) -> None:
        self._creator, self._host = creator, host

    def clientConnectionForTLS(self, tls: Any) -> SSL.Connection:  # noqa: N802
        connection: SSL.Connection = self._creator.clientConnectionForTLS(tls)
        connection.set_verify(_REQUIRED, _verifying(self._host, tls))
        return connection


def _verifying(host: str, tls: Any) -> Callable[[SSL.Connection, crypto.X509, int, int, int], bool]:
    """What OpenSSL asks about each certificate of a chain, the server's own (``depth`` 0) last."""
    wanted = IPAddress_ID(host) if isIPAddress(host) or isIPv6Address(host) else DNS_ID(host)

    def verify(_: SSL.Connection, certificate: crypto.X509, _error: int, depth: int, trusted: int) -> bool:
        if depth == 0:
            try:
                verify_service_identity(extract_patterns(certificate), [wanted], [])
            except Exception:  # noqa: BLE001 - whatever cannot be read of a certificate proves nothing
                tls.failVerification(Failure())
                return False
        return bool(trusted)

    return verify
