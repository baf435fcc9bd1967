"""What evaluate reports beside recall and precision."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

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


def test_a_wall_time_is_right_if_the_page_was_read_by_one_clock() -> None:
    hours = [replace(u, published=AT + timedelta(hours=n)) for n, u in enumerate(version("a", "b", "c").updates)]
    walls = ("2026-03-03T14:00", "2026-03-03T15:00", "2026-03-03T19:00")  # two hours ahead of UTC; the last is wrong
    told = truth()
    for entry, wall in zip(told["entries"], walls, strict=True):  # type: ignore[call-overload]
        entry.update(published=None, local=wall)
    rates = score(replace(version("a", "b", "c"), updates=tuple(hours)), told).rates()

    assert (rates["time_utc"], rates["time_local"], rates["time_dropped"]) == (None, 0.6667, 0)


def test_a_wall_time_of_another_day_is_wrong() -> None:
    told = truth(published=None, local="2026-03-04T13:00")

    assert score(version("a", "b", "c"), told).rates()["time_local"] == 0.0


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
