"""A complaint names the line in the file, also among texts and lists that look like tables."""

from __future__ import annotations

import time

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
def test_tables_in_one_list_have_lines_of_their_own_and_broken_text_ends(text: str) -> None:
    assert lines_of(text, [("watch", 1, "url")]) == ({("watch", 1, "url"): 2} if text.startswith("watch") else {})


INLINE = '''# watch = [
watch = [ # {
  {url = "https://a.example.org/{,}", tags = ["a", "]"]}, {url = "b"},

  # {url = "c"},
  { "schedule" = """
}, {""", url = 'c', probe.x = 1 },
  {
    url = "d", tags = [
      "x",
    ], min = "1m", # of TOML 1.1
    max = "1h",
  },
]
crawl = { hosts = {"a.example" = "6/min"} }
[defaults]
min = "1m"
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("watch",), 2),
        (("watch", 0, "url"), 3),
        (("watch", 0, "tags", 1), 3),
        (("watch", 1), 3),
        (("watch", 2), 6),
        (("watch", 2, "schedule"), 6),
        (("watch", 2, "url"), 7),
        (("watch", 2, "probe", "x"), 7),
        (("watch", 3), 8),
        (("watch", 3, "url"), 9),
        (("watch", 3, "min"), 11),
        (("watch", 3, "max"), 12),
        (("watch", 3, "until"), 8),
        (("crawl", "hosts", "a.example"), 15),
        (("defaults", "min"), 17),
    ],
)
def test_a_table_within_a_list_has_the_line_on_which_it_stands(place: tuple[object, ...], line: int) -> None:
    assert lines_of(INLINE, [place]) == {place: line}


def test_a_long_list_with_a_few_mistakes_is_looked_through_in_a_moment() -> None:
    url = '  {{url = "https://news.example.org/{}", schedule = "every 5m", tags = ["a", "b"]}},\n'
    text = "watch = [\n" + "".join(url.format(number) for number in range(100_000)) + "]\n"
    wrong = [("watch", number, "schedule") for number in range(0, 100_000, 2000)]
    before = time.process_time()

    assert lines_of(text, wrong) == {where: where[1] + 2 for where in wrong}
    assert time.process_time() - before < 10
