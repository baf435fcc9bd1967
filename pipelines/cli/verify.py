"""``stoppress verify``: is everything there, and is it what was written?"""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.errors import ConfigError, StoreError
from pipelines.face import iso
from pipelines.opened import opened
from pipelines.scratch import scratch
from pipelines.store.fixity import Checked, FixityRecord
from pipelines.store.objects import ObjectStore
from pipelines.store.verifying import ORPHAN, Slice, Verifier

from .common import AsJson, current_config, echo_json, say


def run(
    deep: Annotated[bool, typer.Option("--deep", help="Read every byte and check every digest.")] = False,
    share: Annotated[
        str, typer.Option("--slice", metavar="N/T", help="Only the N-th of T shares of the files, the same each time.")
    ] = "1/1",
    as_json: AsJson = False,
) -> None:
    """Check that every stored file is there, as large as it was, indexed, and holds what the catalog says.

    With --deep every byte is read: a damaged one is named with its file, the offset of its record and the captures
    it touches. Nothing is changed; a crawler may be running. What was checked is written to the store as
    fixity/YYYY/MM/DD/...jsonl; with --json the same lines come on stdout. Objects that the catalog does not know are
    listed and are no failure, unless it knows none at all. Ends with 1 if anything is damaged or missing, or something
    lies in quarantine.

    Examples:

      stoppress verify

      stoppress verify --deep

      stoppress verify --deep --slice 3/90      # one ninetieth a day: all of it in a quarter
    """
    config, chosen = current_config(), _slice(share)
    worker = _worker(config.archive.spool)
    with opened(config, read_only=True) as (catalog, store):
        verifier = Verifier(
            catalog, store, config.archive.spool,
            worker=worker, deep=deep, share=chosen, clock=lambda: datetime.now(UTC),
        )  # fmt: skip
        counts = Counts(deep=deep, share=share)
        show = _progress(verifier.total()) if sys.stderr.isatty() else lambda counts: None
        with _recorded(store, worker, counts) as add:
            try:
                for item in verifier.run():
                    counts.count(item)
                    add(item.to_json())
                    show(None)
                    _tell(item, as_json)
                    show(counts)
            finally:
                show(None)
        if as_json:
            echo_json(counts.to_json())
        say(str(counts))
    if counts.damaged:
        raise typer.Exit(1)


@dataclass(slots=True)
class Counts:
    """A run in figures: the last line of its record."""

    deep: bool
    share: str
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    objects: int = 0
    size: int = 0  # bytes read
    damaged: int = 0
    noted: int = 0
    unknown: int = 0  # WARC files of the store that the catalog does not know
    result: str = "running"
    ended: datetime | None = None
    record: str | None = None

    def count(self, item: Checked) -> None:
        self.objects += 1
        self.size += item.size or 0 if item.sha256 else 0
        self.damaged += item.result == "damaged"
        self.noted += item.result == "noted"
        self.unknown += item.note.startswith(ORPHAN) and item.object.startswith("warc/")

    def end(self, result: str) -> None:
        self.result, self.ended = result, datetime.now(UTC)

    def to_json(self) -> dict[str, Any]:
        return {
            "run": "deep" if self.deep else "fast", "slice": self.share, "begun": iso(self.begun),
            "at": iso(self.ended or self.begun), "result": self.result,
            "objects": self.objects, "bytes": self.size, "damaged": self.damaged, "noted": self.noted,
            "record": self.record,
        }  # fmt: skip

    def __str__(self) -> str:
        read = f", {self.size} bytes read" if self.deep else ""
        unread = f", of which {self.unknown} WARC file(s) of the store not checked: the catalog does not know them"
        unread = unread if self.unknown else ""
        return (
            f"looked at {self.objects} objects{read}: {self.damaged} damaged or missing, {self.noted} noted{unread}; "
            f"written down in {self.record}"
        )


def _slice(text: str) -> Slice:
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise ConfigError(f"--slice {text!r} is no share; write N/T with N from 1 to T, for example 3/90")
    return Slice(int(found[1]), int(found[2]))


def _worker(spool: Path) -> str:
    """This spool's writer, or where there is none this machine."""
    path = spool / "worker"
    name = path.read_text().strip() if path.exists() else ""
    return name or re.sub(r"[^A-Za-z0-9.]", "_", socket.gethostname())[:40].lstrip(".") or "host"


@contextmanager
def _recorded(store: ObjectStore, worker: str, counts: Counts) -> Iterator[Callable[[dict[str, Any]], None]]:
    """The record is kept however the run ends: what was checked until then was checked."""
    with scratch("verify") as folder:
        record = FixityRecord(folder / "record", worker, counts.begun)
        counts.record = record.key
        try:
            yield record.add
        except BaseException:
            counts.end("interrupted")
            record.add(counts.to_json())
            try:
                record.keep(store)
            except StoreError as e:
                say(f"stoppress: the fixity record is lost: {e}")
            raise
        counts.end("complete")
        record.add(counts.to_json())
        record.keep(store)


def _tell(item: Checked, as_json: bool) -> None:
    if as_json:
        echo_json(item.to_json())
        return
    for problem in item.problems:
        typer.echo(f"{item.object}: {problem.kind}: {problem}")
    if item.note and not item.problems:
        typer.echo(f"{item.object}: {item.note}")


def _progress(total: int) -> Callable[[Counts | None], None]:
    """One line on the terminal that is written over; None clears it."""

    def show(counts: Counts | None) -> None:
        line = ""
        if counts:
            line = f"{counts.objects} of about {total}, {counts.size / 1e6:.0f} MB read, {counts.damaged} damaged"
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()

    return show
