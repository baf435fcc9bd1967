"""Where catalog and store are, as people write it: checked by its form alone, repeated without its secrets."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):/")
_CATALOG = 'write "sqlite:///path" or "postgresql://host/database"'
_STORE = 'write a directory or "s3://bucket/prefix"'
_SERVER = 'write for example "https://s3.example.org"'


def catalog(text: str) -> str:
    """``sqlite:///path`` or ``postgresql://…``; ValueError says what is wrong and never repeats a password."""
    scheme = _scheme(text)
    if scheme == "sqlite":
        if not text.startswith("sqlite:///") or text == "sqlite:///":
            raise ValueError(f"a path comes after three slashes; {_CATALOG}")
    elif scheme in ("postgresql", "postgres"):
        if "://" not in text:
            raise ValueError(f"two slashes come after the scheme; {_CATALOG}")
        _check_port(text, _CATALOG)
    else:
        raise ValueError(_unknown(scheme, ("sqlite", "postgresql"), _CATALOG))
    return text


def store(text: str) -> str:
    """A directory, ``file:///directory`` or ``s3://bucket/prefix``."""
    scheme = _scheme(text)
    if not text:
        raise ValueError(f"it is empty; {_STORE}")
    if scheme == "s3":
        parts = _parts(text, _STORE)
        if not parts.netloc or "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError('it names no bucket; write "s3://bucket/prefix", credentials go elsewhere')
    elif scheme and not text.startswith("file:///"):
        raise ValueError(_unknown(scheme, ("s3", "file"), _STORE))
    return text


def server(text: str) -> str:
    """``https://host``, perhaps with a port: where an S3 server other than AWS answers."""
    parts = _parts(text, _SERVER)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"it is no http or https address; {_SERVER}")
    if "@" in parts.netloc:
        raise ValueError(f"it holds a user name or password; {_SERVER}, credentials go elsewhere")
    _check_port(text, _SERVER)
    return text


def masked(text: str) -> str:
    """The text without what may be a password: what stands before the host, and ``password=…``."""
    text = re.sub(r"(?<=//)([^/\s]*:\S*|[^/\s]*)@", "…@", text)
    return re.sub(r"(?i)(?<=password=)[^&\s'\"]+", "…", text)


def _scheme(text: str) -> str | None:
    found = _SCHEME.match(text)
    return found[1].lower() if found else None


def _parts(text: str, example: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:  # its message would repeat what stands before the host
        raise ValueError(f"it is no address; {example}") from None


def _unknown(scheme: str | None, known: Iterable[str], example: str) -> str:
    if scheme is None:
        return f"it has no scheme; {example}"
    near = difflib.get_close_matches(scheme, known, n=1, cutoff=0.5)
    return f"{scheme!r} is not known" + (f", did you mean {near[0]!r}?" if near else "") + f"; {example}"


def _check_port(text: str, example: str) -> None:
    """The text after the last ``@`` alone, since a password may hold anything."""
    host = text.partition("//")[2].rpartition("@")[2]
    host = re.split(r"[/?#]", host)[0]
    port = host.rpartition("]")[2].partition(":")[2]
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 2**16):
        raise ValueError(f"its port is no number from 1 to 65535; {example}")
