"""Telling the catalog many things: all at once, or one by one where one of them is refused."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from pipelines.errors import RowRefused

log = logging.getLogger(__name__)


class Tell(Protocol):
    def __call__(self, tell: Callable[[Sequence[Any]], object], things: Sequence[Any]) -> None: ...


def all_at_once(tell: Callable[[Sequence[Any]], object], things: Sequence[Any]) -> None:
    """Together or not at all."""
    tell(things)


def all_or_each(tell: Callable[[Sequence[Any]], object], things: Sequence[Any]) -> None:
    """What the catalog refuses is left out, with a word in the log: its records are in the WARC file all the same."""
    try:
        tell(things)
    except RowRefused as e:
        if len(things) > 1:
            for thing in things:
                all_or_each(tell, [thing])
            return
        about = getattr(things[0], "id", None) or getattr(things[0], "record_id", things[0])
        log.error("%s is not in the catalog, its records are kept: %s", about, e)
