"""URLs at the gate: one form in ASCII, one key for a page, and no secret in a message."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from w3lib.url import safe_url_string

from pipelines.errors import WatchlistError
from pipelines.urlkey import LONGEST, LONGEST_KEY, normalise, urlkey, urlkey_prefix

# Texts in which each part of a URL is likely to be there, and likely to be odd.
_ODD = st.sampled_from(
    [*"aZ0.:/?#@[]%&=;~|^'\"<>{}", "%2e", "%2E%2e", "..", "/./", "//", "ü", "ß", "。", "\u0130", "\U0001f600", "0x7f",
     "www.", "xn--", "a" * 70, "\ud800", "\xa0", "\u2028", ":80", ":443", "[::1]", "1.2.3"]
)  # fmt: skip
TEXTS = st.lists(_ODD | st.characters(), max_size=12).map("".join)
URLS = st.builds("{}://{}{}".format, st.sampled_from(["http", "HTTPS"]), st.just("news.test") | TEXTS, TEXTS)


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("https://news.test", "https://news.test/"),
        ("HTTPS://News.TEST/Live#top", "https://news.test/Live"),
        ("https://news.test?", "https://news.test/"),
        ("https://news.test?a=B&&c", "https://news.test/?a=B&&c"),
        # ports
        ("http://news.test:80/", "http://news.test/"),
        ("https://news.test:443/", "https://news.test/"),
        ("http://news.test:443/", "http://news.test:443/"),
        ("http://news.test:/", "http://news.test/"),
        ("http://news.test:0080/", "http://news.test/"),
        # hosts
        ("https://news.test./", "https://news.test/"),
        ("https://n%65ws.test/", "https://news.test/"),
        ("https://live_blog.news.test/", "https://live_blog.news.test/"),
        ("https://bücher.test/", "https://xn--bcher-kva.test/"),
        ("https://BÜCHER.test/", "https://xn--bcher-kva.test/"),
        ("https://b%C3%BCcher.test/", "https://xn--bcher-kva.test/"),
        ("https://straße.test/", "https://xn--strae-oqa.test/"),  # "strasse" in IDNA 2003
        ("https://例え。テスト/", "https://xn--r8jz45g.xn--zckzah/"),
        ("https://ＮＥＷＳ.test/", "https://news.test/"),
        ("https://xn--bcher-kva.test/", "https://xn--bcher-kva.test/"),
        # addresses
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
        ("http://127.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://0x7f.0.0.01/", "http://127.0.0.1/"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
        ("http://[2001:DB8:0:0::1]/", "http://[2001:db8::1]/"),
        ("http://[::ffff:1.2.3.4]/", "http://[::ffff:102:304]/"),
        # paths
        ("https://news.test/a/./b/../c", "https://news.test/a/c"),
        ("https://news.test/a/%2e%2E/c/..", "https://news.test/"),
        ("https://news.test/a/b/.", "https://news.test/a/b/"),
        ("https://news.test/../../x", "https://news.test/x"),
        ("https://news.test/a//b/", "https://news.test/a//b/"),
        ("https://news.test/Straße/ü?q=ü", "https://news.test/Stra%C3%9Fe/%C3%BC?q=%C3%BC"),
        ("https://news.test/%c3%bc%zz%", "https://news.test/%c3%bc%zz%"),
        ("https://news.test/a|b\"c'?a|b\"c'", "https://news.test/a%7Cb%22c'?a%7Cb%22c%27"),
        ("https://news.test/@desk;v=1", "https://news.test/@desk;v=1"),
    ],
)
def test_a_url_has_one_form(written: str, asked: str) -> None:
    assert normalise(written) == asked


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("", "its scheme is ''"),
        ("news.test/live", "its scheme is ''"),
        ("ftp://news.test/", "its scheme is 'ftp'; http and https are watched"),
        ("https://", "it has no host"),
        ("https:/live", "it has no host"),
        ("https://:8080/", "it has no host"),
        ("https://news.test/a b", "it holds a space"),
        ("https://news.test\\live", "a backslash"),
        ("https://news.test/\n", "a control character"),
        ("https://news.test:0/", "its port is no number from 1 to 65535"),
        ("https://news.test:99999/", "its port"),
        ("https://news.test:http/", "its port"),
        ("https://news.test:８０/", "its port"),
        ("https://news..test/", "an empty label"),
        ("https://.news.test/", "an empty label"),
        ("https://news.test../", "an empty label"),
        ("https://./", "an empty label"),
        (f"https://{'a' * 64}.test/", "longer than 63"),
        (f"https://{'a.' * 130}test/", "longer than 253"),
        ("https://news.t*st/", "a character that no host name has"),
        ("https://news%2ftest/", "a character that no host name has"),
        ("https://news%ff.test/", "no form in ASCII"),
        ("https://i❤.test/", "no form in ASCII"),
        ("https://\u2100.test/", "its host cannot be read"),
        ("https://[::1/", "its host cannot be read"),
        ("https://news[1].test/", "its host cannot be read"),
        ("https://[v1.x]/", "no IPv6 address"),
        ("https://[fe80::1%25eth0]/", "has a zone"),
        ("https://[fe80::1%eth0]/", "has a zone"),
        ("http://256.256.256.256/", "no IPv4 address"),
        ("http://1.2.3.4.5/", "no IPv4 address"),
        ("http://1.2.3.08/", "no IPv4 address"),
        ("http://news.1/", "no IPv4 address"),
        ("https://news.test/\ud800", "half of a character"),
        ("https://news.test/\udcff", "it holds bytes that are not UTF-8"),
        ("https://news\udcff.test/", "it holds bytes that are not UTF-8"),
        (f"https://news.test/{'a' * LONGEST}", "at most 2000"),
        (f"https://news.test/{'ü' * 700}", "at most 2000"),
        ("https://user@news.test/", "it holds a user name or password"),
        ("https://@news.test/", "it holds a user name or password"),
    ],
)
def test_what_is_no_page_is_refused_with_the_rule(written: str, rule: str) -> None:
    with pytest.raises(WatchlistError, match=re.escape(rule)):
        normalise(written)


@given(URLS)
def test_a_normalised_url_is_ascii_and_stays_as_it_is(url: str) -> None:
    try:
        once = normalise(url)
    except WatchlistError:
        return

    assert once.isascii()
    assert normalise(once) == once
    assert safe_url_string(once) == once  # Scrapy asks for what we write down
    assert urlkey(once) == urlkey(url)


@given(TEXTS | URLS)
def test_any_text_has_a_key_in_bounded_ascii(text: str) -> None:
    key = urlkey(text)

    assert key.isascii()
    assert " " not in key
    assert len(key) <= LONGEST_KEY


# secrets --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("https://user:s3cret@news.test/live", "'https://…@news.test/live'"),
        ("https://user:s3cret@news.test:0/live", "'https://…@news.test:0/live'"),
        ("https://user:s3@cret@news.test/", "'https://…@news.test/'"),
        ("https://user:s3cret", "'https://user:…'"),
        ("https://user:pa/s3cret@news.test/", "'https://…@news.test/'"),
        ("https://user:99999/s3cret@news.test/", "'https://…@news.test/'"),
        ("https://us@er:pa/s3cret@news.test/", "'https://…@news.test/'"),
        ("user:s3cret@news.test/", "'…@news.test/'"),
        ("https://news.test:0/@desk", "'https://…@desk'"),
        ("https://news.test:0/live", "'https://news.test:0/live'"),
        ("https://news.test/@desk/a b", "'https://news.test/@desk/a b'"),
        ("https://[::1]:0/live", "'https://[::1]:0/live'"),
        ("https://\u2100:s3cret@news.test/", "'https://…@news.test/'"),
    ],
)
def test_a_refused_url_is_shown_without_its_secret(written: str, shown: str) -> None:
    with pytest.raises(WatchlistError) as refused:
        normalise(written)

    assert str(refused.value).startswith(shown + " ")
    assert "s3cret" not in str(refused.value)


@given(TEXTS, TEXTS, TEXTS)
@example("", "#", "")
def test_no_password_is_ever_printed(before: str, after: str, path: str) -> None:
    try:
        normalise(f"https://user:{before}s3cret{after}@news.test/{path}")
    except WatchlistError as refused:
        said = f"{refused} {refused.__cause__}"
    else:
        return  # "https://user:80/s3cret@news.test/": a host, a port and a path

    assert "s3cret" not in said


# keys ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.news.test/Live/", "test,news)/live"),
        ("http://news.test:80/?b=2&a=1", "test,news)/?a=1&b=2"),
        ("https://news.test:8443/", "test,news:8443)/"),
        ("https://news.test./a/../../b", "test,news)/b"),
        ("https://straße.test/Ü", "test,xn--strae-oqa)/%c3%9c"),
        ("http://127.1/", "1,0,0,127)/"),
        ("https://user:s3cret@news.test/", "test,news)/"),
        ("http://256.256.256.256/", "http://256.256.256.256/"),  # the surt package would ask the DNS for it
        ("dns:news.test", "dns:news.test"),
        ("no URL ü", "no%20URL%20%C3%BC"),
        ("", ""),
    ],
)
def test_a_page_has_one_key(url: str, key: str) -> None:
    assert urlkey(url) == key


@pytest.mark.parametrize(
    ("url", "prefix"),
    [
        ("https://news.example/live/", "example,news)/live/"),
        ("https://news.example/Live", "example,news)/live"),
        ("https://www.news.example", "example,news)/"),
        ("https://news.example/live//", "example,news)/live/"),
        ("https://news.example/" + "p" * 920, "example,news)/" + "p" * 920),
    ],
)
def test_the_beginning_of_a_url_becomes_that_of_the_keys_of_all_pages_below(url: str, prefix: str) -> None:
    assert urlkey_prefix(url) == prefix
    assert urlkey(normalise(url) + "x" * 900).startswith(prefix)


def test_long_keys_are_cut_and_stay_apart() -> None:
    page = "https://news.test/"
    urls = [page + "a" * n for n in (900, 988, 989, 990, 991, 1500)] + [page + "%" * 1900 + end for end in "bc"]
    keys = [urlkey(url) for url in urls]

    assert len(set(keys)) == len(urls)
    assert max(map(len, keys)) == LONGEST_KEY
    assert [bool(re.fullmatch(r"test,news\)/.+~[0-9a-f]{64}", key)) for key in keys] == [False] * 2 + [True] * 6


def test_a_page_whose_own_key_looks_cut_is_another_page() -> None:
    cut = urlkey("https://news.test/" + "a" * 1500)

    assert urlkey("https://news.test/" + cut.partition("/")[2]) != cut


def test_the_same_urls_are_not_worked_out_again_and_the_memory_is_bounded() -> None:
    urlkey("https://news.test/again")
    before = urlkey.cache_info()
    urlkey("https://news.test/again")

    assert urlkey.cache_info().hits == before.hits + 1
    assert before.maxsize == 2**18
