"""SIGKILL at random moments and at every boundary of the write order: what was acknowledged is there, once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.buckets import S3Server
from tests.servers.raw_http import RawServer, serving

from .harness import BROKEN, Campaign, Kill, at_points, at_random, in_recovery, on_directory, on_swift, run, seed
from .source import Source
from .storage import FaultyStore

pytestmark = pytest.mark.long


@pytest.fixture
def source() -> Iterator[Source]:
    print(f"seed {seed()}; STOPPRESS_CRASH_SEED chooses another")
    with serving(Source(seed=seed())) as server:
        yield server


def survived(campaign: Campaign, kills: list[Kill]) -> None:
    report = run(campaign, kills, print)

    assert report.clean, f"{report}\n{campaign.log}"
    assert campaign.missed == []
    assert campaign.kills == len(kills)
    assert len(campaign.acknowledged) > len(kills)
    assert campaign.recovery < 30


def test_nothing_acknowledged_is_lost_at_any_point_of_the_write_order(tmp_path: Path, source: Source) -> None:
    later = {"after_fsync": 3, "before_fsync": 2, "after_catalog": 3}

    survived(on_directory(tmp_path, source), at_points(later, clean=True))


def test_nothing_acknowledged_is_lost_when_recovery_is_killed_too(tmp_path: Path, source: Source) -> None:
    survived(on_directory(tmp_path, source, roll_age="1h"), in_recovery())


def test_nothing_acknowledged_is_lost_at_random_moments(tmp_path: Path, source: Source) -> None:
    survived(on_directory(tmp_path, source), at_random(random.Random(seed()), 8))


@pytest.mark.swift
def test_nothing_acknowledged_is_lost_before_a_failing_store(
    tmp_path: Path, source: Source, swift_server: S3Server
) -> None:
    points = ["mid_put", "after_put", "before_pointed", "after_pointed"]
    kills = [*at_random(random.Random(seed()), 2), *(Kill(point=point) for point in points), Kill(after="upload")]
    with serving(RawServer()) as front:
        faults = FaultyStore(front, swift_server.endpoint_url, seed=seed(), share=0.15)

        survived(on_swift(tmp_path, source, swift_server, faults), kills)

        assert faults.met.total() > faults.met["none"] > 0  # of some sixty requests: by chance never none


def test_a_build_that_acknowledges_before_it_writes_is_caught(tmp_path: Path, source: Source) -> None:
    campaign = on_directory(tmp_path, source, program=BROKEN, roll_age="1h")  # nothing is sealed before the kill
    campaign.begin()
    life = campaign.kill(Kill(after="visit", delay=0.3))
    report = campaign.look()

    assert life.acknowledged > 0
    assert len(report.lost) >= life.acknowledged
