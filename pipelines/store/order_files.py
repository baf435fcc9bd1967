"""How files of orders are called: in the order of time, each name once."""

from __future__ import annotations

import secrets
from datetime import datetime


def order_name(now: datetime) -> str:
    """A file name that no other command gets: ``<timestamp17>-<id>.jsonl``."""
    return f"{now:%Y%m%d%H%M%S}{now.microsecond // 1000:03d}-{secrets.token_hex(4)}.jsonl"


def control_key(name: str) -> str:
    """``control/YYYY-MM-DD/<name>``, the day taken from the time in the name."""
    return f"control/{name[:4]}-{name[4:6]}-{name[6:8]}/{name}"
