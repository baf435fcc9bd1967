"""Operations on tokens: right, readable, bounded."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.diff import diff_words, sentences, tokens

prose = st.lists(
    st.sampled_from(["the", "of", "14", "17", "people", "injured", "said", ".", ",", "fire", "harbour", "東", "京"]),
    max_size=40,
)


def applied(old: str, new: str) -> list[str]:
    """The old tokens with the operations carried out."""
    a, b = tokens(old), tokens(new)
    made, last = [], 0
    for _, a0, a1, b0, b1 in diff_words(old, new):
        made += [*a[last:a0], *b[b0:b1]]
        last = a1
    return made + a[last:]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("हिन्दी समाचार।", ["हिन्दी", "समाचार", "।"]),
        ("தமிழ் செய்தி 14", ["தமிழ்", "செய்தி", "14"]),
        ("e\u0301te\u0301 en ville", ["e\u0301te\u0301", "en", "ville"]),
        ("می\u200cخواهم بروم", ["می\u200cخواهم", "بروم"]),
        ("שָׁלוֹם עולם־בית", ["שָׁלוֹם", "עולם", "־", "בית"]),
        ("東京で14人", ["東", "京", "で", "14", "人"]),
        ("Don't: 1,200.5 ৳", ["Don", "'", "t", ":", "1", ",", "200", ".", "5", "৳"]),
    ],
)
def test_a_word_is_whole_with_the_marks_on_its_letters(text: str, words: list[str]) -> None:
    assert tokens(text) == words


@given(prose, prose)
def test_the_operations_turn_the_old_words_into_the_new(old: list[str], new: list[str]) -> None:
    assert applied(" ".join(old), " ".join(new)) == tokens(" ".join(new))


@given(st.text(), st.text())
@settings(max_examples=200)
def test_so_they_do_for_any_text(old: str, new: str) -> None:
    assert applied(old, new) == tokens(new)


def test_a_number_is_one_operation() -> None:
    assert diff_words("14 people injured", "17 people injured") == (("replace", 0, 1, 0, 1),)


def test_white_space_alone_is_no_operation() -> None:
    assert diff_words("a  b\nc", "a b c") == ()


def test_two_hunks_with_one_short_word_between_become_one() -> None:
    assert diff_words("the fire in town burns", "the blaze in city burns") == (("replace", 1, 4, 1, 4),)
    assert len(diff_words("the fire raged town burns", "the blaze raged city burns")) == 2


def test_words_of_unspaced_scripts_differ_by_the_character() -> None:
    assert diff_words("東京で火災", "大阪で火災")[0][0] == "replace"
    assert diff_words("港で十四人負傷", "港で十七人負傷") == (("replace", 3, 4, 3, 4),)


def test_a_word_used_over_200_times_still_counts() -> None:
    """The junk heuristic of difflib would throw it away."""
    old = " ".join(["the", "cat"] * 300)

    assert diff_words(old, "a " + old) == (("insert", 0, 0, 0, 1),)


def test_long_texts_are_compared_line_by_line_and_still_right() -> None:
    lines = [f"line {n} says that {n * 13} people left the town by train" for n in range(4000)]
    edited = [*lines[:100], "a new line", *lines[100:2000], lines[2000].replace("train", "bus"), *lines[2001:]]
    old, new = "\n".join(lines), "\n".join(edited)

    assert applied(old, new) == tokens(new)
    assert sum(a1 - a0 + b1 - b0 for _, a0, a1, b0, b1 in diff_words(old, new)) == 5


def test_sentences_end_with_the_signs_of_their_script() -> None:
    assert sentences("पुल बंद है। क्या स्कूल खुले हैं? हाँ।") == ["पुल बंद है।", "क्या स्कूल खुले हैं?", "हाँ।"]
    assert sentences("هل الجسر مغلق؟ نعم. انتهى") == ["هل الجسر مغلق؟", "نعم.", "انتهى"]
    assert sentences("پل بند ہے۔ سکول کھلا ہے۔") == ["پل بند ہے۔", "سکول کھلا ہے۔"]
