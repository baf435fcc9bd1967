"""Promises about any two versions."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipelines.diff import align, changes
from pipelines.model import Update, Version

from .made import NOON, at, page

WORDS = ("storm", "fire", "14", "17", "harbour", "said", "Goal!", "live", "roof", "東京", "the", "of")
words = st.sampled_from(WORDS)
made_updates = st.builds(
    Update,
    text=st.lists(words, max_size=12).map(" ".join),
    id=st.none() | st.integers(0, 12).map(str),
    headline=st.none() | words,
    published=st.none() | st.integers(-6, 0).map(at),
    pinned=st.booleans(),
    authors=st.lists(words, max_size=2).map(tuple),
    media=st.lists(words, max_size=2).map(tuple),
)
lists = st.lists(made_updates, max_size=8)
distinct = st.lists(
    st.integers(0, 10**6).map(lambda n: f"Report {n}: {n * 7919 % 10007} seen at gate {n % 89}"),
    min_size=4,
    max_size=12,
    unique=True,
)


@given(lists, st.none() | words, st.lists(words).map(" ".join))
def test_a_version_compared_with_itself_gives_nothing(said: list[Update], headline: str | None, text: str) -> None:
    version = page(said, headline=headline, text=text)

    assert changes(version, replace(version, at=at(1))) == []


@given(lists, lists)
def test_alignment_uses_every_index_once(old: list[Update], new: list[Update]) -> None:
    found = align(old, new)

    assert sorted(i for i, _, _, _ in found if i is not None) == list(range(len(old)))
    assert sorted(j for _, j, _, _ in found if j is not None) == list(range(len(new)))
    assert all((score > 0) == (None not in (i, j)) for i, j, _, score in found)


@given(distinct, st.randoms(use_true_random=False))
def test_shuffling_gives_moves_only(texts: list[str], random) -> None:
    shuffled = texts.copy()
    random.shuffle(shuffled)

    found = changes(page(texts), page(shuffled, minutes=1))

    assert {c.type for c in found} <= {"moved"}
    assert bool(found) == (texts != shuffled)


@given(distinct, st.data())
def test_the_reversed_comparison_mirrors_what_came_and_went(texts: list[str], data: st.DataObject) -> None:
    """While less than half goes either way: more is not believed."""
    third = len(texts) // 3
    gone = data.draw(st.sets(st.sampled_from(texts), max_size=third))
    more = [f"Entirely new {k}" for k in range(data.draw(st.integers(0, third)))]
    old, new = page(texts), page([*more, *(t for t in texts if t not in gone)], minutes=1)

    there, back = (Counter((c.type, c.new or c.old) for c in changes(a, b)) for a, b in ((old, new), (new, old)))

    mirror = {"added": "removed", "removed": "added", "left_window": "returned"}
    assert back == Counter({(mirror[t], text): n for (t, text), n in there.items()})


@given(lists, lists)
def test_the_changes_applied_to_the_old_texts_give_the_new_ones(old: list[Update], new: list[Update]) -> None:
    assert applied(page(old), page(new, minutes=1)) == Counter(u.text for u in new)


def applied(old: Version, new: Version) -> Counter[str]:
    """The texts of ``old`` after the changes to ``new``; the order is the moves' business."""
    texts = Counter(u.text for u in old.updates)
    for change in changes(old, new):
        if change.type in {"removed", "left_window"} or (change.type, change.field) == ("edited", "text"):
            texts[change.old or ""] -= 1
        if change.type in {"added", "returned"} or (change.type, change.field) == ("edited", "text"):
            texts[change.new or ""] += 1
    return +texts


@given(lists, lists)
def test_the_same_two_versions_give_the_same_changes(old: list[Update], new: list[Update]) -> None:
    first = changes(page(old), page(new, minutes=1))

    assert first == changes(page(old), page(new, minutes=1))
    assert page(old).at == NOON
