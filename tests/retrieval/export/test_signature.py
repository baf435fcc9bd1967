"""``export wacz --sign``: checked by cryptography alone, as wacz-auth 0.1.0 and replayweb.page have it."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
)

from .conftest import Export
from .newsroom import Newsroom


def pem(key: Any, kind: PrivateFormat = PrivateFormat.PKCS8, passphrase: bytes = b"") -> bytes:
    hidden = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return bytes(key.private_bytes(Encoding.PEM, kind, hidden))


KEY = ec.generate_private_key(ec.SECP384R1())
PUBLIC = base64.b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    path.touch(0o600)
    path.write_bytes(pem(KEY, PrivateFormat.TraditionalOpenSSL))  # as openssl ecparam writes it
    return path


def check(path: Path) -> dict[str, Any]:
    """What a reader does; InvalidSignature or AssertionError if anything was changed."""
    with ZipFile(path) as file:
        described, digest = file.read("datapackage.json"), json.loads(file.read("datapackage-digest.json"))
        package = json.loads(described)
        for one in package["resources"]:
            data = file.read(one["path"])
            assert (one["hash"], one["bytes"]) == (f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))
        listed = {one["path"] for one in package["resources"]}
        assert set(file.namelist()) - listed == {"datapackage.json", "datapackage-digest.json"}
    signed = digest["signedData"]
    assert digest["hash"] == signed["hash"] == f"sha256:{hashlib.sha256(described).hexdigest()}"
    assert signed["created"] == package["created"]
    public = load_der_public_key(base64.b64decode(signed["publicKey"], validate=True))
    assert isinstance(public, ec.EllipticCurvePublicKey)
    raw = base64.b64decode(signed["signature"], validate=True)
    assert len(raw) == 96
    found = encode_dss_signature(int.from_bytes(raw[:48], "big"), int.from_bytes(raw[48:], "big"))
    public.verify(found, signed["hash"].encode(), ec.ECDSA(SHA256()))
    return dict(signed)


@pytest.fixture
def wacz(export: Export, newsroom: Newsroom, key: Path, tmp_path: Path) -> Path:
    ran = export("wacz", newsroom.storm, "-o", tmp_path / "storm.wacz", "--sign", key)
    assert ran.code == 0, ran.err
    return tmp_path / "storm.wacz"


def test_a_reader_can_check_who_packed_it_and_when(wacz: Path) -> None:
    signed = check(wacz)

    assert list(signed) == ["hash", "created", "software", "signature", "publicKey", "version"]
    assert (signed["publicKey"], signed["version"]) == (PUBLIC, "0.1.0")
    assert signed["software"].startswith("Stoppress/")
    assert len(signed["created"]) == len("2026-01-03T10:00:00Z")


def rewritten(path: Path, name: str, act: Any) -> Path:
    """A copy in which one file is another one."""
    copy = path.with_suffix(f".{name.replace('/', '-')}.wacz")
    with ZipFile(path) as old, ZipFile(copy, "w") as new:
        for each in old.namelist():
            data = old.read(each)
            new.writestr(each, act(data) if each == name else data)
    return copy


@pytest.mark.parametrize(
    ("name", "was", "now"),
    [
        ("archive/export.warc.gz", b"\x1f\x8b", b"\x1f\x8c"),
        ("pages/pages.jsonl", b"http", b"hxxp"),
        ("datapackage.json", b"Captures of", b"Captured of"),
        ("datapackage.json", b'"created": "2', b'"created": "1'),
        ("datapackage-digest.json", b'"created": "2', b'"created": "1'),
        ("datapackage-digest.json", b'"hash": "sha256:', b'"hash": "sha256:0'),
        ("datapackage-digest.json", b'"signature": "', b'"signature": "AAAA'),
    ],
)
def test_what_was_changed_is_found_out(wacz: Path, name: str, was: bytes, now: bytes) -> None:
    changed = rewritten(wacz, name, lambda data: data.replace(was, now, 1))

    with pytest.raises((AssertionError, InvalidSignature)):
        check(changed)


def test_another_key_cannot_stand_under_the_signature(wacz: Path) -> None:
    other = ec.generate_private_key(ec.SECP384R1()).public_key()
    theirs = base64.b64encode(other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    changed = rewritten(wacz, "datapackage-digest.json", lambda data: data.replace(PUBLIC.encode(), theirs))

    with pytest.raises(InvalidSignature):
        check(changed)


def test_the_key_is_nowhere_and_its_public_half_is_told(
    export: Export, newsroom: Newsroom, key: Path, tmp_path: Path
) -> None:
    ran = export("wacz", newsroom.storm, "-o", tmp_path / "x.wacz", "--sign", key, "--json")
    with ZipFile(tmp_path / "x.wacz") as file:
        all_of_it = b"".join(map(file.read, file.namelist())) + ran.out + ran.err.encode()
    number = KEY.private_numbers().private_value
    secrets = [line for line in key.read_bytes().splitlines() if not line.startswith(b"-")]
    secrets += [number.to_bytes(48, "big"), f"{number:x}".encode(), str(number).encode()]

    assert [secret for secret in secrets if secret in all_of_it] == []
    assert ran.lines[0]["public_key"] == PUBLIC
    assert PUBLIC in ran.err
    assert "chmod" not in ran.err


def test_a_key_that_others_can_read_is_warned_of(export: Export, newsroom: Newsroom, key: Path, tmp_path: Path) -> None:
    key.chmod(0o644)
    ran = export("wacz", newsroom.storm, "-o", tmp_path / "x.wacz", "--sign", key)

    assert ran.code == 0
    assert f"chmod 600 {key}" in ran.err


UNFIT = {
    "no such file": b"",
    "holds no private key": b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n",
    "a passphrase": pem(KEY, passphrase=b"word"),
    "P-384, the only": pem(ec.generate_private_key(ec.SECP256R1())),
    "not one of P-384": pem(rsa.generate_private_key(65537, 2048)),
    "is not one of P-384": pem(ed25519.Ed25519PrivateKey.generate()),
    "no private key": KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
}


@pytest.mark.parametrize("why", UNFIT)
def test_what_is_no_key_is_named_with_the_way_to_make_one(
    export: Export, newsroom: Newsroom, tmp_path: Path, why: str
) -> None:
    path, place = tmp_path / "key.pem", tmp_path / "out"
    place.mkdir()
    if UNFIT[why]:
        path.write_bytes(UNFIT[why])
    ran = export("wacz", newsroom.storm, "-o", place / "x.wacz", "--sign", path)

    assert (ran.code, list(place.iterdir())) == (2, [])
    assert why in ran.err
    assert ("openssl pkey" if why == "a passphrase" else "openssl ecparam -name secp384r1") in ran.err
    assert str(path) in ran.err
    assert "c2VjcmV0" not in ran.err
    assert "Traceback" not in ran.err


def test_a_folder_is_no_key(export: Export, newsroom: Newsroom, tmp_path: Path) -> None:
    ran = export("wacz", newsroom.storm, "-o", tmp_path / "x.wacz", "--sign", tmp_path)

    assert (ran.code, f"{tmp_path} cannot be read: Is a directory" in ran.err) == (2, True)


def test_without_a_key_there_is_no_signature_and_no_clock(export: Export, newsroom: Newsroom, tmp_path: Path) -> None:
    ran = export("wacz", newsroom.storm, "-o", tmp_path / "x.wacz", "--json")
    with ZipFile(tmp_path / "x.wacz") as file:
        package, digest = (json.loads(file.read(f"datapackage{more}.json")) for more in ("", "-digest"))

    assert "created" not in package
    assert "signedData" not in digest
    assert ran.lines[0]["public_key"] is None
