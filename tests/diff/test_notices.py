"""What tells readers of a change, and what is stealth."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipelines.diff import changes
from pipelines.diff.notices import notice_in
from pipelines.model import Change
from tests.evaluate.notices import figures, items

from .made import STORIES, at, page, updates

EDITED = STORIES[0].replace("14", "17")
NOTICE = "Correction: an earlier version of this update gave the number of injured as 14."


def only(found: list[Change], type_: str) -> Change:
    [change] = [c for c in found if c.type == type_]
    return change


def judged(change: Change) -> tuple[Any, ...]:
    return change.notice, change.stealth


def test_the_labelled_set_is_large_enough_and_told_apart() -> None:
    found = list(figures())

    assert len(items()) >= 150
    assert {item.lang for item in items()} == {"en", "de", "fr", "es", "it", "pl", "pt", "nl"}
    assert all(f.score.precision >= 0.95 and f.score.recall >= 0.9 for f in found), [f.to_json() for f in found]


@pytest.mark.parametrize("text", ["", "…", "Update:", "Update", "\x00\u202e", "a" * 100_000, "Correction", ":" * 5000])
def test_odd_texts_are_no_proper_notice_and_take_no_time(text: str) -> None:
    assert notice_in(text) in ("none", "technical")


def test_what_somebody_is_quoted_with_is_no_notice_of_the_newsroom() -> None:
    assert notice_in("The minister said: “We have corrected this entry in the register.”") == "none"


PROPER = (
    "The headline of this article has been changed; it originally said 14 were dead.",
    "We have removed a post that wrongly identified a suspect.",
    "Earlier, we said the flight was cancelled; it was in fact delayed.",
    "Anm. d. Red.: Die Zahl der Verletzten wurde nachträglich korrigiert.",
    "Der Artikel wurde korrigiert: Es waren 17 Verletzte.",
    "Correção: uma versão anterior deste texto dizia que havia 14 feridos.",
    "Na versão anterior desta notícia, indicava-se por lapso que a ponte estava fechada.",
    "Errámos: são 17 e não 14 feridos.",
    "La première version de cet article disait 14 blessés.",
)
OF_OTHER_THINGS = (
    "The minister said the earlier version of the bill was wrong.",
    "The first version of the vaccine was wrong for children, the agency said.",
    "The Tesla recall: an earlier version of the software had a fault.",
    "La première version du projet de loi disait le contraire.",
    "Die erste Fassung des Gesetzes war falsch, sagt die Ministerin.",
    "Herstel: het stroomnet draait weer.",
)


@pytest.mark.parametrize("text", PROPER)
def test_notices_in_other_words(text: str) -> None:
    assert notice_in(text) == "proper"


@pytest.mark.parametrize("text", OF_OTHER_THINGS)
def test_versions_of_other_things_are_no_notice(text: str) -> None:
    assert notice_in(text) == "none"


def test_a_silent_edit_is_stealth_with_its_reasons() -> None:
    change = only(changes(page(STORIES[:3]), page([EDITED, *STORIES[1:3]], minutes=1)), "edited")

    assert judged(change) == ("none", True)
    assert change.reasons == (
        "no notice in the update", "its time of change did not move", "no notice on the page",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("new", "notice"),
    [
        ((f"{EDITED}\n{NOTICE}", *STORIES[1:3]), "proper"),
        ((f"{EDITED} (Updated)", *STORIES[1:3]), "technical"),
        ((NOTICE, EDITED, *STORIES[1:3]), "proper"),  # in an update of its own
    ],
)
def test_a_notice_that_came_with_the_edit_tells_of_it(new: tuple[str, ...], notice: str) -> None:
    change = only(changes(page(STORIES[:3]), page(new, minutes=1)), "edited")

    assert judged(change) == (notice, False)


def test_a_notice_of_before_tells_of_another_edit() -> None:
    old = page([f"{STORIES[0]}\n{NOTICE}", *STORIES[1:3]])
    change = only(changes(old, page([f"{EDITED}\n{NOTICE}", *STORIES[1:3]], minutes=1)), "edited")

    assert judged(change) == ("none", True)


def test_a_later_time_of_change_is_technical() -> None:
    old = updates(*STORIES[:3], published=at(-60))
    new = (replace(old[0], text=EDITED, updated=at(1)), *old[1:])

    assert judged(only(changes(page(old), page(new, minutes=1)), "edited")) == ("technical", False)


def test_the_time_of_a_live_page_tells_nothing_of_its_headline() -> None:
    live = changes(
        page(STORIES[:2], headline="Storm: 14 hurt", dateModified=at(0)),
        page(STORIES[:2], headline="Storm: 17 hurt", dateModified=at(1), minutes=1),
    )
    article = changes(
        page(headline="Storm: 14 hurt", dateModified=at(0)),
        page(headline="Storm: 17 hurt", dateModified=at(1), minutes=1),
    )

    assert judged(only(live, "headline")) == ("none", True)
    assert judged(only(article, "headline")) == ("technical", False)


def test_a_notice_around_the_updates_tells_of_the_headline() -> None:
    found = changes(
        page(STORIES[:2], headline="Storm: 14 hurt", text="Live"),
        page(
            STORIES[:2], headline="Storm: 17 hurt", minutes=1,
            text="Live\nThis headline was corrected: 17 people were hurt, not 14.",
        ),
    )  # fmt: skip

    assert judged(only(found, "headline")) == ("proper", False)


def test_a_removal_with_a_tombstone_is_confirmed_at_once_and_no_stealth() -> None:
    old = tuple(replace(u, id=f"p{n}", key=f"id:p{n}") for n, u in enumerate(updates(*STORIES[:4])))
    silent = only(changes(page(old), page((*old[:1], *old[2:]), minutes=1)), "removed")
    told = only(changes(page(old), page((*old[:1], *old[2:]), minutes=1, deleted=("id:p1",))), "removed")

    assert (judged(silent), silent.confirmed) == (("none", True), False)
    assert (judged(told), told.confirmed, told.tombstone) == (("technical", False), True, True)


def test_what_is_added_moved_or_only_typography_is_not_asked_about() -> None:
    found = changes(page(STORIES[:3]), page([STORIES[4], STORIES[0], STORIES[2], STORIES[1] + "!"], minutes=1))

    assert {judged(change) for change in found} == {(None, None)}


def test_no_labelled_notice_is_lost_by_the_cheap_look(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [*PROPER, *OF_OTHER_THINGS, *(item.text for item in items())]
    told = [notice_in(text) for text in texts]
    monkeypatch.setattr("pipelines.diff.notice_words.STEMS", frozenset({""}))

    assert [notice_in(text) for text in texts] == told


def test_a_notice_in_one_update_tells_nothing_of_another_or_of_the_headline() -> None:
    ids = [{"id": f"p{n}", "key": f"id:p{n}"} for n in range(3)]
    old = tuple(replace(u, **more) for u, more in zip(updates(*STORIES[:3]), ids, strict=True))
    new = (replace(old[0], text=f"{EDITED}\n{NOTICE}"), replace(old[1], text=STORIES[1] + " At four."), old[2])
    text = "\n".join(u.text for u in new)
    found = changes(page(old, headline="14 hurt"), page(new, headline="17 hurt", text=text, minutes=1))

    assert {c.update: judged(c) for c in found} == {
        "id:p0": ("proper", False), "id:p1": ("none", True), None: ("none", True),
    }  # fmt: skip
