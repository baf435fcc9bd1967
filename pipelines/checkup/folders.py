"""Folders that are not there yet, and whether they could be."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def obstacle(folder: Path) -> str:
    """What keeps it from being made, or empty: one of another name is, where it would begin, and taken away again.

    Asked for its rights alone, a read-only disk, a full one, or /proc would say yes to root.
    """
    there = _there(folder)
    if not there.is_dir():
        return f"{there} is a link that leads nowhere" if there.is_symlink() else f"{there} is no folder"
    try:
        Path(tempfile.mkdtemp(prefix=".stoppress-", dir=there)).rmdir()
    except OSError as e:
        return f"nothing can be made in {there}: {e.strerror}"
    return ""


def _there(folder: Path) -> Path:
    """The folder, or the nearest above it of which something is there."""
    whole = folder.absolute()
    return next(path for path in (whole, *whole.parents) if os.path.lexists(path))
