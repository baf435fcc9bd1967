"""A schedule that cannot be kept is refused where it is written, by every verb that visits or gives orders."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.watchlist import bad_schedules, load_watchlist
from pipelines.cli.entry import run
from pipelines.config import load_config, parse_config
from pipelines.errors import ConfigError
from stoppress import VERBS

FILE = Path("stoppress.toml")
A = '[[watch]]\nurl = "https://a.example.org/"\n'
B = '[[watch]]\nurl = "https://b.example.org/"\n'
EVERY = '[defaults]\nschedule = "every 5m"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (A + B + 'schedule = "every 10s"', ["[[watch]] 2 schedule = 'every 10s': it is faster than min = \"1m\""]),
        (A + B + 'schedule = "probe 9s"', ["[[watch]] 2 schedule = 'probe 9s': it is faster than min = \"1m\""]),
        (A + 'schedule = "probe 5m"', ["[[watch]] 1 schedule = 'probe 5m': it needs probe_url"]),
        (
            EVERY.replace("every", "probe") + A,
            ["[[watch]] 1 schedule = 'probe 5m': it needs probe_url"],
        ),
        (A + 'probe_url = "https://c.example.org/"', ["[[watch]] 1 schedule = 'adaptive': probe_url is only for"]),
        (A + B + 'schedule = "adaptive 9s"', ["[[watch]] 2 schedule = 'adaptive 9s': \"adaptive\" stands alone"]),
        (A + B + 'min = "2h"', ["[[watch]] 2 min = \"2h\": schedule = 'adaptive' of https://b.example.org/: max"]),
        (A + B + 'max = "9s"', ["[[watch]] 2 max = \"9s\": schedule = 'adaptive' of https://b.example.org/: max"]),
        (
            '[defaults]\nmin = "2h"\n' + A + 'schedule = "every 3h"\n' + B,
            ["[defaults] min = \"2h\": schedule = 'adaptive' of https://b.example.org/: max = \"1h\" is shorter"],
        ),
        (A + 'schedule = "cron 99 * * * *"', ["[[watch]] 1 schedule = 'cron 99 * * * *': [99 * * * *] is not"]),
        (A + 'schedule = "evry 5m"', ["[[watch]] 1 schedule = 'evry 5m': 'evry' is not known, did you mean 'every'?"]),
        ('[defaults]\nschedule = "probe 30s"', ["[defaults] schedule = 'probe 30s': it is faster than min"]),
        ('[defaults]\nschedule = "hourly"\n' + A + B, ["[defaults] schedule = 'hourly': 'hourly' is not known"]),
        (
            '[defaults]\nschedule = "hourly"\n' + A + B + 'schedule = "every 1s"',
            ["[defaults] schedule = 'hourly'", "[[watch]] 2 schedule = 'every 1s'"],
        ),
        (
            "[defaults]\nuntil = 2026-01-01\n" + A + B + "from = 2026-02-01",
            ["[[watch]] 2 from of https://b.example.org/: the end, 2026-01-01T00:00:00Z, is not after from"],
        ),
        (EVERY + A + B + 'min = "10m"', ["[[watch]] 2 min = \"10m\": schedule = 'every 5m' of https://b.example.org/:"]),
        (
            A + 'schedule = "cron */5 * * * *"\nmin = "1h"',
            ["[[watch]] 1 schedule = 'cron */5 * * * *': it is faster than min = \"1h\": two of its turns are 5m"],
        ),
        (
            '[defaults]\nschedule = "cron 50 * * * *"\n' + A + B + 'min = "2h"',
            ["[[watch]] 2 min = \"2h\": schedule = 'cron 50 * * * *' of https://b.example.org/: it is faster than min"],
        ),
        ('[defaults]\nmin = "5m"\nschedule = "cron */2 * * * *"\n' + A, ["[defaults] schedule = 'cron */2 * * * *':"]),
        (
            A + 'schedule = "every 2h"\nmax = "1h"',
            ["[[watch]] 1 max = \"1h\": schedule = 'every 2h' of https://a.example.org/: it is slower than that,"],
        ),
        (
            A + 'schedule = "probe 2h"\nmax = "1h"\nprobe_url = "https://c.example.org/"',
            ["[[watch]] 1 max = \"1h\": schedule = 'probe 2h' of https://a.example.org/: it is slower"],
        ),
        (EVERY + A + B + 'max = "2m"', ["[[watch]] 2 max = \"2m\": schedule = 'every 5m' of https://b.example.org/:"]),
        (
            A + 'schedule = "cron 0 0 31 12 *"\nfrom = 2026-12-01\nuntil = 2026-12-30',
            [
                "[[watch]] 1 schedule: schedule = 'cron 0 0 31 12 *' of https://a.example.org/: it never fires between "
                "from = 2026-12-01T00:00:00Z and until = 2026-12-30T00:00:00Z, next at 2026-12-31T00:00:00Z; write"
            ],
        ),
        (
            '[defaults]\nschedule = "cron 0 0 31 12 *"\nuntil = 2026-12-30\n' + A + "from = 2026-12-01",
            ["[[watch]] 1 from: schedule = 'cron 0 0 31 12 *' of https://a.example.org/: it never fires between"],
        ),
    ],
)
def test_a_bad_schedule_is_named_where_it_is_written(text: str, said: list[str]) -> None:
    found = [one.words for one in bad_schedules(parse_config(text, FILE))]

    assert [line[: len(start)] for line, start in zip(found, said, strict=True)] == said


@pytest.mark.parametrize(
    "text",
    [
        "",
        A,
        '[defaults]\nschedule = "cron */10 6-23 * * *"\ntimezone = "Europe/London"\n' + A + 'schedule = "every 2m"',
        '[defaults]\nmin = "10m"\n' + A + 'schedule = "every 10m"',
        '[defaults]\nmin = "10m"\n' + A,
        A + 'schedule = "every 1s"\nmin = "1s"',
        A + "from = 2019-01-01\nuntil = 2020-01-01",  # files live for years
        "[defaults]\nuntil = 2026-01-01\n" + A + 'from = 2026-02-01\nuntil = "48h-idle"',
        A + 'schedule = "cron 0 3 * * *"\nmin = "24h"\ntimezone = "Europe/Berlin"',  # a day of 23 hours is a day
        A + 'schedule = "cron */5 * * * *"\nmin = "5m"',
        A + 'schedule = "every 2h"',  # the default max is of the adaptive schedule
        '[defaults]\nmax = "30m"\n' + A + 'schedule = "every 2h"',
        A + 'schedule = "every 1h"\nmax = "1h"',
        A + 'schedule = "cron 0 0 31 12 *"\nfrom = 2026-12-31\nuntil = 2026-12-31T00:00:01Z',  # one turn, at its start
        A + 'schedule = "cron 0 0 31 12 *"\nuntil = 2026-12-30',  # it may have been taken up years ago
        A + 'schedule = "cron 0 0 1 1 *"\nfrom = 0001-01-01\nuntil = 2026-12-30',
    ],
)
def test_good_schedules_pass(text: str) -> None:
    assert list(bad_schedules(parse_config(text, FILE))) == []


@pytest.mark.parametrize(
    "words",
    [
        ["crawl", "--once"],
        ["apply", "{file}"],
        ["watch", "https://c.example.org/"],
        ["watches"],
        ["due"],
        ["pause", "https://a.example.org/"],
        ["resume", "https://a.example.org/"],
    ],
    ids=lambda words: words[0],
)
def test_every_verb_of_the_crawler_refuses_before_anything_runs(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "stoppress.toml"
    file.write_text(A + B + 'schedule = "cron 99 * * * *"')

    code = run(VERBS, "0", ["-c", str(file), *(word.format(file=file) for word in words)])

    said = capsys.readouterr()
    assert code == 2
    assert f"stoppress: {file}: line 5: [[watch]] 2 schedule = 'cron 99 * * * *': " in said.err
    assert said.out == ""
    assert list(tmp_path.iterdir()) == [file]


def test_reading_back_does_not_ask_for_the_schedules(tmp_path: Path) -> None:
    file = tmp_path / "stoppress.toml"
    file.write_text(A + 'schedule = "hourly"')

    assert load_config(file).watches
    with pytest.raises(ConfigError, match="is not known"):
        load_watchlist(file)
