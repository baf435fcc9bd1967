"""From the bytes of a response to its entity, strictly: a cut or damaged body never passes as a whole page.

RFC 9110 section 6.4 calls what remains without transfer coding the content; WARC 1.1 digests it with its
content coding kept. ``decode`` removes the content coding, with decoders that must end exactly at the end.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import brotli

if sys.version_info >= (3, 14):  # pragma: no cover
    from compression import zstd
else:
    from backports import zstd

MOST_CODINGS = 2  # a third layer has never been seen in good faith
DECODED_LIMIT = 32 * 2**20  # bytes; the size limit of a page, after decoding too

Headers = tuple[tuple[str, str], ...]


class DecodeError(ValueError):
    """The content is not what its coding says. ``truncated``: it stops too early; ``garbled``: another format."""

    def __init__(self, message: str, *, truncated: bool = False, garbled: bool = False) -> None:
        super().__init__(message)
        self.truncated = truncated
        self.garbled = garbled


@dataclass(frozen=True, slots=True)
class Message:
    """An HTTP response taken apart; ``body`` is as transferred."""

    status: int
    reason: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """The last value of a field, None if absent; names are compared without case."""
        name = name.lower()
        return next((value for key, value in reversed(self.headers) if key.lower() == name), None)


def parse(block: bytes) -> Message:
    """Take a response block apart at its first empty line; lines may end with a bare LF.

    ValueError if it does not begin with an HTTP status line.
    """
    end, body = _end_of_head(block)
    return _message(block[:end], block[body:])


def head(block: bytes) -> Message:
    """The same without its body, which may be large."""
    return _message(block[: _end_of_head(block)[0]], b"")


def _message(head: bytes, body: bytes) -> Message:
    lines = head.decode("latin-1").split("\n")
    words = lines[0].rstrip("\r").split(" ", 2)
    if len(words) < 2 or not words[0].startswith("HTTP/") or not _STATUS.fullmatch(words[1]):
        raise ValueError(f"not an HTTP status line: {lines[0][:80]!r}")
    return Message(int(words[1]), words[2] if len(words) > 2 else "", _fields(lines[1:]), body)


_STATUS = re.compile("[1-9][0-9]{2}")  # RFC 9110 section 15: three digits
EMPTY_LINE = re.compile(rb"\n\r?\n")
_NOT_ALLOWED = re.compile("[\\r\\n\\0]")
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,16}")


def _end_of_head(block: bytes) -> tuple[int, int]:
    """(end of the header lines, start of the body): the first empty line, with CRLF or bare LF."""
    found = EMPTY_LINE.search(block)
    return found.span() if found else (len(block), len(block))


def _fields(lines: list[str]) -> Headers:
    fields: list[tuple[str, str]] = []
    for line in lines:
        line = line.rstrip("\r")
        if line[:1] in (" ", "\t") and fields:  # obs-fold, RFC 9112 5.2
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {line.strip()}")
        elif ":" in line:
            name, value = line.split(":", 1)
            fields.append((name.strip(), value.strip()))
    if any(_NOT_ALLOWED.search(value) for _, value in fields):
        # "A recipient of CR, LF, or NUL within a field value MUST either reject the message or replace each of
        # those characters with SP" -- RFC 9110 5.5. The block keeps them; PostgreSQL could not take a NUL.
        return tuple((_NOT_ALLOWED.sub(" ", name), _NOT_ALLOWED.sub(" ", value)) for name, value in fields)
    return tuple(fields)


def entity(message: Message) -> bytes:
    """The body without transfer coding, content coding kept: what ``WARC-Payload-Digest`` is taken over."""
    if message.status in (204, 304):  # RFC 9112 6.3: no body, whatever the header says
        return message.body
    coding = (message.header("Transfer-Encoding") or "").lower()
    return dechunk(message.body) if "chunked" in coding else message.body


def dechunk(body: bytes) -> bytes:
    """RFC 9112 section 7.1; DecodeError if the last chunk is missing or a size is not a number."""
    parts: list[bytes] = []
    at = 0
    while True:
        end = body.find(b"\n", at)
        if end < 0:
            raise DecodeError("the last chunk is missing", truncated=True)
        line = body[at:end].split(b";", 1)[0].strip()
        if not _CHUNK_SIZE.fullmatch(line):  # int() would take "-1" too, and never come to an end
            raise DecodeError(f"chunk size {line[:20]!r} is not a number")
        size = int(line, 16)
        at = end + 1
        if size == 0:
            return b"".join(parts)
        parts.append(body[at : at + size])
        if len(parts[-1]) < size:
            raise DecodeError("the body stops inside a chunk", truncated=True)
        at += size
        at += 2 if body[at : at + 2] == b"\r\n" else 1


def decode(content: bytes, content_encoding: str | None, *, limit: int = DECODED_LIMIT) -> bytes:
    """Remove the content codings, last first; DecodeError if anything is cut, damaged, unknown or too large."""
    codings = [c.strip().lower() for c in (content_encoding or "").split(",")]
    codings = [c for c in codings if c not in ("", "identity")]
    if len(codings) > MOST_CODINGS:
        raise DecodeError(f"{len(codings)} content codings; at most {MOST_CODINGS} are read")
    for coding in reversed(codings):
        decoder = _DECODERS.get(coding)
        if decoder is None:
            raise DecodeError(f"unknown content coding {coding!r}")
        content = decoder(content, limit)
    return content


def _inflate(content: bytes, limit: int, window: int, name: str) -> bytes:
    inflater = zlib.decompressobj(window)
    try:
        out = inflater.decompress(content, limit + 1)
    except zlib.error as e:
        raise DecodeError(f"{name}: {e}", garbled=True) from e
    if len(out) > limit:
        raise DecodeError(f"{name}: more than {limit} bytes when decoded")
    if not inflater.eof:
        raise DecodeError(f"{name}: the stream stops before its end", truncated=True)
    if inflater.unused_data:
        raise DecodeError(f"{name}: {len(inflater.unused_data)} bytes after the end of the stream")
    return out


def _gzip(content: bytes, limit: int) -> bytes:
    # zlib checks CRC32 and ISIZE of the trailer itself (RFC 1952 2.3.1); one member, as HTTP servers send it.
    return _inflate(content, limit, 16 + zlib.MAX_WBITS, "gzip")


def _deflate(content: bytes, limit: int) -> bytes:
    # RFC 9110 8.4.1.2: the zlib format; some servers send raw deflate under this name.
    try:
        return _inflate(content, limit, zlib.MAX_WBITS, "deflate")
    except DecodeError as e:
        if e.truncated or not e.garbled:
            raise
        return _inflate(content, limit, -zlib.MAX_WBITS, "deflate")


def _brotli(content: bytes, limit: int) -> bytes:
    decoder = brotli.Decompressor()
    try:
        out: bytes = decoder.process(content, output_buffer_limit=limit + 1)
    except brotli.error as e:
        raise DecodeError(f"br: {e}") from e
    return _ended(out, limit, decoder.is_finished(), "br")


def _zstd(content: bytes, limit: int) -> bytes:
    decoder: Any = zstd.ZstdDecompressor()
    try:
        out: bytes = decoder.decompress(content, max_length=limit + 1)
    except zstd.ZstdError as e:
        raise DecodeError(f"zstd: {e}") from e
    if decoder.eof and decoder.unused_data:
        raise DecodeError(f"zstd: {len(decoder.unused_data)} bytes after the end of the frame")
    return _ended(out, limit, decoder.eof, "zstd")


def _ended(out: bytes, limit: int, finished: bool, name: str) -> bytes:
    if len(out) > limit:
        raise DecodeError(f"{name}: more than {limit} bytes when decoded")
    if not finished:
        raise DecodeError(f"{name}: the stream stops before its end", truncated=True)
    return out


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
