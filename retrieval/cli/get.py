"""``stoppress get``: the archived bytes of a page at a moment."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.common import AsJson, echo_json, say
from pipelines.entity import DecodeError
from pipelines.errors import DamagedRecord, StoppressError
from pipelines.face import Json, iso
from retrieval.archive import Answer

from .common import UrlAt, asked, opened, when, wrong_use


def run(
    page: UrlAt,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write there.")] = None,
    decoded: Annotated[bool, typer.Option("--decoded", help="Without its content coding (gzip, br, ...).")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the archived bytes to stdout, as the server sent them: the capture nearest to the moment.

    A version (v3) means the capture that first showed it. With --json the facts of the capture on stdout; the
    bytes then go to -o FILE or nowhere.

    Examples:

      stoppress get https://news.example.org/live/storm@v3 > storm.html

      stoppress get https://news.example.org/live/storm@2026-01-03T10:00Z --decoded -o storm.html

      stoppress get https://news.example.org/live/storm@-2h --json
    """
    with opened() as archive:
        kept, moment = asked(archive, page)
        answer = kept.get(moment)
        body = _decoded(answer) if decoded else answer.body
    if output:
        _write(output, body)
    if as_json:
        echo_json(line(answer))
        return
    if not output:
        _to_stdout(body)
    made = answer.capture
    say(f"{made.url} captured {when(made.timestamp)}, status {answer.status}, {len(body)} bytes, {made.record_id}")


def line(answer: Answer) -> Json:
    """What ``get --json`` prints: the capture, its place in the archive, and the header as archived."""
    made = answer.capture
    return {
        "url": made.url,
        "timestamp": iso(made.timestamp),
        "status": answer.status,
        "reason": answer.reason,
        "headers": [list(field) for field in answer.headers],
        "size": len(answer.body),
        "digest": made.digest,
        "record_id": made.record_id,
        "kind": made.kind,
        "refers_to": made.refers_to,
        "fidelity": made.fidelity,
        "truncated": made.truncated,
        "filename": made.filename,
        "offset": made.offset,
        "length": made.length,
    }


def _decoded(answer: Answer) -> bytes:
    try:
        return answer.decoded()
    except DecodeError as e:
        raise DamagedRecord(f"{answer.capture.record_id}: {e}; without --decoded the bytes come as they are") from e


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except OSError as e:
        raise StoppressError(f"{path} cannot be written: {e.strerror}; name another with -o") from e


def _to_stdout(body: bytes) -> None:
    # A page may hold what a terminal obeys; in a file or a pipe it is only bytes.
    if sys.stdout.isatty() and any(byte < 32 and byte not in b"\t\n\r" for byte in body):
        wrong_use("the page holds bytes that are not text; add -o FILE, or --decoded if it is compressed")
    sys.stdout.flush()
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()
