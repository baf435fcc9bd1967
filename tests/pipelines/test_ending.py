"""The end of coverage by more than one look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipelines.ending import has_ended, votes
from pipelines.model import Update, Version

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def version(
    *, headline: str = "Storm live", said: tuple[str, ...] = (), polls: bool = True, every: int = 20
) -> Version:
    updates = tuple(
        Update(text=f"Update {i}", published=NOON - timedelta(minutes=every * i), time_source="stated")
        for i in range(5)
    )
    return Version(
        url="https://news.example.org/live", at=NOON, headline=headline, state="live", live=True, state_votes=said,
        polls=polls, updates=updates,
    )  # fmt: skip


def told(now_version: Version, *history: Version, hours: float = 1, gone: int = 0) -> tuple[list[str], bool]:
    found = votes(now_version, history, NOON + timedelta(hours=hours), gone=gone)
    return [f"{v.weight}: {v.reason}" for v in found], has_ended(found)


def test_a_page_that_goes_on_has_no_vote_against_it() -> None:
    assert told(version(), version()) == ([], False)


def test_silence_counts_from_six_hours_on_and_is_not_enough_alone() -> None:
    assert told(version(), hours=5.9) == ([], False)
    assert told(version(), hours=6) == (["medium: nothing new for 6 hours"], False)


def test_a_page_that_speaks_seldom_may_be_silent_for_longer() -> None:
    assert told(version(every=60), hours=11.9) == ([], False)
    assert told(version(every=60), hours=12) == (["medium: nothing new for 12 hours"], False)


def test_silence_and_one_weak_sign_are_an_end() -> None:
    assert told(version(said=("weak: the newest update signs off",)), hours=7)[1]


def test_two_weak_signs_are_none() -> None:
    said = ("weak: the newest update signs off", "weak: coverageEndTime is past")

    assert told(version(said=said))[1] is False


def test_a_headline_that_turned_counts_once() -> None:
    before, after = version(), version(headline="Storm: as it happened", said=("medium: the headline looks back",))

    assert told(after, before) == (["medium: the headline turned to look back"], False)
    assert told(after, before, hours=7)[1]


def test_a_page_that_stops_asking_for_news_has_ended() -> None:
    assert told(version(polls=False), version()) == (["strong: the page no longer asks for news by itself"], True)
    assert told(version(polls=False), version(polls=False)) == ([], False)


def test_a_page_that_is_gone_is_believed_at_the_second_look() -> None:
    assert told(version(), gone=1) == ([], False)
    assert told(version(), gone=2) == (["strong: 2 looks in a row found it gone"], True)
