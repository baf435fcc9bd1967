"""An upgrade in the middle of a crawl: what another version left open in the spool is recovered by this one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipelines import warc
from pipelines.store.adopting import adopt
from tests.store.spool import conftest as shared
from tests.store.spool.desk import Desk, placed, sealed_file, visits_in

catalog, desk = shared.catalog, shared.desk
# What every version has told of a visit; all else came later, or may.
EVER = ("visit", "url", "urlkey", "why", "started", "outcome", "captures")


def older(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in EVER if name in facts}


def newer(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "of-the-next-release": {"a": [1, None]}, "another": "word"}


@pytest.mark.parametrize("told", [older, newer])
def test_a_spool_of_another_version_is_recovered_by_this_one(
    desk: Desk, told: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    path = sealed_file(desk)
    members = []
    for item in placed(path):
        record = item.record
        if record.get("Content-Type") == warc.VISIT_TYPE:
            started = desk.catalog.visits()[0].started
            facts = told(json.loads(record.block))
            pages = [line["record_id"] for line in facts.get("captures", ())]
            record = warc.visit_record(facts["visit"], facts, started, pages[0] if pages else None)
        members.append(warc.member(replace(record)))
    names = visits_in(path)
    before = {visit.id: (visit.outcome, visit.captures) for visit in desk.catalog.visits()}
    path.unlink()
    left = path.with_name("stoppress-20260103120000123-00007-w1.warc.gz.open")
    left.write_bytes(b"".join(members) + members[-1][:40])  # and killed in the middle of a record

    adopted = adopt(desk.folder, desk.catalog)

    assert (adopted.files, adopted.visits, adopted.torn) == (1, len(names), 40)
    after = {visit.id: (visit.outcome, visit.captures) for visit in desk.catalog.visits()}
    assert {name: outcome for name, (outcome, _) in after.items()} == {n: outcome for n, (outcome, _) in before.items()}
    assert [len(captures) for _, captures in after.values()] == [len(captures) for _, captures in before.values()]
