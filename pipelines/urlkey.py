"""URLs at the gate: hygiene for what people type, and the SURT that names a page in every index.

>>> normalise("HTTPS://Bücher.Example:443/a/../Straße?q=ü#top")
'https://xn--bcher-kva.example/Stra%C3%9Fe?q=%C3%BC'
>>> urlkey("https://www.bücher.example/Straße")
'example,xn--bcher-kva)/stra%c3%9fe'
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

import idna

from .errors import WatchlistError
from .standin import standing_in

with standing_in("tldextract"):  # it imports requests, and surt asks it for nothing that is asked of surt here
    import surt

LONGEST = 2000  # characters; longer URLs break tools downstream
# Bytes. PostgreSQL's B-tree takes entries up to a third of a page, 2,704 bytes, and our indexes hold a key
# beside other columns.
LONGEST_KEY = 1000
_CUT = LONGEST_KEY - 1 - 64  # bytes that stay of a longer one, before "~" and a SHA-256 in hex
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
# What Python makes of bytes that are no UTF-8, on the command line (PEP 383); in JSON, half of a UTF-16 pair.
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_PORTS = {"http": 80, "https": 443}
# What stays as it is written; the rest is percent-encoded in UTF-8, just as Scrapy does before it asks.
_IN_PATH, _IN_QUERY = "!$%&'()*+,/:;=@", "!$%&()*+,/:;=?@"


class _RuleError(ValueError):
    """Which rule is broken, in words that quote nothing of the URL that might be secret."""


def normalise(url: str) -> str:
    """The URL as it will be asked for, in ASCII; WatchlistError names the broken rule.

    The fragment goes, and so do dot segments, a default port and the dot after a host's last label. The rest is
    percent-encoded where it has to be; a host gets its A-labels (IDNA 2008), an IP address its usual form.
    This is hygiene, not the wall: which addresses may be reached is judged when connecting.
    """
    try:
        _bounded(url)
        if _CONTROL.search(url):
            raise _RuleError("it holds a space, a backslash or a control character; percent-encode them")
        if _SURROGATE.search(url):
            raise _RuleError("it holds bytes that are not UTF-8, or half of a character; percent-encode them")
        parts = _split(url)
        if "@" in parts.netloc:
            raise _RuleError("it holds a user name or password")
        return _bounded(_canonical(parts))
    except _RuleError as rule:
        raise WatchlistError(f"{without_secret(url)!r} is not a page that can be watched: {rule}") from None


@lru_cache(maxsize=2**18)  # a list of 100,000 pages is gone through again and again
def urlkey(url: str) -> str:
    """The SURT of a URL, as the ``surt`` package makes it of the normalised one: ``org,example)/live``. ASCII.

    A key of 1000 bytes or more is cut, and ends with ``~`` and the SHA-256 of the whole. What is no http URL or
    has no host is its own key, percent-encoded.
    """
    try:
        key = str(surt.surt(_canonical(_split(url))))
    except _RuleError:
        key = quote(url.encode("utf-8", "surrogatepass"), safe=_IN_QUERY)
    if len(key) < LONGEST_KEY:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[:_CUT]}~{digest}"


def urlkey_prefix(url: str) -> str:
    """What the keys of all pages begin with whose URLs begin so; after a slash in the path, with that slash.

    WatchlistError: their keys have no beginning in common that no other key has.

    >>> urlkey_prefix("https://news.example/live/")
    'example,news)/live/'
    """
    if "?" in url:
        raise WatchlistError(
            f"{without_secret(url)!r} is no beginning of pages: parts of a query come in any order; name what is "
            "before its question mark, or each page"
        )
    url = normalise(url)
    prefix = urlkey(url + "x")[:-1]  # a SURT drops the slash at a path's end, which tells live/ from livestock
    if len(prefix) > _CUT:
        raise WatchlistError(
            f"{url!r} is too long for a beginning: of keys of {LONGEST_KEY} bytes or more {_CUT} are kept, and its own "
            f"has {len(prefix)}; name a shorter one, or each page"
        )
    return prefix


def _bounded(url: str) -> str:
    if len(url) > LONGEST:
        raise _RuleError(f"it has {len(url)} characters when encoded, at most {LONGEST} are taken")
    return url


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise _RuleError("its host cannot be read") from None  # Python's words may quote a password


def _canonical(parts: SplitResult) -> str:
    if parts.scheme not in _PORTS:
        raise _RuleError(f"its scheme is {parts.scheme!r}; http and https are watched")
    netloc = _host(parts) + _port(parts)
    try:
        path, query = quote(_without_dots(parts.path), safe=_IN_PATH), quote(parts.query, safe=_IN_QUERY)
    except UnicodeEncodeError:
        raise _RuleError("it holds half of a character (a lone surrogate)") from None
    return urlunsplit((parts.scheme, netloc, path, query, ""))


def _port(parts: SplitResult) -> str:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise _RuleError("its port is no number from 1 to 65535")
    return f":{port}" if port and port != _PORTS[parts.scheme] else ""


def _host(parts: SplitResult) -> str:
    """As WHATWG's URL standard reads a host, but for names that only IDNA 2003 or no DNS would know."""
    if not parts.hostname:
        raise _RuleError("it has no host")
    if parts.netloc.rpartition("@")[2].startswith("["):
        return f"[{_ipv6(parts.hostname)}]"
    labels = _labels(parts.hostname)
    if re.fullmatch(r"\d+|0x[0-9a-f]*", labels[-1]):
        return _ipv4(labels)
    return ".".join(labels)


