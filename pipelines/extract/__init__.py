"""One saved page -> what it said. Pure: the same bytes, URL and time give the same Version.

    bytes | source -> tree | json-ld, microdata, records, headings -> candidates | gate | profile, cross-check
          | reconcile -> pairs
          | cut -> text of each update | page -> headline, lead, dates, state, window -> Version

Every carrier of updates is read, because each one lies in its own way; the page as shown is the base.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..derivations import EXTRACTOR

if TYPE_CHECKING:
    from .extractor import extract, look

__all__ = ["EXTRACTOR", "extract", "look"]


def __getattr__(name: str) -> Any:
    """What these import takes as long as all the rest of a command that only looks something up."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import extractor

    return getattr(extractor, name)
