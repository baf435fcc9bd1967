"""The whole page as clean text: trafilatura once, on the tree that everything else reads too."""

from __future__ import annotations

from trafilatura import extract

from .source import Node, elements

MOST_LETTERS = 2_000_000  # beyond, trafilatura's clean-up takes minutes
MOST_ELEMENTS = 20_000  # beyond, its rescue by a second engine does (quadratic in paragraphs)


def whole_text(root: Node, body: Node) -> str:
    """trafilatura's text without comments; for a page far too large for it, all its text."""
    if len(body.text_content()) > MOST_LETTERS:
        return "\n".join(line for t in body.itertext() if (line := " ".join(t.split())))
    large = elements(body) > MOST_ELEMENTS
    text: str | None = extract(root, include_comments=False, with_metadata=False, fast=large)
    return text or ""
