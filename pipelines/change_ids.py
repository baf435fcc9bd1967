"""What a change is called: an id made of what it is about, the same when the same comparison is made again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence

from .model import Change


def change_ids(changes: Sequence[Change], *, urlkey: str, from_seq: int, to_seq: int, differ: str) -> Iterator[str]:
    """One for each of the changes between two versions, in their order."""
    twins: Counter[str] = Counter()
    for change in changes:
        name = json.dumps([urlkey, from_seq, to_seq, differ, change.update, change.type, change.field])
        twins[name] += 1
        yield hashlib.sha256(f"{name}{twins[name]}".encode()).hexdigest()[:32]
