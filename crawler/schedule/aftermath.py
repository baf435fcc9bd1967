"""What a page's last looks say of when the next may be, beside what they teach: it outlives the process. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from .pool import ALWAYS, NEVER


class Aftermath(NamedTuple):
    """Times by the clock that ``Scheduler`` is told; infinite where there is nothing to say."""

    fresh: float = NEVER  # until then its caches give what we have
    failures: float = 0.0  # looks in a row that brought nothing ...
    failed: float = NEVER  # ... and when the newest of them began
    window: float = ALWAYS  # updates that its first page showed, of more that there are

    def to_json(self) -> dict[str, float]:
        """Without what is not to be said."""
        return {name: value for name, value in self._asdict().items() if np.isfinite(value) and value}

    @classmethod
    def from_json(cls, kept: object, now: float) -> Aftermath:
        """What cannot be read is as if it were not there; a failure that a wrong clock has dated later was ``now``."""
        if not isinstance(kept, Mapping):
            return cls()
        made = cls(**{name: value for name in cls._fields if (value := _number(kept.get(name)))})
        if not made.failures or made.failed == NEVER:
            return made._replace(failures=0.0, failed=NEVER)
        return made._replace(failed=min(made.failed, now))


def _number(value: Any) -> float | None:
    try:
        return made if np.isfinite(made := float(value)) and made > 0 else None
    except (TypeError, ValueError, OverflowError):
        return None
