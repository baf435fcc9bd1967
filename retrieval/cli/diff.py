"""``stoppress diff``: what changed between two versions of a page."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from pipelines.cli.common import AsJson, echo_json, say
from pipelines.diff import align_sentences
from pipelines.diff.render import pieces
from pipelines.diff.sentences import sentences
from pipelines.face import Json, change_to_json, iso
from pipelines.model import Change, Proof, Version
from pipelines.store.catalog import StoredVersion
from retrieval.archive import Archive, Page
from retrieval.diffpage import page as html_page

from .common import Url, opened, put, when, wrong_use
from .wording import headed, line

SIDE = "A version or a time: v3, now, 2026-01-03T10:00Z, -2h."


def run(
    url: Url,
    a: Annotated[str, typer.Argument(metavar="A", help=SIDE)],
    b: Annotated[str, typer.Argument(metavar="B", help=SIDE)],
    words: Annotated[bool, typer.Option("--words", help="Every word of the changed texts.")] = False,
    updates: Annotated[bool, typer.Option("--updates", help="Only changes of updates.")] = False,
    sentences_: Annotated[bool, typer.Option("--sentences", help="Sentence by sentence, all text.")] = False,
    html: Annotated[bool, typer.Option("--html", help="One HTML page on stdout.")] = False,
    proof: Annotated[bool, typer.Option("--proof", help="With the records that show each change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what changed on a page from A to B, any two of its versions.

    A and B are times or versions. Words that went stand in [-…-], new ones in {+…+}. With --json one line per
    change, as stoppress compare prints it; with --sentences one per sentence.

    Examples:

      stoppress diff https://news.example.org/live/storm v1 v2

      stoppress diff https://news.example.org/live/storm 2026-01-03T10:00Z now --words

      stoppress diff https://news.example.org/live/storm -2h now --html > storm-diff.html

      stoppress diff https://news.example.org/live/storm v1 v2 --proof --json
    """
    if sum((words, updates, sentences_, html, proof)) > 1 or (html and as_json):
        wrong_use("one of --words, --updates, --sentences, --html, --proof at a time, and --html without --json")
    with opened() as archive:
        page = archive.page(url)
        old, new = page.at(a), page.at(b)
        if sentences_:
            _sentences(old, new, as_json)
            return
        changes = [c for c in page.diff(old.seq, new.seq) if c.update or not updates]
        if html:
            sys.stdout.write(html_page(page.url, old, new, changes))
        elif as_json:
            for change in changes:
                echo_json(_line(archive, page, old, new, change, proof))
        else:
            _text(archive, old, new, changes, words, proof)


def _line(archive: Archive, page: Page, old: StoredVersion, new: StoredVersion, change: Change, proof: bool) -> Json:
    document = {**change_to_json(change), "url": page.url, "from": old.seq, "to": new.seq}
    if proof:
        document["old_capture"] = _place(archive, change.old_proof)
        document["new_capture"] = _place(archive, change.new_proof)
    return document


def _place(archive: Archive, proof: Proof | None) -> Json | None:
    """Where the record lies now; None for one that is not in the archive (any more)."""
    capture = archive.catalog.capture(proof.record_id) if proof else None
    if capture is None:
        return None
    facts = {name: getattr(capture, name) for name in ("url", "record_id", "digest", "filename", "offset", "length")}
    return {**facts, "timestamp": iso(capture.timestamp), "redacted": capture.redacted}


def _where(place: Json | None) -> str:
    if place is None:
        return "not in the archive"
    if place["redacted"]:
        return f"redacted by takedown {place['redacted']}"
    return "{filename} at {offset}, {length} bytes".format(**place)


def _text(
    archive: Archive, old: StoredVersion, new: StoredVersion, changes: list[Change], words: bool, proof: bool
) -> None:
    put(f"v{old.seq} {when(old.first_seen)} -> v{new.seq} {when(new.first_seen)}")
    for change in changes:
        put(headed(change, full=words))
        for name, side in (("before", change.old_proof), ("after", change.new_proof)) if proof else ():
            place = _place(archive, side)
            put(f"    {name:6} {side.record_id if side else '-'}  {side.digest if side else '-'}  {_where(place)}")
    if not changes:
        say("no changes" + (": the same version" if old.seq == new.seq else ""))


def _sentences(old: StoredVersion, new: StoredVersion, as_json: bool) -> None:
    for found in _pairs(_reading_text(old.version), _reading_text(new.version)):
        if as_json:
            echo_json({**found, "from": old.seq, "to": new.seq})
        elif found["action"] != "same":
            put(f"{found['action']:7} {line(pieces(found['old'] or '', found['new'] or ''))}")


def _pairs(old_text: str, new_text: str) -> Iterator[Json]:
    old, new = sentences(old_text), sentences(new_text)
    for i, j, action, score in align_sentences(old_text, new_text):
        yield {
            "action": action,
            "old": None if i is None else old[i],
            "new": None if j is None else new[j],
            "score": score,
        }


def _reading_text(version: Version) -> str:
    """What a version says: its updates, or its text where it has none."""
    if not version.updates:
        return version.text
    return "\n".join(part for update in version.updates for part in (update.headline, update.text) if part)
