"""``stoppress diff``: what changed between two versions of a page."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from pipelines.cli.common import AsJson, echo_json, say
from pipelines.diff import align_sentences
from pipelines.diff.render import pieces, unified
from pipelines.diff.sentences import sentences
from pipelines.face import Json, change_to_json, iso
from pipelines.gaps import span
from pipelines.model import Change, Proof, Version
from pipelines.store.catalog import StoredVersion
from retrieval.archive import Page
from retrieval.diffpage import page as html_page

from .common import Url, opened, put, safe, when, wrong_use
from .wording import dated, headed, line

SIDE = "A version or a time: v3, now, 2026-01-03T10:00Z, -2h."


def run(
    url: Url,
    a: Annotated[str, typer.Argument(metavar="A", help=SIDE)],
    b: Annotated[str, typer.Argument(metavar="B", help=SIDE)],
    words: Annotated[bool, typer.Option("--words", help="Every word of the changed texts.")] = False,
    updates: Annotated[bool, typer.Option("--updates", help="Only changes of updates.")] = False,
    sentences_: Annotated[bool, typer.Option("--sentences", help="Sentence by sentence, all text.")] = False,
    unified_: Annotated[bool, typer.Option("--unified", help="As a unified diff of lines.")] = False,
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
    if sum((words, updates, sentences_, unified_, html, proof)) > 1 or ((html or unified_) and as_json):
        wrong_use(
            "one of --words, --updates, --sentences, --unified, --html, --proof at a time, and --html without --json"
        )
    with opened() as archive:
        page = archive.page(url)
        if proof:
            _proofs(page, a, b, as_json, updates)
            return
        old, new = page.at(a), page.at(b)
        if sentences_:
            _sentences(old, new, as_json)
            return
        if unified_:
            sys.stdout.write(unified(old.version, new.version))
            return
        changes = [c for c in page.diff(old.seq, new.seq) if c.update or not updates]
        if html:
            sys.stdout.write(html_page(page.url, old, new, changes, page.completeness()))
        elif as_json:
            for change in changes:
                echo_json(_line(page, old, new, change))
        else:
            _text(old, new, changes, words)
            if gaps := [change.gap_s for change in changes if change.gap_s is not None]:
                say(f"they happened within {span(max(gaps))} in which nobody looked")


def _line(page: Page, old: StoredVersion, new: StoredVersion, change: Change) -> Json:
    return {**change_to_json(change), "url": page.url, "from": old.seq, "to": new.seq}


def _proofs(page: Page, a: str, b: str, as_json: bool, updates: bool) -> None:
    """Each change with the records that show it, and where these lie now; also of a side that was taken down."""
    old, new = page.known(a), page.known(b)
    changes = [change for change in page.evidence(old.seq, new.seq) if change.update or not updates]
    if not as_json:
        _text(old, new, changes, False, page)
        return
    for change in changes:
        proofs = {"old": change.old_proof, "new": change.new_proof, "earlier": change.earlier_proof}
        placed = {f"{side}_capture": _place(page, of) for side, of in proofs.items() if of or side != "earlier"}
        echo_json({**_line(page, old, new, change), **placed})


def _place(page: Page, proof: Proof | None) -> Json | None:
    """None: it is not in the archive (any more)."""
    place = page.place(proof)
    if place is None:
        return None
    names = ("url", "record_id", "digest", "filename", "offset", "length")
    facts = {name: getattr(place.capture, name) for name in names}
    more = {"redacted": place.capture.redacted, "taken_down": place.taken_down}
    return {**facts, "timestamp": iso(place.capture.timestamp), **more}


def _where(place: Json | None) -> str:
    if place is None:
        return "not in the archive"
    lies = "{filename} at {offset}, {length} bytes".format(**place)
    if place["redacted"]:
        return f"redacted by takedown {place['redacted']} ({place['taken_down']}); its tombstone: {lies}"
    return lies + (f" ({place['taken_down']})" if place["taken_down"] else "")


def _text(
    old: StoredVersion, new: StoredVersion, changes: list[Change], words: bool, proof: Page | None = None
) -> None:
    put(f"v{old.seq} {when(old.first_seen)} -> v{new.seq} {when(new.first_seen)}")
    for change in changes:
        put(headed(change, full=words) + dated(change))
        if proof is None:
            continue
        for name, side in (("before", change.old_proof), ("after", change.new_proof), ("back", change.earlier_proof)):
            if side or name != "back":
                where = safe(_where(_place(proof, side)))
                put(f"    {name:6} {side.record_id if side else '-'}  {side.digest if side else '-'}  {where}")
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
