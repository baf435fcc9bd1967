"""However much there is to compare, and of whatever kind: the work is bounded, and what was cut short says so."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from importlib import import_module
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.diff import absence, align, blocks, changes, tokens, words
from pipelines.diff.sentences import sentences
from pipelines.face import change_from_json, change_to_json
from pipelines.model import Change, Update

from .made import page

aligning = import_module("pipelines.diff.align")  # the function of that name hides it
WORDS = [f"word{n}" for n in range(997)]


def prose(size: int, step: int) -> str:
    return " ".join(WORDS[n * step % 997] for n in range(size))


def applied(change: Change) -> list[str]:
    before, after = tokens(change.old or ""), tokens(change.new or "")
    made, last = [], 0
    for _, a0, a1, b0, b1 in change.ops:
        made += [*before[last:a0], *after[b0:b1]]
        last = a1
    return made + before[last:]


class Counting(words.SequenceMatcher):  # type: ignore[misc,valid-type]
    """Counts the equal pairs that a search goes through."""

    steps = 0

    def find_longest_match(self, a0: int, a1: int, b0: int, b1: int) -> tuple[int, int, int]:  # type: ignore[override]
        Counting.steps += sum(1 + len(self.b2j.get(one, ())) for one in self.a[a0:a1])
        return super().find_longest_match(a0, a1, b0, b1)


@pytest.mark.parametrize("size", [600, 3_000, 9_000, 40_000])
def test_repeats_take_no_more_steps_than_their_number_allows(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(words, "SequenceMatcher", Counting)
    monkeypatch.setattr(Counting, "steps", 0)

    (change,) = changes(page(text="a " * size), page(text="a b " * (size // 2), minutes=1))

    assert applied(change) == tokens(change.new or "")
    assert Counting.steps <= words._STEPS * 2 * size
    assert change.coarse


def test_what_is_weighed_first_is_matched_as_difflib_matches_it() -> None:
    rows: list[tuple[Sequence[Hashable], Sequence[Hashable]]] = [
        (prose(900, 7).split(), prose(950, 11).split()),
        (Random(1).choices(WORDS[:40], k=900), Random(2).choices(WORDS[:40], k=900)),
    ]
    for old, new in rows:
        codes = words.SequenceMatcher(None, old, new, False).get_opcodes()

        assert words.differing(old, new, junk=False) == ([c[1:] for c in codes if c[0] != "equal"], False)


def test_one_word_in_a_long_update_is_one_operation_and_not_coarse() -> None:
    said = prose(200_000, 7)
    half = said.index(" ", len(said) // 2)
    new = f"{said[:half]} otherwise{said[half:]}"

    (change,) = changes(page([Update(text=said, id="1")]), page([Update(text=new, id="1")], minutes=1))

    assert [op[0] for op in change.ops] == ["insert"]
    assert (change.class_, change.coarse) == ("editorial", False)
    assert applied(change) == tokens(new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (prose(200_000, 7), prose(200_000, 11)),
        ("ab" * 600_000, "ba" * 600_000),
        ("\n".join(f"line {n}" for n in range(60_000)), "\n".join(f"line {n}" for n in range(60_000, 0, -1))),
        ("\u6771\u4eac" * 300_000, "\u5927\u962a" * 300_000),
    ],
    ids=["one line", "no space", "another order", "han"],
)
def test_two_long_texts_are_compared_coarsely_and_say_so(old: str, new: str) -> None:
    (change,) = changes(page(text=old), page(text=new, minutes=1))

    assert change.coarse
    assert change.class_ == "editorial"
    assert (change.numbers_changed, change.stealth is None or change.stealth) == (None, True)
    assert applied(change) == tokens(new)


def test_long_texts_of_many_lines_meet_at_lines_that_both_have_once() -> None:
    lines = [f"line {n} of the report" for n in range(30_000)]
    edited = [line if n % 2 else f"{line} anew" for n, line in enumerate(lines)]

    found = words.compare_words("\n".join(lines), "\n".join(edited))

    assert len(found.ops) == 15_000
    assert not found.coarse


odd = st.text("ab \n.,東\u0301", max_size=60)


@given(odd, odd, st.text("ab \n東\u0301", max_size=30))
def test_common_ends_cut_no_word(old: str, new: str, around: str) -> None:
    a, b = around + old + around, around + new + around
    head, tail = words.common_ends(a, b)

    assert a[:head] == b[:head]
    assert a[len(a) - tail :] == b[len(b) - tail :]
    assert tokens(a) == tokens(a[:head]) + tokens(a[head : len(a) - tail]) + tokens(a[len(a) - tail :])
    assert tokens(b) == tokens(b[:head]) + tokens(b[head : len(b) - tail]) + tokens(b[len(b) - tail :])


def test_long_texts_give_the_operations_of_short_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = prose(300, 7), prose(300, 7).replace("word49", "fire", 1) + " and more"
    direct = words.diff_words(old, new)
    monkeypatch.setattr(words, "_LONG", 10)

    assert words.diff_words(old, new) == direct


def test_a_megabyte_of_dots_is_one_sentence() -> None:
    assert len(sentences("." * 1_000_000 + "x")) == 1
    assert sentences("One. Two... Three.'\" Four") == ["One.", "Two...", "Three.'\"", "Four"]


def test_coarse_is_absent_from_json_where_it_is_false() -> None:
    fine = Change(type="edited", class_="editorial", old="a", new="b")
    coarse = Change(type="edited", class_="editorial", old="a", new="b", coarse=True)

    assert "coarse" not in change_to_json(fine)
    assert change_to_json(coarse)["coarse"] is True
    assert [change_from_json(change_to_json(c)) for c in (fine, coarse)] == [fine, coarse]


def test_too_many_updates_without_partner_are_paired_by_rare_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aligning, "_CELLS", 100)
    texts = [f"Report {n}: {prose(9, n + 2)} seen at gate {n}" for n in range(40)]
    old = page([Update(text=text) for text in (*texts, "The mayor speaks.")])
    new = page([Update(text=text) for text in ("The mayor speaks.", *(f"{t} More follows." for t in texts))], minutes=1)

    found = changes(old, new)

    assert {(i, j) for i, j, _, _ in align(old.updates, new.updates)} == {
        *((n, n + 1) for n in range(40)),
        (40, 0),
    }
    assert {c.coarse for c in found if c.type == "edited"} == {True}
    assert {c.coarse for c in found if c.type == "moved"} == {False}  # its text is equal: it is sure


def test_few_updates_are_not_coarse() -> None:
    found = changes(page(["Fire crews came.", "Trains run."]), page(["Fire crews left.", "Trains run."], minutes=1))

    assert [c.coarse for c in found] == [False]


def test_pairs_that_share_a_word_are_no_more_than_can_be_afforded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "_PAIRS", 10)
    old = new = np.array([1, 2, 3, 60])

    assert blocks._affordable(old, new).tolist() == [True, True, False, False]


def test_what_was_looked_for_no_further_is_not_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absence, "_LETTERS", 0)
    gone = "A school in the northern district has been opened for families who had to leave."
    kept = ["Trains between the old town and the airport are running again.", "Power is back along the river."]
    old = page([kept[0], gone, kept[1]], text="\n".join([kept[0], gone, kept[1]]))

    (change,) = changes(old, page(kept, text="\n".join(kept), minutes=1))

    assert (change.type, change.confirmed, change.coarse) == ("left_window", False, True)
