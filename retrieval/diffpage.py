"""Changes as one HTML page that stands alone: no script, nothing loaded, a captured text only ever inert text."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from pipelines.diff.render import Piece, of_change
from pipelines.face import iso
from pipelines.model import Change
from pipelines.store.catalog import StoredVersion

# Blue and orange, underlined and struck through: to be told apart without seeing red and green, or colour at all.
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a }
article { border-top: 1px solid #ccc; padding: .5rem 0; overflow-wrap: anywhere; white-space: pre-line }
h2 { font-size: 1rem; margin: 0 } small { color: #555 }
ins { background: #d6e8ff; text-decoration: underline } del { background: #ffe3c2; text-decoration: line-through }
"""
_TAGS = {"-": "del", "+": "ins"}


def page(url: str, old: StoredVersion, new: StoredVersion, changes: Sequence[Change]) -> str:
    """The whole document, as text."""
    title = f"{escape(url)}: v{old.seq} to v{new.seq}"
    found = "\n".join(_article(change) for change in changes) or "<p>No changes.</p>"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title><style>{_STYLE}</style></head>
<body><h1>{escape(new.version.headline or url)}</h1>
<p>{title}<br><small>{_shown(old)}<br>{_shown(new)}</small></p>
{found}
</body></html>
"""


def _shown(stored: StoredVersion) -> str:
    first, record = iso(stored.first_seen), escape(stored.record_id)
    return f"v{stored.seq}: first seen <time>{first}</time>, record {record}, payload {escape(stored.digest)}"


def _article(change: Change) -> str:
    place = escape(" ".join(part for part in (change.update, change.field) if part))
    body = "".join(_piece(piece) for piece in of_change(change))
    return f"<article><h2>{escape(change.type)} <small>{escape(change.class_)} {place}</small></h2>{body}</article>"


def _piece(piece: Piece) -> str:
    sign, text = piece
    tag = _TAGS.get(sign)
    return f"<{tag}>{escape(text)}</{tag}>" if tag else escape(text)
