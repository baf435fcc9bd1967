"""Today's rules by name: what is derived from a capture says by which, so a change of rules is never one of the page.

They stand by themselves: what only looks something up compares them, and needs neither the reader nor the differ.
"""

from __future__ import annotations

EXTRACTOR = "stoppress-extract/9"
DIFFER = "stoppress-diff/6"
