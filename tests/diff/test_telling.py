"""Numbers, quotes and names that changed are flagged; how they are typed does not matter."""

from __future__ import annotations

import pytest

from pipelines.diff import changes
from pipelines.diff.telling import told

from .made import STORIES, page


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("14 people were hurt.", "17 people were hurt."),
        ("growth of 1.5 percent", "growth of 15 percent"),
        ("十四人が負傷した。", "十七人が負傷した。"),
        ("The ferry sank.", "The ferry sank with 12 on board."),
        ("أصيب ١٤ شخصا", "أصيب ١٧ شخصا"),
    ],
)
def test_another_number_is_flagged(old: str, new: str) -> None:
    assert told(old, new).numbers is True


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1,200 homes are dark.", "1200 homes have no power."),
        ("Twelve of 14 were saved.", "Of 14, twelve were saved."),
        ("統一を求めた。", "一統を求めた。"),
        ("١٤ people", "14 people"),
    ],
)
def test_the_same_numbers_are_not(old: str, new: str) -> None:
    assert told(old, new).numbers is False


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("“We will rebuild,” she said.", "“We shall rebuild,” she said."),
        ('"No comment," he said.', "He said nothing."),
        ("Er sagte: „Das ist vorbei.“", "Er sagte: „Das war es noch nicht.“"),
        ("Il a dit : « C’est fini. »", "Il a dit : « Ce n’est pas fini. »"),
        ("知事は「橋を閉める」と述べた。", "知事は「橋を開ける」と述べた。"),
        ("‘We don’t know yet’, she said.", "‘We don’t know’, she said."),
        ("Er sagte: ‚Das ist vorbei.‘", "Er sagte: ‚Das war es noch nicht.‘"),
    ],
)
def test_other_words_between_quotation_marks_are_flagged(old: str, new: str) -> None:
    assert told(old, new).quotes is True


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"We will rebuild," she said.', "“We will rebuild”, said the mayor."),
        ("Er rief: „Halt!“", "Er schrie: »Halt!«"),
        ("‘We won’t go’, she said.", "“We won't go”, said the mayor."),
        ("It isn’t over, the ’80s said.", "It isn’t over, say the ’90s."),
        ("It isn't over, and it wasn't.", "It isn't over and it was."),
        ('A 12" pipe and a 14" pipe burst.', 'A 12" main and a 14" pipe burst.'),
    ],
)
def test_the_same_quote_typed_otherwise_is_not(old: str, new: str) -> None:
    assert told(old, new).quotes is False


@pytest.mark.parametrize(
    ("old", "new", "lang", "differ"),
    [
        ("Police arrested John Smith in Leeds.", "Police arrested Jon Smith in Leeds.", "en", True),
        ("She met Anna.", "She met Anna and Jo Brown.", None, True),
        ("Police met Anna. They left.", "They met Anna. Police left.", "en", False),
        ("Smith left. People saw Smith.", "People saw Smith. He left.", "en", False),
        ("Anna’s boat sank, said Ben.", "The boat of Anna sank, said Ben.", "en", False),
        ("Der Hund schläft im Haus.", "Die Katze schläft im Garten.", "de", None),
        ("Der Hund schläft im Haus.", "Die Katze schläft im Garten.", "de-CH", None),
        ("東京で火災", "大阪で火災", "ja", None),
        ("FIRE AT PORT", "FIRE AT SCHOOL", "en", None),
        ("Storm Hits Coast And Ferry Sinks At Sea", "Storm Hits Harbour And Ferry Sinks At Sea", "en", None),
    ],
)
def test_names_are_told_by_capitals_where_these_tell_anything(
    old: str, new: str, lang: str | None, differ: bool | None
) -> None:
    assert told(old, new, lang).names is differ


def test_an_edit_carries_the_flags_and_a_cosmetic_one_does_not() -> None:
    (edit,) = changes(page(STORIES), page([STORIES[0].replace("14", "17"), *STORIES[1:]], minutes=1))
    (typed,) = changes(page(headline="Fire: live"), page(headline="Fire – live", minutes=1))

    assert (edit.numbers_changed, edit.quotes_changed, edit.names_changed) == (True, False, False)
    assert (typed.class_, typed.numbers_changed, typed.quotes_changed) == ("cosmetic", None, None)


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "“", "“" * 5000, '"' * 5001, "A" * 100_000, "1," * 50_000])
def test_any_text_is_told_something_about(text: str) -> None:
    assert told(text, text) == (False, False, told(text, text).names)
