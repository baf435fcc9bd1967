"""``stoppress`` after an upgrade: an extractor and a differ with other names, and the extractor reads otherwise.

    python -m tests.main_job.new_rules -c FILE VERB ...

Worker processes import this module, too; what they are forked from has imported the reader before.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import datetime
from typing import Any

import pipelines.derivations
import pipelines.diff
import pipelines.extract
import pipelines.reading
from pipelines.model import Unreadable, Version

NEW_EXTRACTOR, NEW_DIFFER = "stoppress-extract/999", "stoppress-diff/999"
_today = pipelines.extract.extract


def extract(html: bytes, *, url: str, at: datetime, **more: Any) -> Version | Unreadable:
    """Each update's own headline becomes a part of its text, the page's headline has a word more, keys are others."""
    found = _today(html, url=url, at=at, **more)
    if isinstance(found, Unreadable):
        return found
    updates = tuple(
        replace(u, text=f"{u.headline or 'Untitled'}: {u.text}", headline=None, authors=("The newsroom",))
        for u in found.updates
    )
    return replace(found, updates=updates, headline=f"{found.headline} (live)", extractor=NEW_EXTRACTOR)


def take_effect() -> None:
    """Once in a process: what a command is forked from has called it, too."""
    if pipelines.extract.EXTRACTOR == NEW_EXTRACTOR:
        return
    pipelines.extract.extract = pipelines.reading.extract = functools.wraps(_today)(extract)
    pipelines.extract.EXTRACTOR = NEW_EXTRACTOR
    for module in (pipelines.derivations, pipelines.diff):
        module.DIFFER = NEW_DIFFER  # type: ignore[attr-defined]


if __name__ in ("__main__", "__mp_main__"):
    take_effect()

if __name__ == "__main__":
    import stoppress

    stoppress.main()
