"""Whose an object is, by its key alone: what is not ours is nobody's to delete here."""

from __future__ import annotations

import re

from .spool import NAME
from .warcs import index_key, warc_key

_INDEX = ".cdxj.gz"
# Letters of a UUID, and what most of them go on with: the end of the name of what is being written. ``LocalStore``
_DRAFT = re.compile(r"[0-9a-f]{32}|[0-9a-f]+-.*\.(warc\.gz|cdxj\.gz|jsonl)")


def is_our_warc(key: str) -> bool:
    name = key.rpartition("/")[2]
    return bool(NAME.fullmatch(name)) and key == warc_key(name)


def indexed_by(key: str) -> str | None:
    """The name of the WARC file that this index of ours is about; None: it is none of ours."""
    name = key.rpartition("/")[2].removesuffix(_INDEX) + ".warc.gz"
    return name if NAME.fullmatch(name) and key == index_key(name) else None


def is_our_draft(name: str) -> bool:
    return bool(_DRAFT.fullmatch(name))
