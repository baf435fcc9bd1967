"""What the scripts share; they run under the judges' own interpreters, so nothing of ours is imported."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any


class Checks:
    """Counts what was looked at; ``done`` prints the count, or exits with what was wrong."""

    def __init__(self) -> None:
        self.world: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
        self.captures: list[dict[str, Any]] = self.world["captures"]
        self._made, self._wrong = 0, []  # type: ignore[var-annotated]

    def equal(self, what: str, found: object, expected: object) -> None:
        self._made += 1
        if found != expected:
            self._wrong.append(f"{what}: {found!r} instead of {expected!r}")

    def body(self, what: str, found: bytes, capture: dict[str, Any]) -> None:
        self.equal(f"{what}: SHA-256", hashlib.sha256(found).hexdigest(), capture["sha256"])

    def done(self) -> None:
        if self._wrong:
            sys.exit("\n".join(self._wrong))
        kinds = [capture["kind"] for capture in self.captures]
        if kinds.count("response") < 3 or kinds.count("revisit") < 2 or self._made < len(self.captures):
            sys.exit(f"only {self._made} checks of {kinds}")
        print(f"{self._made} checks")
