"""The anonymous signature of wacz-auth 0.1.0: whoever has this key has packed this file, at that time by their clock.

https://specs.webrecorder.net/wacz-auth/0.1.0/. It does not say that a server has sent what is in it, and whose key that
is, readers have to know from elsewhere. The draft leaves curve and encoding open; here they are those that
replayweb.page checks: P-384 and SHA-256, r and s side by side as in WebCrypto, the public key as SubjectPublicKeyInfo.
"""

from __future__ import annotations

import base64
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.config_tables import PRODUCT
from pipelines.errors import ConfigError
from pipelines.face import iso

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

VERSION = "0.1.0"
_CURVE = "secp384r1"
_HALF = 48  # bytes of r, and of s
_MOST = 64 * 1024  # bytes of a file that may be a key


@dataclass(frozen=True, slots=True)
class Signer:
    """``clock``: when it is asked to sign, aware."""

    key: EllipticCurvePrivateKey = field(repr=False)
    clock: Callable[[], datetime]

    @property
    def public(self) -> str:
        """The public key in Base64, as the signature has it and its owner may publish it."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(public).decode()

    def created(self) -> str:
        return iso(self.clock().replace(microsecond=0))

    def signed(self, digest: str, created: str) -> dict[str, str]:
        """``signedData`` for the digest of ``datapackage.json``, as it is written there: ``sha256:…``."""
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
        from cryptography.hazmat.primitives.hashes import SHA256

        r, s = decode_dss_signature(self.key.sign(digest.encode(), ECDSA(SHA256())))
        both = r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")
        return {
            "hash": digest,
            "created": created,
            "software": PRODUCT,
            "signature": base64.b64encode(both).decode(),
            "publicKey": self.public,
            "version": VERSION,
        }


def signer(path: Path, clock: Callable[[], datetime]) -> Signer:
    """ConfigError, with the way to make a key, if there is none in the file that can be used."""
    return Signer(_key(path), clock)


def _key(path: Path) -> EllipticCurvePrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    made = f"make one: (umask 077; openssl ecparam -name {_CURVE} -genkey -noout -out {path})"
    try:
        with path.open("rb") as file:
            found = file.read(_MOST)
    except FileNotFoundError as e:
        raise ConfigError(f"{path}: no such file, and --sign needs a key; {made}") from e
    except OSError as e:
        raise ConfigError(f"{path} cannot be read: {e.strerror or e}") from e
    # What the library says of a key is not given on: it may quote it.
    try:
        key = load_pem_private_key(found, password=None)
    except TypeError:
        raise ConfigError(
            f"{path}: the key has a passphrase, which --sign does not ask for; take it off in a copy that only you can "
            f"read: (umask 077; openssl pkey -in {path} -out COPY)"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigError(f"{path} holds no private key in PEM; {made}") from None
    if not isinstance(key, EllipticCurvePrivateKey) or key.curve.name != _CURVE:
        raise ConfigError(f"{path}: the key is not one of P-384, the only kind that replayweb.page checks; {made}")
    return key


def open_to_others(path: Path) -> bool:
    """Whether users of this machine other than its owner can read a key."""
    return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
