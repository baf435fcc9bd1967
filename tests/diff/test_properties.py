"""Promises about any two versions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipelines.diff import align, changes
from pipelines.extract import extract
from pipelines.model import Update, Version

from .made import NOON, STORIES, at, page

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


@given(distinct, st.data())
def test_the_reversed_comparison_mirrors_each_type(texts: list[str], data: st.DataObject) -> None:
    """On a page with times, each update with one edit at most: merged and split are each other's mirror, too."""
    old = [Update(text=f"{t}; {t[::-1]} was heard there.", published=at(-9 * n)) for n, t in enumerate(texts)]
    new, k = [], 0
    while k < len(old):
        edit = data.draw(st.sampled_from(("none", "none", "word", "pin", "time", "headline", "merge")))
        update = old[k]
        if edit == "merge" and k + 1 < len(old):
            taker = old[k + 1]
            new.append(replace(taker, text=f"{taker.text} {update.text}"))
            k += 2
            continue
        new.append(_edited(update, edit))
        k += 1

    there, back = (
        Counter((c.type, c.class_) for c in changes(page(a), page(b, minutes=m)))
        for a, b, m in ((old, new, 1), (new, old, -1))
    )

    mirror = {"merged": "split", "split": "merged", "pinned": "unpinned", "unpinned": "pinned"}
    mirror |= {"added": "removed", "removed": "added"}  # of two that merged one may have too few words of its own
    assert back == Counter({(mirror.get(t, t), c): n for (t, c), n in there.items()})


def _edited(update: Update, edit: str) -> Update:
    if edit == "word":
        return replace(update, text=update.text.replace("seen", "heard"))
    if edit == "time" and update.published is not None:
        return replace(update, published=update.published + timedelta(minutes=2))
    return replace(update, pinned=edit == "pin", headline="A headline" if edit == "headline" else None)


@given(
    st.permutations(["id", "class", "data-a", "data-b"]),
    st.lists(st.sampled_from(["div", "section", "span"]), max_size=4),
)
def test_the_order_of_attributes_and_boxes_around_the_words_change_nothing(order: list[str], boxes: list[str]) -> None:
    def html(names: Sequence[str], around: Sequence[str]) -> bytes:
        values = {"class": "update", "data-a": "1", "data-b": "x"}
        first, last = "".join(f"<{b}>" for b in around), "".join(f"</{b}>" for b in reversed(around))
        updates = "".join(
            "<article {}><time datetime='{}'></time><p>{}</p></article>".format(
                " ".join(f'{name}="{values.get(name, f"u{n}")}"' for name in names), at(-7 * n).isoformat(), story
            )
            for n, story in enumerate(STORIES)
        )
        return f"<html lang=en><body>{first}<main><h1>Storm: live</h1>{updates}</main>{last}</body></html>".encode()

    url = "https://news.example.org/live"
    old = extract(html(["id", "class", "data-a", "data-b"], []), url=url, at=NOON)
    new = extract(html(order, boxes), url=url, at=at(1))
    assert isinstance(old, Version) and isinstance(new, Version)  # noqa: PT018 - both are read

    assert len(old.updates) == len(STORIES)
    assert [c for c in changes(old, new) if c.class_ != "volatile"] == []


@given(lists, lists)
def test_the_changes_applied_to_the_old_texts_give_the_new_ones(old: list[Update], new: list[Update]) -> None:
    assert applied(page(old), page(new, minutes=1)) == Counter(u.text for u in new)


def applied(old: Version, new: Version) -> Counter[str]:
    """The texts of ``old`` after the changes to ``new``; the order is the moves' business."""
    texts = Counter(u.text for u in old.updates)
    for change in changes(old, new):
        if change.type in {"removed", "left_window", "merged"} or (change.type, change.field) == ("edited", "text"):
            texts[change.old or ""] -= 1
        if change.type in {"added", "returned", "split"} or (change.type, change.field) == ("edited", "text"):
            texts[change.new or ""] += 1
    return +texts


@given(lists, lists)
def test_the_same_two_versions_give_the_same_changes(old: list[Update], new: list[Update]) -> None:
    first = changes(page(old), page(new, minutes=1))

    assert first == changes(page(old), page(new, minutes=1))
    assert page(old).at == NOON
