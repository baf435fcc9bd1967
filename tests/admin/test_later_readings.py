"""What reextract keeps beside the old readings is taken down with them."""

from __future__ import annotations

import pytest

from pipelines.extract import EXTRACTOR
from tests.rebuild.kept import CLOSED, STORM, TRAINS

from .places import OTHER, Place

WHY = ("--reason", "court order 12/26")
BY = ("--extractor", EXTRACTOR)


def test_a_page_that_was_taken_down_is_not_read_again_and_not_shown(here: Place) -> None:
    assert here.run("reextract").code == 0
    here.run("takedown", STORM, *WHY)

    for words in (["versions", STORM], ["show", STORM], ["show", f"{STORM}@v2"]):
        ran = here.run(*words, *BY)
        assert (ran.code, ran.out) == (1, b""), words
        assert f"451: {STORM} was taken down" in ran.err
    assert here.run("show", OTHER, *BY).code == 0


def test_what_is_taken_down_before_it_is_not_read(here: Place) -> None:
    here.run("takedown", STORM, *WHY)
    ran = here.run("reextract", "--json")

    assert ran.code == 0, ran.err
    assert {line["url"] for line in ran.lines if "url" in line} == {OTHER}


@pytest.mark.parametrize("redact", [(), ("--redact",)])
def test_one_capture_is_hidden_and_the_others_are_shown(here: Place, redact: tuple[str, ...]) -> None:
    assert here.run("reextract").code == 0
    before = here.run("versions", STORM, *BY, "--json").lines
    assert here.run("takedown", f"{STORM}@v2", *redact, *WHY).code == 0
    after = here.run("versions", STORM, *BY, "--json").lines

    assert len(before) - len(after) == 1
    assert here.run("show", f"{STORM}@v2", *BY).code == 1
    assert here.run("show", f"{STORM}@v1", *BY).code == 0


def test_no_word_of_a_redacted_page_is_left_in_later_readings(here: Place) -> None:
    assert here.run("reextract").code == 0
    assert TRAINS[:20] in here.words()
    assert here.run("takedown", STORM, "--redact", *WHY).code == 0

    assert not any(words[:20] in here.words() for words in (CLOSED, TRAINS))
    assert here.run("reextract").code == 0
    assert not any(words[:20] in here.words() for words in (CLOSED, TRAINS))
