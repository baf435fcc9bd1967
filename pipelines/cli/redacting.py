"""What ``takedown --redact`` does after the block stands."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pipelines.administering import opened_by_admin
from pipelines.config import Config
from pipelines.control import write_orders
from pipelines.face import iso
from pipelines.scratch import remove_dead, scratch
from pipelines.store.redacting import Redacted, Redactor
from pipelines.takedowns import Takedown
from pipelines.taking_down import also_redact

from .common import say


@dataclass(frozen=True, slots=True)
class Finished:
    """A redaction as far as it came; ``takedown.done`` says whether that is its end."""

    takedown: Takedown
    run: Redacted

    def to_json(self) -> dict[str, Any]:
        return {
            "records": self.run.records,
            "rewritten": [{"old": old, "new": new} for old, new in self.run.rewritten],
            "erased": self.run.erased,
            "waits": [{"filename": file.name, "worker": file.worker} for file in self.run.waits],
            "under_way": [{"url": visit.url, "started": iso(visit.started)} for visit in self.run.under_way],
            "problems": self.run.problems,
        }


def redacted(there: Takedown, asked: Takedown, config: Config) -> Finished:
    """Go on until nothing of it is left in the store, or something has to be waited for."""
    with opened_by_admin(config, "takedown --redact") as (catalog, store):
        if there.redact is None:
            there = also_redact(
                there, catalog, store, reason=asked.reason, actor=asked.actor, now=datetime.now(UTC)
            )
        remove_dead("compact")  # a merged file that was not put yet
        with scratch("redact") as folder:
            show = _progress if sys.stderr.isatty() else lambda done: None
            run = Redactor(there, catalog, store, folder, spool=config.archive.spool).run(show)
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
        if run.finished and there.done is None:
            now = datetime.now(UTC)
            write_orders(store, [{"verb": "redacted", "takedown": there.id}], now, by=asked.actor)
            catalog.takedown_done(there.id, now)
            there = replace(there, done=now)
    _tell(run)
    return Finished(there if run.finished else replace(there, done=None), run)


def _progress(done: Redacted) -> None:
    sys.stderr.write(f"\r\x1b[K{done.looked_at} of {done.of} files, {done.records} records taken out")
    sys.stderr.flush()


def _tell(run: Redacted) -> None:
    say(f"{run.records} record(s) were taken out of {len(run.rewritten)} file(s); {len(run.erased)} copies erased")
    for file in run.waits:
        say(
            f"{file.name} lies in the spool of {file.worker} and may hold more of it: when that crawler has sent it "
            "(it is sealed by age, or at the crawler's end), run this again"
        )
    for visit in run.under_way:
        say(
            f"a visit of {visit.url}, begun {visit.started:%Y-%m-%dT%H:%M:%SZ}, is under way; when it has ended, run "
            "this again (if its crawler died, start that first)"
        )
    for problem in run.problems:
        say(f"stoppress: not finished: {problem}")
