"""A complaint names the line in the file, also among texts and lists that look like tables."""

from __future__ import annotations

import pytest

from pipelines.config_lines import lines_of

TEXT = '''# [[watch]]
[defaults] # shared
min = "1m"
[[watch]]
url = "https://a.example.org/#[[watch]]"
schedule = """
[[watch]]
url = 1
"""
tags = [
  "a]", # ]
  "b",
]
max = "1h"

  [[ "watch" ]]
'url' = 'https://b.example.org/'
[watch.extra]
a.b = 1
[crawl.hosts]
"a.example" = "6/min"
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("defaults", "min"), 3),
        (("defaults",), 2),
        (("watch", 0), 4),
        (("watch", 0, "url"), 5),
        (("watch", 0, "schedule"), 6),
        (("watch", 0, "tags", 1), 10),
        (("watch", 0, "max"), 14),
        (("watch", 0, "until"), 4),
        (("watch", 1), 16),
        (("watch", 1, "url"), 17),
        (("watch", 1, "extra"), 18),
        (("watch", 1, "extra", "a", "b"), 19),
        (("crawl", "hosts", "a.example", "[key]"), 21),
    ],
)
def test_a_place_has_the_line_of_its_key_or_of_its_table(place: tuple[object, ...], line: int) -> None:
    assert lines_of(TEXT, [place]) == {place: line}


def test_crlf_counts_as_one_line_and_what_is_not_there_has_none() -> None:
    text = TEXT.replace("\n", "\r\n")

    assert lines_of(text, [("watch", 1, "url"), ("hint", 0)]) == {("watch", 1, "url"): 17}


@pytest.mark.parametrize("text", ["watch = [{url = 'a'},\n {url = 3}]\n", "\n\n", "", "[", "a = '''", "x = \"\\"])
def test_lists_in_one_key_have_its_line_and_broken_text_ends(text: str) -> None:
    assert lines_of(text, [("watch", 1, "url")]) == ({("watch", 1, "url"): 1} if text.startswith("watch") else {})
