"""A config is taken whole or refused with file, key, value and the nearest known key."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.config import Config, load_config, parse_config
from pipelines.errors import ConfigError
from pipelines.units import duration, rate, size, spell

FILE = Path("stoppress.toml")
WATCH = '[[watch]]\nurl = "https://news.example.org/live"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[crawl]\nper_hots = '6/min'", ["unknown key 'per_hots' in [crawl]", "did you mean 'per_host'?"]),
        ("[crawll]\n", ["unknown key 'crawll'", "did you mean 'crawl'?"]),
        (WATCH + "shedule = 'every 5m'", ["unknown key 'shedule' in [[watch]] 1", "did you mean 'schedule'?"]),
        ("[crawl]\nbudget = 2", ["[crawl] budget", "2", "is not a rate"]),
        ("[crawl]\nbudget = '0/s'", ["[crawl] budget", "above zero"]),
        ("[crawl]\ntimeout = '5 minutes '", ["[crawl] timeout", "'5 minutes '", "is not a duration"]),
        ("[crawl]\nmax_size = 'big'", ["[crawl] max_size", "'big'", "32MiB"]),
        ("[egress]\nallow = ['127.0.0.1/99']", ["[egress] allow 1", "127.0.0.1/99", "is not a network"]),
        ("[defaults]\ntimezone = 'Mars/Olympus'", ["[defaults] timezone", "Mars/Olympus", "Europe/London"]),
        ("[extract]\nworkers = 0", ["[extract] workers", "0"]),
        ("[extract]\nworkers = true", ["[extract] workers"]),
        ("[[watch]]\nurl = 'file:///etc/passwd'", ["[[watch]] 1 url", "scheme is 'file'"]),
        ("[[watch]]\nurl = 'https://me:secret@a.example/'", ["user name or password"]),
        ("[[watch]]\nurl = 'https://a.example/a b'", ["space"]),
        ("[[watch]]\nschedule = 'every 5m'", ["[[watch]] 1", "has no 'url'"]),
        (WATCH + "from = 2026-11-03T18:00:00", ["[[watch]] 1 from", "no time zone"]),
        (WATCH + "until = 'someday'", ["[[watch]] 1 until", "48h-idle"]),
        (WATCH + "until = '9999-12-31T23:59-23:00'", ["[[watch]] 1 until", "is no end", "48h-idle"]),
        (WATCH + "until = '0h-idle'", ["line 3: [[watch]] 1 until = '0h-idle': ", "end it at once", "48h-idle"]),
        ("[defaults]\nuntil = '0s-idle'", ["line 2: [defaults] until = '0s-idle': ", "end it at once"]),
        (
            WATCH + "from = 2026-11-03T18:00:00Z\nuntil = 2026-11-03T19:00:00+01:00",
            [
                "line 4: [[watch]] 1 until = 2026-11-03T19:00:00+01:00: the end, 2026-11-03T18:00:00Z, is not after",
                "write a later until, or an earlier from",
            ],
        ),
        (WATCH + "until = 2025-11-03\nfrom = 2026-11-03", ["line 3: [[watch]] 1 until = 2025-11-03: the end"]),
        (WATCH + "from = '9999-12-31T23:59-23:00'", ["[[watch]] 1 from", "outside the years 1 to 9999"]),
        (WATCH + "from = 0001-01-01T00:00:00+14:00", ["[[watch]] 1 from", "outside the years 1 to 9999"]),
        (WATCH + "from = 'tomorrow'", ["[[watch]] 1 from = 'tomorrow'", "write for example 2026-11-03T18:00:00Z"]),
        (WATCH + "[[watch]]\nurl = 'HTTPS://News.example.org:443/live#x'", ["[[watch]] 2 and [[watch]] 1 are the"]),
        ("[crawl]\nmin_gap = '0s'", ["[crawl] min_gap", "[egress] allow"]),
        ("[crawl.hosts]\n'https://a.example/' = '6/min'", ["[crawl.hosts] https://a.example/", "not the name of"]),
        ("[crawl.hosts]\n'a.example' = 6", ["[crawl.hosts] a.example = 6", "is not a rate"]),
        ("watch = 3", ["[[watch]] = 3", "double brackets"]),
        ("[watch]\nurl = 'https://a.example/'", ["[[watch]]: ", "double brackets"]),
        ("archive = 'here'", ["[archive] = 'here'", "it is a table"]),
        ("[s3]\nendpoint_url = 'localhost:9000'", ["[s3] endpoint_url: ", "https://s3.example.org"]),
        ("[s3]\nendpoint_url = 'https://s3.example.org:port'", ["[s3] endpoint_url", "its port is no number"]),
        ("a = [", ["not valid TOML"]),
        ("path = 'x'", ["unknown key 'path'"]),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, said: list[str]) -> None:
    with pytest.raises(ConfigError) as refusal:
        parse_config(text, FILE)

    message = str(refusal.value)
    assert message.startswith("stoppress.toml: ")
    for words in said:
        assert words in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WATCH + "verify_tls = false", "line 3: [[watch]] 1 verify_tls = False"),
    ],
)
def test_what_nothing_obeys_yet_is_refused_not_swallowed(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        parse_config(text, FILE)

    assert str(refusal.value) == f"stoppress.toml: {said}: it does not exist yet; leave it out"


def test_a_watch_may_keep_what_its_page_is_shown_with() -> None:
    config = parse_config(WATCH + "requisites = true\n[crawl]\nrequisite_every = '6h'", FILE)

    assert config.watches[0].requisites
    assert config.crawl.requisite_every == timedelta(hours=6)


def test_requisites_are_looked_at_once_a_day_at_least() -> None:
    with pytest.raises(ConfigError, match=r"\[crawl\] requisite_every.* more than 24h"):
        parse_config("[crawl]\nrequisite_every = '2d'", FILE)


def test_a_watch_may_be_shown_by_a_browser_and_keep_what_the_page_is_made_of() -> None:
    config = parse_config(WATCH + 'render = "browser"\nrequisites = true', Path("stoppress.toml"))

    assert (config.watches[0].render, config.watches[0].requisites) == ("browser", True)


def test_what_holds_today_may_be_written_down() -> None:
    text = """
    [defaults]
    max = "1h"
    [serve]
    base_url = "http://127.0.0.1:8080"
    archive_url = "http://127.0.0.1:8081"
    token_file = "token"
    [[watch]]
    url = "https://news.example.org/live"
    weight = 1
    max = "1h"
    verify_tls = true
    requisites = false
    render = "http"
    """

    assert parse_config(text, FILE).watches == parse_config(WATCH, FILE).watches


def test_what_only_verbs_of_later_releases_ask_for_may_be_written_down() -> None:
    more = "weight = 2\nmax = '30m'\n[serve]\nbase_url = 'https://archive.example.org'\ntoken_file = 'elsewhere'"
    [watch] = parse_config(WATCH + more, FILE).watches

    assert (watch.weight, watch.max) == (2.0, timedelta(minutes=30))


def test_the_page_of_a_hint_is_a_page() -> None:
    with pytest.raises(ConfigError, match=r"\[\[hint\]\] 1 url = 'notaurl'"):
        parse_config("[[hint]]\nkind = 'sitemap'\nurl = 'notaurl'", FILE)


HINT = "[[hint]]\nurl = 'https://a.example.org/feed'\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HINT + "every = '30s'", "less than 1m"),
        (HINT + "every = '30s'\n[egress]\nallow = ['127.0.0.1/32']", "less than 1m"),
        ("[[hint]]\nurl = 'http://10.0.0.1/'\nevery = '1s'\n[egress]\nallow = ['127.0.0.1/32', '::1']", "less than 1m"),
        (HINT + HINT, "there twice"),
        (HINT + "often = '1h'", "often"),
        (HINT + "kind = 'webhook'", "kind"),
        ("[serve]\nwebsub_callback = 'ours'", "websub_callback"),
    ],
)
def test_what_a_hint_cannot_be_is_said(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse_config(text, FILE)


def test_a_hint_is_asked_every_20_minutes_and_ones_own_more_often() -> None:
    [plain] = parse_config(HINT, FILE).hint
    own_feed = "[[hint]]\nurl = 'http://127.0.0.1:8000/feed'\nevery = '1s'\n"
    [own] = parse_config(own_feed + "[egress]\nallow = ['::1', '127.0.0.0/8']", FILE).hint

    assert (plain.every, plain.kind, plain.websub) == (timedelta(minutes=20), None, True)
    assert own.every == timedelta(seconds=1)


def test_a_host_is_named_as_it_will_be_asked_for() -> None:
    config = parse_config("[crawl.hosts]\n'WWW.Example.org' = '12/min'\n'm\u00fcnchen.example' = '1/min'", FILE)

    assert list(config.crawl.hosts) == ["www.example.org", "xn--mnchen-3ya.example"]


@pytest.mark.parametrize(
    "text",
    [
        "[[watch]]\nurl = 'https://me:s3cret@a.example/'",
        "[[watch]]\nurl = 'me:s3cret@a.example'",
        "watch = 'https://me:s3cret@a.example/'",
        "archive = 'postgresql://me:s3cret@a.example/db'",
    ],
)
def test_a_password_is_not_printed(text: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        parse_config(text, FILE)

    assert "s3cret" not in str(refusal.value)


def test_every_complaint_is_made_at_once() -> None:
    with pytest.raises(ConfigError) as refusal:
        parse_config("[crawl]\nbudgett = '1/s'\ntimeout = 3\n", FILE)

    assert len(str(refusal.value).splitlines()) == 2


def test_an_empty_file_is_the_default() -> None:
    config = parse_config("", FILE)

    assert config.crawl == Config().crawl
    assert config.crawl.per_host == pytest.approx(0.1)


def test_paths_belong_to_the_file_not_to_where_one_stands(tmp_path: Path) -> None:
    path = tmp_path / "stoppress.toml"
    path.write_bytes(b"\xef\xbb\xbf[archive]\r\nstore = 'kept'\r\n")

    config = load_config(path)

    assert config.archive.store == str(tmp_path / "kept")
    assert config.archive.spool == tmp_path / "spool"
    assert config.archive.catalog == f"sqlite:///{tmp_path}/archive/catalog.db"


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file; create it"):
        load_config(tmp_path / "none.toml")


def test_a_watch_takes_the_defaults_it_does_not_override() -> None:
    defaults = "[defaults]\nschedule = 'every 2m'\ntimezone = 'Europe/Rome'\n"
    config = parse_config(defaults + WATCH + "until = '6h-idle'", FILE)

    watch = config.watches[0]

    assert (watch.schedule, watch.timezone, watch.until) == ("every 2m", "Europe/Rome", "6h-idle")


def test_a_page_may_be_looked_at_less_than_once_an_hour() -> None:
    watch = parse_config(WATCH + "schedule = 'every 3h'\nmin = '2h'", FILE).watches[0]

    assert watch.min == timedelta(hours=2)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("1h30m", 5400), ("250ms", 0.25), ("2d", 172800), ("5min", 300)]
)
def test_durations(text: str, seconds: float) -> None:
    assert duration(text) == timedelta(seconds=seconds)
    assert duration(spell(duration(text))) == duration(text)


@pytest.mark.parametrize("text", ["", "5", "-5s", "5 m", "1e9s", "s", "99999d"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|longer"):
        duration(text)


def test_sizes_and_rates() -> None:
    assert (size("32MiB"), size("1.5kB")) == (2**25, 1500)
    assert rate("6/min") == pytest.approx(0.1)


def test_the_path_of_a_browser_is_relative_to_the_file_and_a_name_is_none(tmp_path: Path) -> None:
    said = [parse_config(f'[crawl]\nbrowser = "{value}"', tmp_path / "a.toml") for value in ("bin/mine", "mine", "/b")]

    assert [config.crawl.browser for config in said] == [str(tmp_path / "bin" / "mine"), "mine", "/b"]
