"""The whole story in each markup, read and compared by the generic readers, held against the newsroom's log.

Two looks at each state, with all noise; no network and no clock.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

import stoppress
from crawler.newsroom.chrome import Noise
from crawler.newsroom.markups import MARKUPS, View, render
from crawler.newsroom.score import score
from crawler.newsroom.script import load_story, tell
from pipelines.face import change_to_json

STORY = load_story()
BASE = "http://127.0.0.1:8000"
OPENED = datetime(2026, 3, 1, 14, 5, 30, tzinfo=UTC)
STATES, DONE = tell(STORY, [OPENED + timedelta(seconds=2.3) * i for i in range(13)])


@cache
def looks(markup: str) -> tuple[stoppress.Version, ...]:
    """Each state as read at two looks a second apart."""
    versions = []
    for state in STATES:
        for look in (0, 1):
            at = state.at + timedelta(seconds=0.3 + look)
            view = View(story=STORY, state=state, noise=Noise(now=at, visitor=len(versions)), base=BASE)
            page = render(view, markup).encode()
            versions.append(stoppress.extract(page, url=view.address, at=at))
    return tuple(versions)


def recorded(versions: tuple[stoppress.Version, ...]) -> list[dict[str, Any]]:
    """The changes from each look to the next, as a crawler records them."""
    found = []
    for i, (old, new) in enumerate(itertools.pairwise(versions)):
        changes = stoppress.changes(old, new, history=versions[:i])
        found += [change_to_json(replace(c, seen_after=old.at, seen_by=new.at)) for c in changes]
    return found


@pytest.mark.parametrize("markup", MARKUPS)
def test_all_that_the_newsroom_did_is_found_and_nothing_else(markup: str) -> None:
    found = score([t.to_json() for t in DONE], recorded(looks(markup)))

    assert not found.missed
    assert not found.invented
    assert found.total == len(DONE)


@pytest.mark.parametrize("markup", MARKUPS)
def test_captions_credits_prompts_and_boxes_are_in_no_updates_text(markup: str) -> None:
    for version in (looks(markup)[0], looks(markup)[14]):
        said = "\n".join(u.text for u in version.updates)

        for around in (
            "Photograph:",
            "Lantern Pictures",
            "upside down",
            "news desk and join",
            "comments",
            "ago",
        ):
            assert around not in said
        assert not any(box["title"] in said for box in STORY["promos"])
        assert not any(c["text"] in said for c in STORY["comments"])


@pytest.mark.parametrize("markup", MARKUPS)
def test_the_texts_and_times_read_are_those_written(markup: str) -> None:
    for state, version in zip(STATES, looks(markup)[::2], strict=True):
        assert [(u.published, u.text.split()) for u in version.updates] == [
            (u.published, u.text.split()) for u in state.shown
        ]
        assert version.headline == state.headline


@pytest.mark.parametrize("minutes", [0, 10, 59, 90])
@pytest.mark.parametrize("ages", [True, False])
def test_a_story_that_begins_after_midnight_has_the_same_days_in_clocks_alone(minutes: int, ages: bool) -> None:
    opened = datetime(2026, 3, 2, 0, minutes % 60, 30, tzinfo=UTC) + timedelta(hours=minutes // 60)
    states, _ = tell(STORY, [opened + timedelta(seconds=2.3) * i for i in range(13)])
    for state in states:
        view = View(story=STORY, state=state, noise=Noise(now=state.at, visitor=0), base=BASE)
        page = render(view, "headings")
        page = page if ages else re.sub(r"<small>.*?</small>", "", page)
        version = stoppress.extract(page.encode(), url=view.address, at=state.at)

        assert [u.published for u in version.updates] == [u.published for u in state.shown]
