"""The crawler with its promise broken: visits are acknowledged while their records are still in memory.

    python tests/crash/broken.py -c stoppress.toml crawl --json

Only what seals a file writes it. The kill harness must notice.
"""

from __future__ import annotations

import sys
from pathlib import Path

import stoppress
from pipelines.store import recorder
from pipelines.store.spool import Epoch


class LateEpoch(Epoch):
    """Commits only when it is sealed."""

    def commit(self) -> None:
        """The fault: whoever waits for this is told that all is on disk."""

    def seal(self) -> Path:
        super().commit()
        return super().seal()


if __name__ == "__main__":
    recorder.Epoch = LateEpoch  # type: ignore[misc]
    sys.exit(stoppress.main())
