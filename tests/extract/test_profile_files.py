"""Profile files: a closed schema, and complaints that name file, field and the next step."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from lxml import html as lxml_html

from pipelines.errors import ConfigError
from pipelines.extract.profile import FOLDER, load, shipped
from pipelines.extract.selectors import checked, select

GOOD = """
name = "post"
verified = true
last_valid = 2026-12-31
hosts = ["estuarypost.example"]
[entry]
select = "article.bit"
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "post.toml"
    file.write_text(text, "utf-8")
    return file


def test_a_small_profile_is_enough(tmp_path: Path) -> None:
    assert load(written(tmp_path, GOOD)).name == "post"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("verified", "verifed", "unknown field verifed; did you mean 'verified'?"),
        ("verified = true", "", "verified is missing"),
        ("last_valid = 2026-12-31", "", "last_valid is missing"),
        ("select =", "selekt =", "unknown field entry.selekt; did you mean 'select'?"),
        ("article.bit", "article[", "entry.select = 'article[': it is no CSS selector"),
        ("article.bit", "p:nth-child(2)", "of pseudo-classes only :not() is known here"),
        ("article.bit", "h2 ~ p", "it has ~ or +"),
        ("article.bit", "a, b", "no commas"),
        ("article.bit", "a b c d e", "it names more than 4 elements one within the other"),
        ('hosts = ["estuarypost.example"]', "", "it fits no page; give hosts, [marker] or both"),
        ('[entry]\nselect = "article.bit"', "", "it reads nothing; give [entry], [state] or [document]"),
        ("[entry]", "zone = 'Mars/Base'\n[entry]", "zone = 'Mars/Base': it is no zone of the IANA database"),
        ("[entry]", "[entry]\nid = { pattern = 'no group' }", "exactly one group in round brackets"),
        ("[entry]", "[entry]\nid = { pattern = '(' }", "it is no regular expression"),
        ("[entry]", "[entry]\npinned = {}", "it says nothing; give select, attribute or both"),
        ("[entry]", "[entry]\npublished = [{ form = 'unix' }]", "'iso', 'local', 'epoch' or 'printed'"),
        ("[entry]", "[state]\nentries = 'a'\n[entry]", "give script or variable, one of the two"),
        ("[entry]", "[state]\nvariable = 'x'\nentries = 'a..b'\n[entry]", "it is no path"),
        ('name = "post"', 'name = "pots"', "it has to be that of the file, 'post'"),
        ("[entry]", "[entry", "cannot be read as a profile"),
    ],
)
def test_a_slip_of_the_pen_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = written(tmp_path, GOOD.replace(old, new, 1))

    with pytest.raises(ConfigError) as complaint:
        load(file)
    assert said in str(complaint.value)
    assert str(file) in str(complaint.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"away\.toml cannot be read"):
        load(tmp_path / "away.toml")


@pytest.mark.parametrize("selector", ['a[href^="https://x.example/a,b"]', "li:not(.ad) > p", "[data-x~=y]", "a>b"])
def test_plain_selectors_are_taken(selector: str) -> None:
    assert checked(selector) == selector


def test_every_shipped_file_is_a_profile_that_says_where_it_is_from() -> None:
    files = sorted(FOLDER.glob("*.toml"))

    assert len(shipped()) == len(files) > 0
    for file, profile in zip(files, shipped(), strict=True):
        text = file.read_text("utf-8")
        assert text.startswith("# "), file.name
        assert ("scrapers only" in text) == (not tomllib.loads(text)["verified"]), profile.name


def test_selectors_find_what_css_means() -> None:
    page = """<div class="a"><p id="1">x</p><div><p id="2" class="k">y</p></div></div><p id="3">z</p>
    <section><div class="a b"><span><p id="4" data-k="u v">w</p></span></div></section>"""
    root = lxml_html.document_fromstring(page)
    said = {
        "p": "1 2 3 4", "div p": "1 2 4", "div.a > p": "1", "div.a div > p": "2", "p:not(.k)": "1 3 4",
        "section > div.a p": "4", "section > p": "", '[data-k~="v"]': "4", "body > div > p": "1",
        "section div.b > span > p": "4",
    }  # fmt: skip

    for selector, ids in said.items():
        assert " ".join(n.get("id") for n in select(root, checked(selector))) == ids, selector
