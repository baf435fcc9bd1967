"""Revisits that show the page wherever they are replayed. Pure.

A revisit of the same payload has the header of a whole answer: tools take that, and the body from the original. One of
a 304 has the header of the 304: pywb and wabac.js show an empty page for it. Without a block they take header and body
from the original, which is what the 304 said: "what you have".
"""

from __future__ import annotations

import uuid

from pipelines.warc import NOT_MODIFIED, Record, sha256

EMPTIED = "Stoppress-Emptied"  # a field of ours: the record that this one stands for
# Content-Type is that of the block (WARC 1.1, 5.6): where there is none it says nothing.
_OF_THE_BLOCK = ("Content-Type", "WARC-Block-Digest", "Content-Length")


def is_blank(record: Record) -> bool:
    """Whether tools would show an empty page for this revisit."""
    return record.type == "revisit" and record.get("WARC-Profile") == NOT_MODIFIED and bool(record.block)


def emptied(record: Record) -> Record:
    """The same without its block, under an id of its own: the same one each time."""
    name = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{record.id} {EMPTIED}')}"
    fields = [(k, f"<{name}>" if k == "WARC-Record-ID" else v) for k, v in record.fields if k not in _OF_THE_BLOCK]
    fields += [(EMPTIED, f"<{record.id}>"), ("WARC-Block-Digest", sha256(b"")), ("Content-Length", "0")]
    return Record(tuple(fields), b"")
