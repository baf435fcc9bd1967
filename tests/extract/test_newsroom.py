"""The newsroom's story in four markups: the generic readers must do equally well on all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.newsroom.chrome import Noise
from crawler.newsroom.markups import MARKUPS, View, render
from crawler.newsroom.script import load_story, tell
from pipelines.extract import extract
from pipelines.extract.canonical import content_hash
from pipelines.model import Version

BASE = "http://127.0.0.1:8000"
STORY = load_story()
STATES, _ = tell(STORY, [datetime(2026, 11, 24, 14, 5, tzinfo=UTC) + timedelta(minutes=7 * n) for n in range(12)])


def read(markup: str, state: int, visitor: int) -> Version:
    now = STATES[state].at + timedelta(minutes=visitor)
    view = View(story=STORY, state=STATES[state], noise=Noise(now=now, visitor=visitor), base=BASE)
    version = extract(render(view, markup).encode(), url=view.address, at=now)
    assert isinstance(version, Version)
    return version


def minute(moment: datetime | None) -> datetime | None:
    return moment.replace(second=0, microsecond=0) if moment else None


@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize("state", range(len(STATES)))
def test_every_update_comes_out_with_its_words_time_and_place(markup: str, state: int) -> None:
    version, said = read(markup, state, visitor=3), STATES[state]

    assert version.headline == said.headline
    assert version.standfirst == STORY["standfirst"]
    assert [(u.headline, u.text, minute(u.published)) for u in version.updates] == [
        (u.headline, u.text, minute(u.published)) for u in said.shown
    ]
    assert (version.state == "ended") == (said.ended is not None)


@pytest.mark.parametrize("markup", MARKUPS)
def test_clocks_counters_and_rotating_boxes_make_no_new_content(markup: str) -> None:
    hashes = [{content_hash(read(markup, state, visitor)) for visitor in (0, 1, 2, 5)} for state in (0, 4, 11)]

    assert [len(h) for h in hashes] == [1, 1, 1]
    assert len(set.union(*hashes)) == 3


@pytest.mark.parametrize("markup", ["json-ld", "microdata"])
def test_ids_are_the_newsrooms_own(markup: str) -> None:
    version = read(markup, 5, visitor=0)

    assert [u.key for u in version.updates] == [f"id:{u.id}" for u in STATES[5].shown]


@pytest.mark.parametrize("markup", MARKUPS)
def test_pictures_and_prompts_are_in_no_text(markup: str) -> None:
    version = read(markup, 5, visitor=0)
    pictures = [u.picture for u in STATES[5].shown if u.picture]

    assert pictures
    for picture in pictures:
        assert not any(picture.caption in u.text or picture.credit in u.text for u in version.updates)
        assert any(picture.caption in c for u in version.updates for c in u.captions)
