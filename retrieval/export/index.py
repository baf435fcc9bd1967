"""The index of a WACZ: sorted CDXJ lines in gzip members of a few hundred, and where each member lies.

So a reader fetches the second file, which is small, and of the first the one member that it needs.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import islice

from .warc import Sink

INDEX = "index.cdx.gz"
_BLOCK = 300  # lines of one gzip member, as cdxj-indexer has it


def write_index(sink: Sink, lines: Iterator[bytes]) -> list[str]:
    """The members; gives back the lines of the second file."""
    told, at = [f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': INDEX})}\n"], 0
    while block := list(islice(lines, _BLOCK)):
        data = gzip.compress(b"".join(block), mtime=0)
        sink.write(data)
        key = b" ".join(block[0].split(b" ", 2)[:2]).decode()
        told.append(f"{key} {json.dumps({'offset': at, 'length': len(data), 'filename': INDEX})}\n")
        at += len(data)
    return told
