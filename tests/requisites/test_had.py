"""What a crawler knows of a page's requisites, from captures alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.had import Known, wait
from pipelines.model import Capture

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SHEET = Capture(
    urlkey="org,example)/a.css", timestamp=NOON, url="https://example.org/a.css", record_id="urn:uuid:1",
    digest="sha256:1", filename="f", offset=0, length=1, status=200, role="requisite",
)  # fmt: skip


@pytest.mark.parametrize(
    ("status", "truncated", "expected"),
    [(200, None, 24), (404, None, 24), (200, "length", 24), (301, None, 24), (304, None, 24),
     (503, None, 1), (429, None, 1), (None, None, 1), (200, "disconnect", 1), (200, "time", 1)],
)  # fmt: skip
def test_what_passes_is_tried_again_sooner(status: int | None, truncated: str | None, expected: int) -> None:
    assert wait(status, truncated, DAY) == timedelta(hours=expected)


def test_a_revisit_and_a_failure_leave_the_original_that_they_found() -> None:
    known = Known()
    again = replace(SHEET, record_id="urn:uuid:2", kind="revisit", refers_to=SHEET.record_id)
    gone = replace(SHEET, record_id="urn:uuid:3", status=404)
    page = replace(SHEET, url="https://example.org/live", role="page")

    known.saw([page, SHEET, again, gone], DAY)

    assert list(known.had) == [SHEET.url]
    assert known.had[SHEET.url].original == known.had[SHEET.url].leads_in == SHEET.record_id


def test_what_was_taken_out_is_no_original() -> None:
    known = Known()

    known.saw([SHEET, replace(SHEET, redacted="t1")], DAY)

    assert known.had[SHEET.url].original is None


def test_what_came_and_was_lost_on_its_way_to_the_disk_was_not_had() -> None:
    known = Known()
    known.saw([SHEET], DAY)
    known.came = {SHEET.url}

    known.kept([], DAY)

    assert (known.had, known.came) == ({}, set())


def test_what_is_not_wanted_any_more_is_forgotten() -> None:
    known = Known()
    known.saw([SHEET], DAY)

    known.forget(NOON + DAY)
    assert SHEET.url in known.had

    known.forget(NOON + 2 * DAY)
    assert known.had == {}
