"""What evaluate reports beside recall and precision."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from pipelines.evaluation import score, stability
from pipelines.model import Update, Version

AT = datetime(2026, 3, 3, 12, tzinfo=UTC)
TEXTS = ("Firefighters have pumped out thirty-one cellars.", "The weather service raises its warning.", "A tree fell.")


def version(*keys: str, **fields: object) -> Version:
    updates = tuple(Update(text=t, key=k, id=k, published=AT) for t, k in zip(TEXTS, keys, strict=True))
    return replace(Version(url="https://news.example.org/live", at=AT, updates=updates), **fields)  # type: ignore[arg-type]


def truth(**fields: object) -> dict[str, object]:
    entries = [{"text_start": t, "text_end": t, "text_chars": len(t), "full": t, "published": "2026-03-03T12:00:00Z",
                **fields} for t in TEXTS]  # fmt: skip
    return {"url": "https://news.example.org/live", "entries": entries}


def test_keys_that_an_unchanged_update_does_not_keep_are_counted() -> None:
    rates = stability(version("a", "b", "c"), version("a", "x", "c")).rates()

    assert rates["keys_kept"] == 0.6667


def test_an_update_that_changed_says_nothing_of_keys() -> None:
    after = version("a", "b", "x")
    changed = replace(after, updates=(*after.updates[:2], replace(after.updates[2], text="A plane tree fell.")))

    assert stability(version("a", "b", "c"), changed).rates()["keys_kept"] == 1.0


def test_texts_that_stand_twice_are_told_from_each_other_by_nobody() -> None:
    twice = version("a", "b", "c")
    twice = replace(twice, updates=(*twice.updates, replace(twice.updates[0], key="d")))

    assert stability(twice, twice).stayed == 2


def test_flags_are_right_only_where_both_sides_agree() -> None:
    assert score(version("a", "b", "c"), truth(pinned=False)).rates()["flags"] == 1.0
    assert score(version("a", "b", "c"), truth(pinned=True, key_event=False)).rates()["flags"] == 0.5
    assert score(version("a", "b", "c"), truth()).rates()["flags"] is None


def test_times_that_are_dropped_are_counted_apart_from_those_that_are_wrong() -> None:
    said = version("a", "b", "c")
    dropped = replace(said, updates=(replace(said.updates[0], published=None), *said.updates[1:]))

    assert score(dropped, truth()).rates()["time_dropped"] == 1
    assert score(said, truth()).rates()["time_dropped"] == 0


def test_the_way_a_text_was_cut_and_what_no_update_holds_are_shares() -> None:
    said = version("a", "b", "c", text="x" * 100, uncovered=10, extra=5)
    asked = replace(said.updates[0], provenance=(("text", "records: by trafilatura"),))
    rates = score(replace(said, updates=(asked, *said.updates[1:])), truth()).rates()

    assert (rates["fragment_calls"], rates["uncovered"], rates["extra"]) == (0.3333, 0.1, 0.05)
