"""Resume keys: where an answer stopped, opaque and safe in a URL.

A key is a place in the order of captures, not a number of rows: it stays right while new captures come.
"""

from __future__ import annotations

import base64
import binascii
import json

Position = tuple[str, int, str]  # urlkey, microseconds since 1970, record id: of the last row that was given


def key(position: Position) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def position(text: str) -> Position:
    """ValueError if it is no key of ours."""
    try:
        urlkey, micros, record_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, TypeError, RecursionError) as e:
        raise ValueError("no resume key") from e
    if not (isinstance(urlkey, str) and isinstance(record_id, str) and type(micros) is int and abs(micros) < 2**62):
        raise ValueError("no resume key")
    return urlkey, micros, record_id
