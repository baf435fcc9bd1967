"""What stands in front of an update or behind it on its line is all that such a line leaves uncovered."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.extract.completeness import counts
from pipelines.model import Update, Version

SAID = "The harbour is closed to all ships until the storm is over, the port master says."


@pytest.mark.parametrize(
    ("line", "uncovered"),
    [
        (SAID, 0),
        (f"03:00 {SAID}", 4),
        (f"{SAID} Share", 5),
        (f"Updated at 03:00 GMT {SAID}", 16),
        ("Nothing of the kind was said by anybody in the town.", 41),
    ],
)
def test_a_line_counts_for_what_is_its_own(line: str, uncovered: int) -> None:
    update = Update(text=SAID)
    version = Version(url="http://a.example/", at=datetime(2026, 1, 3, tzinfo=UTC), text=line, updates=(update,))

    assert counts(version)[0] == uncovered
