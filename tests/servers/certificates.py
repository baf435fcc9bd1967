"""A throw-away certificate for an address, and the file by which a client is made to trust it (SSL_CERT_FILE)."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


def make_certificate(folder: Path, *, valid: tuple[timedelta, timedelta] = (-DAY, DAY),
                     address: str | None = "127.0.0.1") -> tuple[Path, Path, str]:  # fmt: skip
    """(certificate file, key file, sha256 of the certificate in DER). ``valid``: from when to when, from now on.

    ``address``: whom it names: an IP address, somebody's e-mail address, or nobody (None).
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"raw server of a test, {folder.name}")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + valid[0])
        .not_valid_after(now + valid[1])
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    if address is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([_named(address)]), critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_file, key_file, certificate.fingerprint(hashes.SHA256()).hex()


def _named(address: str) -> x509.GeneralName:
    return x509.RFC822Name(address) if "@" in address else x509.IPAddress(ip_address(address))


def server_side(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