@lru_cache(maxsize=2**12)
def _labels(host: str) -> tuple[str, ...]:
    try:
        host = unquote(host, errors="strict")
        if not host.isascii():
            host = idna.uts46_remap(host, std3_rules=False, transitional=False)
        labels = tuple(_a_label(label) for label in host.lower().removesuffix(".").split("."))
    except UnicodeError as e:
        raise _RuleError(f"its host has no form in ASCII: {e}") from None
    if sum(map(len, labels)) + len(labels) - 1 > 253:
        raise _RuleError("its host is longer than 253 characters")
    return labels


def _a_label(label: str) -> str:
    if not label:
        raise _RuleError("its host has an empty label")
    made = label if label.isascii() or len(label) > 63 else idna.alabel(label).decode()
    if len(made) > 63:
        raise _RuleError("a label of its host is longer than 63 characters")
    if not re.fullmatch(r"[a-z0-9_-]+", made):
        raise _RuleError("its host holds a character that no host name has")
    return made


def _ipv6(host: str) -> str:
    try:
        address = ipaddress.IPv6Address(unquote(host))
    except ValueError:
        raise _RuleError("what it has in brackets is no IPv6 address") from None
    if address.scope_id:
        raise _RuleError("its IPv6 address has a zone, which means something on one machine only")
    if address.ipv4_mapped:  # Python writes it in one way or the other, by its version
        high, low = divmod(int(address.ipv4_mapped), 2**16)
        return f"::ffff:{high:x}:{low:x}"
    return str(address)


def _ipv4(labels: tuple[str, ...]) -> str:
    """Browsers and ``inet_aton`` read 127.1, 0x7f.0.0.1 and 2130706433 as one address; so it has one form here."""
    try:
        *high, low = [_number(label) for label in labels]
        if max(high, default=0) > 255 or len(high) > 3 or low >= 256 ** (4 - len(high)):
            raise ValueError
    except ValueError:
        raise _RuleError("its host ends in a number but is no IPv4 address") from None
    return str(ipaddress.IPv4Address(low + sum(n << 24 - 8 * at for at, n in enumerate(high))))


def _number(label: str) -> int:
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    return int(label, 8 if label.startswith("0") else 10)


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4; ``%2e`` is a dot too (WHATWG)."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        dots = segment.lower().replace("%2e", ".")
        if dots == "..":
            del kept[-1:]
        elif dots != ".":
            kept.append(segment)
    if segments and segments[-1].lower().replace("%2e", ".") in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def without_secret(url: str) -> str:
    """The URL for a message, without what may be a user's name and password, however the URL is broken."""
    found = re.fullmatch(r"((?:[^/?#:@]*:)?[/\\]+)?([^/?#\\]*)(.*)", url, re.DOTALL)
    assert found is not None  # every part may be empty
    start, authority = found[1] or "", found[2]
    shown = url
    if "@" in authority or (":" in authority and "@" in found[3]):  # a "/" in a password ends the host, too
        shown = f"{start}…@{url.rpartition('@')[2]}"
    elif not re.fullmatch(r"(\[.*\]|[^:]*)(:\d*)?", authority):
        shown = f"{start}{authority.partition(':')[0]}:…"
    return shown[:200]
