"""A live page written by hand from one story: caption, credit and comment prompt are nobody's update."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_args

import pytest

from pipelines.model import Version
from stoppress import open_archive
from tests.main_job.serving import PAGES, Backend, archive, check
from tests.servers.raw_http import RawServer

Picture = Literal["above the updates", "inside an update"]
BEGUN = datetime(2022, 1, 12, 9, 0, tzinfo=UTC)
APART = timedelta(minutes=11)
DIRECTORY = Backend("archive", "sqlite:///archive/catalog.db")


@dataclass(frozen=True)
class Story:
    """The parts of a story saved as plain text."""

    headline: str
    caption: str
    credit: str
    place: str
    paragraphs: tuple[str, ...]
    prompt: str


@dataclass(frozen=True)
class State:
    """What the page says at one time: the texts of its updates, oldest first."""

    updates: tuple[str, ...]


def read(text: str) -> Story:
    """Headline, picture (the word glued to its caption), credit, place before a dash, paragraphs, prompt."""
    headline, picture, credit, opening, *paragraphs, prompt = [one_line(line) for line in text.split("\n") if line]
    assert picture.startswith("Picture")
    assert credit.startswith("Credit…")
    place, dash, opening = opening.partition(" – ")
    assert dash
    caption, credit = picture.removeprefix("Picture"), credit.removeprefix("Credit…")
    return Story(headline, caption, credit, place, (opening, *paragraphs), prompt)


def one_line(text: str) -> str:
    return " ".join(text.split())


def grown(story: Story) -> list[State]:
    """Five states: updates come in, and the second, first printed without its end, is completed in the fourth."""
    texts = story.paragraphs
    words = texts[1].split()
    short = " ".join(words[: len(words) * 3 // 4])
    counts = [3, 4, 6, 8, len(texts)]
    early = [State((texts[0], short, *texts[2:count])) for count in counts[:3]]
    return early + [State(texts[:count]) for count in counts[3:]]


def published(number: int) -> datetime:
    return BEGUN + number * APART


def built(story: Story, state: State, picture: Picture) -> bytes:
    """The page, newest update on top, without ids: an update is known by its words and its time."""
    figure = (
        f'<figure><img src="/picture.jpg" alt=""><figcaption>{escape(story.caption)} '
        f"<span>Credit… {escape(story.credit)}</span></figcaption></figure>"
    )
    above, inside = (figure, "") if picture == "above the updates" else ("", figure)
    entries = [entry(n, text, inside if n == 0 else "") for n, text in enumerate(state.updates)]
    return (
        f"<!doctype html><html lang=en><head><title>{escape(story.headline)}</title></head><body>"
        f"<nav><a href=/>Home</a> <a href=/world>World</a></nav><main><h1>{escape(story.headline)}</h1>{above}"
        f"<p class=dateline>{escape(story.place)}</p><section>{''.join(reversed(entries))}</section>"
        f"<p><button>{escape(story.prompt)}</button></p></main><footer>Imprint</footer></body></html>"
    ).encode()


def entry(number: int, text: str, figure: str) -> str:
    at = published(number)
    return f'<article><time datetime="{at:%Y-%m-%dT%H:%M:%SZ}">{at:%H:%M}</time>{figure}<p>{escape(text)}</p></article>'


def scripted(before: State, after: State) -> Counter[tuple[str, str]]:
    """The changes that were made: type and new text."""
    edited = [("edited", new) for old, new in zip(before.updates, after.updates, strict=False) if old != new]
    return Counter(edited + [("added", text) for text in after.updates[len(before.updates) :]])


def found(visit: dict[str, Any]) -> Counter[tuple[str, str]]:
    return Counter((change["type"], one_line(change["new"] or "")) for change in visit["changes"])


def keeps_five_versions(story: Story, server: RawServer, folder: Path) -> None:
    """Two pages, one for each place of the picture, grow at once."""
    assert len(story.paragraphs) >= 10
    states = grown(story)
    pages = [[built(story, state, picture) for state in states] for picture in get_args(Picture)]

    for archived in archive(server, pages, folder, DIRECTORY):
        visits = check(archived, DIRECTORY, folder, states)
        assert len(visits) == 5
        for (before, after), visit in zip(pairwise(states), visits[1:], strict=True):
            assert found(visit) == scripted(before, after)
        with open_archive(archived.config) as arc:
            for stored, state in zip(arc.page(archived.url).versions(), states, strict=True):
                says_what_was_written(stored.version, story, state)


def says_what_was_written(version: Version, story: Story, state: State) -> None:
    """Newest on top, each update with its own text and time, and nothing of what stands around them."""
    texts = [one_line(update.text) for update in version.updates]
    assert version.headline == story.headline
    assert texts == list(reversed(state.updates))
    assert [update.published for update in version.updates] == [published(n) for n in reversed(range(len(texts)))]
    around = (story.caption, story.credit, story.prompt)
    assert [part for text in texts for part in around if part in text] == []


# the same for a story of our own and for the real one --------------------------------------------------------


def test_a_story_of_our_own_grows_over_five_versions(raw_server: RawServer, tmp_path: Path) -> None:
    keeps_five_versions(read((PAGES / "ferry-story/story.txt").read_text("utf-8")), raw_server, tmp_path)


@pytest.mark.corpus
def test_the_real_story_grows_over_five_versions(corpus_dir: Path, raw_server: RawServer, tmp_path: Path) -> None:
    keeps_five_versions(
        read((corpus_dir / "seed/nato-russia-live-updates.txt").read_text("utf-8")), raw_server, tmp_path
    )
