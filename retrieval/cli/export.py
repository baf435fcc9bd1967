"""``stoppress export``: parts of the archive as files for other people's tools."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.common import AsJson, echo_json, say
from pipelines.face import Json
from retrieval.export.result import NOT_STORED, TAKEN_DOWN, Exported, Tally
from retrieval.export.signing import open_to_others

from .common import opened, wrong_use

_EVERY = 0.2  # seconds between two signs of life on a terminal ...
_SELDOM = 30.0  # ... and elsewhere, in a log for one


class Format(StrEnum):
    """What an export may be."""

    warc = "warc"
    wacz = "wacz"
    trace = "trace"


def run(
    format_: Annotated[Format, typer.Argument(metavar="warc|wacz|trace", help="The format.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Write there.")],
    urls: Annotated[
        list[str] | None, typer.Argument(metavar="[URL]...", help="These pages.", show_default=False)
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="And pages whose watch has this tag; repeatable.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Only captures from then on: 2d, 2026-01-03.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="The same, for the end.")] = None,
    title: Annotated[str | None, typer.Option("--title", help="Of a WACZ [default: the page's headline].")] = None,
    description: Annotated[str | None, typer.Option("--description", help="Of a WACZ.")] = None,
    sign: Annotated[
        Path | None,
        typer.Option("--sign", metavar="KEYFILE", help="Sign the WACZ with this private key (PEM, P-384)."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write captures of pages, of a tag or of a time into a file that stands alone, as WARC or as WACZ.

    Or a trace: what happened on pages, as events in time (CSV), to try schedules on one's own archive.

    Records are copied byte for byte: every answer of the pages and of their redirects, older pages, feeds and
    requisites. What a revisit refers to comes along, also from outside the time, and what pages were shown with when it
    began; revisits of a 304 lose its header, which replay tools would show as an empty page. Requests and the notes of
    visits stay behind: they may hold cookies. A WACZ has an index, and a list of all versions with their text;
    replayweb.page opens it. What was taken down is never exported. The archive is only read, and a crawler may be
    running. The file has its name when it is whole. Ends with 1 if something is left out that should be there (damaged,
    missing).

    A signature (wacz-auth 0.1.0, anonymous) says that who has the key packed the WACZ, and when by their clock; not
    that a server sent what is in it. Publish the public half where your readers know you. To make a key:
    (umask 077; openssl ecparam -name secp384r1 -genkey -noout -out key.pem)

    Examples:

      stoppress export warc https://news.example.org/live/storm -o storm.warc.gz

      stoppress export wacz --tag storms --since 2026-01-03 --until 2026-01-05 -o storms.wacz --title "Two storms"

      stoppress export wacz https://news.example.org/live/storm -o storm.wacz --sign key.pem

      stoppress export warc --since 2026-01 --until 2026-01 -o january.warc.gz --json

      stoppress export trace --tag storms -o storms.csv
    """
    if format_ is not Format.wacz and (title or description or sign):
        wrong_use(f"--title, --description and --sign are for a WACZ; a {format_.upper()} file has none of them")
    chosen = {"urls": urls or (), "tags": tags or (), "since": since, "until": until}
    progress = _Progress()
    with opened() as archive, progress:
        if format_ is Format.trace:
            made = archive.export_trace(output, **chosen, force=force)  # type: ignore[arg-type]
        elif format_ is Format.warc:
            made = archive.export_warc(output, **chosen, force=force, told=progress)  # type: ignore[arg-type]
        else:
            made = archive.export_wacz(
                output, **chosen, title=title, description=description, sign=sign, force=force, told=progress  # type: ignore[arg-type]
            )  # fmt: skip
    if as_json:
        echo_json(line(made, format_))
    _say(made)
    if sign and open_to_others(sign):
        say(f"{sign} can be read by other users of this machine, who can sign with it: chmod 600 {sign}")
    if made.findings:
        raise typer.Exit(1)


def line(made: Exported, format_: str) -> Json:
    """What ``export --json`` prints."""
    tally = made.tally
    file: Json = {"format": str(format_), "file": str(made.path), "size": made.size, "sha256": made.sha256}
    file["completeness"] = made.estimated.together.to_json() if made.estimated else None
    if format_ == Format.trace:
        return {**file, "pages": tally.pages, "events": tally.events, "left_out": dict(tally.left_out)}
    facts: Json = {
        **file,
        "responses": tally.responses,
        "revisits": tally.revisits,
        "emptied": tally.emptied,
        "originals": tally.originals,
        "left_out": dict(tally.left_out),
    }
    if format_ == Format.wacz:
        facts |= {"versions": tally.versions, "public_key": made.public_key}
    return facts


def _say(made: Exported) -> None:
    tally = made.tally
    if tally.events:
        say(f"{made.path}: {tally.events} events on {tally.pages} page(s), {made.size} bytes")
        _say_completeness(made)
        return
    more = f", {tally.versions} versions" if tally.versions else ""
    along = f" ({tally.originals} of them from before the time)" if tally.originals else ""
    say(f"{made.path}: {tally.responses} answers{along} and {tally.revisits} revisits{more}, {made.size} bytes")
    _say_completeness(made)
    for why, count in tally.left_out.items():
        say(f"left out, {why}: {count}; the first: {tally.examples[why]}")
    if tally.left_out[NOT_STORED]:
        say("what is not stored yet can be exported where it lies, or later; --until leaves it out")
    if tally.left_out[TAKEN_DOWN]:
        say("what was taken down is never exported; see: stoppress takedown --list")
    if made.public_key:
        say(f"signed; readers check it with your public key, which they need from you: {made.public_key}")
    if tally.zstd:
        say(f"{tally.zstd} answers are zstd-coded: replay tools such as pywb show them undecoded")


def _say_completeness(made: Exported) -> None:
    if made.estimated:
        say(made.estimated.words())


class _Progress:
    """How far it has come: on a terminal one line that is written over, else a line now and then."""

    def __init__(self) -> None:
        self._shown = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def __call__(self, tally: Tally) -> None:
        now = time.monotonic()
        if now - self._shown < (_EVERY if self._terminal else _SELDOM):
            return
        self._shown = now
        told = f"{tally.captures} of {tally.of_captures} captures, {tally.size >> 20} MiB"
        if self._terminal:
            sys.stderr.write(f"\r\x1b[K{told}")
            sys.stderr.flush()
        else:
            say(told)

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
