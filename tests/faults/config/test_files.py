"""Config files as editors, hands and scripts leave them: taken, or refused with file, place and next step."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from crawler.watchlist import load_watchlist
from pipelines.errors import ConfigError
from tests.running import PATIENCE, ROOT, crawling, environment, stoppress, write_config
from tests.servers.raw_http import RawServer, page, sending

WATCH = '[[watch]]\nurl = "https://news.example.org/live?a=1&b=2"\n'
MANY = 100_000
LOADED_ONCE = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (700 * 2**20, 700 * 2**20))
from crawler.agenda import Agenda
from crawler.watchlist import load_watchlist
from pipelines.urlkey import urlkey
config = load_watchlist(Path(sys.argv[1]))
agenda = Agenda()
for _ in range(2):
    agenda.set(config.watches, {}, datetime.now(UTC))
print(len(agenda), urlkey.cache_info().misses)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "stoppress.toml"


def refusal(file: Path, text: str) -> str:
    file.write_text(text)
    with pytest.raises(ConfigError) as refused:
        load_watchlist(file)
    said = str(refused.value)
    assert said.startswith(f"{file}: ")
    return said.removeprefix(f"{file}: ")


@pytest.mark.parametrize(
    "data",
    [b"\xef\xbb\xbf" + WATCH.encode(), WATCH.replace("\n", "\r\n").encode(), b"\t" + WATCH.replace(" ", "\t").encode()],
    ids=["byte order mark", "CRLF", "tabs"],
)  # fmt: skip
def test_marks_that_editors_leave_are_taken(file: Path, data: bytes) -> None:
    file.write_bytes(data)

    assert [watch.url for watch in load_watchlist(file).watches] == ["https://news.example.org/live?a=1&b=2"]


@pytest.mark.parametrize(
    ("text", "place"),
    [("[archive]\nstore: here\n", "line 2, column 6"), (WATCH + "tags = [\n'a'\n]]\n", "line 5, column 2"),
     ('[archive]\nstore = "a\0b"\n', "line 2, column 11")],
    ids=["YAML", "bracket", "NUL"],
)  # fmt: skip
def test_a_file_that_is_no_toml_is_refused_with_line_and_column(file: Path, text: str, place: str) -> None:
    assert place in refusal(file, text)


@pytest.mark.parametrize(
    "url", ["HTTPS://News.Example.org:443/live?a=1&b=2", "https://news.example.org/live?b=2&a=1#x"]
)
def test_a_page_listed_twice_in_two_spellings_is_refused_with_both_places(file: Path, url: str) -> None:
    assert "[[watch]] 2 and [[watch]] 1 are the same page" in refusal(file, f'{WATCH}[[watch]]\nurl = "{url}"\n')


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('schedule = "every 0s"', "faster than min"),
        ('schedule = "every -5m"', "'-5m' is not a duration"),
        ('schedule = "every 5 minutes "', "'5 minutes' is not a duration; write for example"),
        ('schedule = "every 1e9s"', "'1e9s' is not a duration"),
        ('schedule = "every 1000000000d"', "longer than ten years"),
        ('min = "0s"', "less than 1s, the least"),
        ('max = "0s"', "less than 1s, the least"),
    ],
)
def test_an_interval_that_is_none_is_refused_with_what_is_possible(file: Path, line: str, said: str) -> None:
    assert said in refusal(file, f"{WATCH}{line}\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [('[crawl]\ntimeout = "0s"\n', "less than 1s"), ('[archive]\nroll_age = "0s"\n', "less than 1s"),
     ('[archive]\nspool_limit = "0B"\n', "greater than 0"), ('[crawl]\nmax_size = "0B"\n', "greater than 0")],
)  # fmt: skip
def test_a_limit_of_nothing_is_refused(file: Path, text: str, said: str) -> None:
    assert said in refusal(file, text)


BAD = (
    'schedule = "evry 5m"', 'schedule = "cron 0 0 31 2 *"', 'min = "2h"\nmax = "1h"', 'timezone = "Mars/Olympus"',
    'shedule = "every 5m"', 'max = "5 parsecs"', 'schedule = "every 1s"', 'url = "https://news.example.org/0"',
)  # fmt: skip


@pytest.mark.parametrize("budget", ["0", "'1/s'"])
def test_all_that_is_wrong_in_a_long_list_is_told_with_its_line_and_nothing_is_applied(file: Path, budget: str) -> None:
    bad = {number: BAD[number % len(BAD)] for number in range(39, 2000, 39)}
    tables = [f"[crawl]\nbudget = {budget}\n"]
    for number in range(2000):
        own = f'url = "https://news.example.org/{number}"'
        wrong = bad.get(number, "tags = []")
        tables.append("[[watch]]\n" + (wrong if wrong.startswith("url") else f"{own}\n{wrong}") + "\n")
    lines = "".join(tables).splitlines()
    file.write_text("\n".join(lines))

    ran = stoppress("apply", str(file))

    said = ran.err.removeprefix("stoppress: ").splitlines()
    places = [int(line.removeprefix(f"{file}: line ").partition(":")[0]) for line in said]
    assert ran.code == 2
    assert places == sorted(places)
    expected = [wrong.partition("\n")[0] for _, wrong in sorted(bad.items())]
    assert [lines[place - 1] for place in places] == ["budget = 0"] * (budget == "0") + expected
    assert list(file.parent.iterdir()) == [file]


MISTAKES = (
    'url = "https://news.example.org/{}', "bare", 'tags = ["a" "b"]', "weight = 1,5",  # no TOML
    'schedule = "evry 5m"', 'schedule = "cron 0 0 31 2 *"', 'schedule = "cron */5 * * * *"\nmin = "1h"',
    'max = "5 parsecs"', 'shedule = "every 5m"', 'schedule = "every 2h"\nmax = "1h"',
)  # fmt: skip


def test_fifty_mistakes_in_a_list_of_100_000_lines_are_all_told_with_their_lines_and_nothing_is_applied(
    file: Path,
) -> None:
    lines: list[str] = []
    wrong: list[int] = []
    for number in range(MANY // 4):
        mistake = MISTAKES[number // 500 % len(MISTAKES)].format(number) if number % 500 == 250 else ""
        own = [] if mistake.startswith("url") else [f'url = "https://news.example.org/{number}"']
        table = ["[[watch]]", *own, *(mistake.splitlines() or ['tags = ["a"]'])]
        if mistake:
            place = len(table) - ("min" in mistake)  # what contradicts min is told of the schedule above it
            wrong.append(len(lines) + place)
        lines += [*table, *[""] * (4 - len(table))]
    file.write_text("\n".join(lines))

    ran = stoppress("apply", str(file))

    said = ran.err.removeprefix("stoppress: ").splitlines()
    assert (ran.code, len(lines), len(wrong)) == (2, MANY, 50)
    assert [int(line.removeprefix(f"{file}: line ").partition(":")[0]) for line in said] == wrong
    assert list(file.parent.iterdir()) == [file]


def test_what_is_wrong_in_a_list_of_one_watch_a_line_is_told_with_its_line(file: Path) -> None:
    bad = {number: BAD[number % len(BAD)].replace("\n", ", ") for number in range(7, 400, 8)}
    lines = ["watch = ["]
    for number in range(400):
        own = f'url = "https://news.example.org/{number}"'
        wrong = bad.get(number, "tags = []")
        lines.append(f"  {{{wrong}}}," if wrong.startswith("url") else f"  {{{own}, {wrong}}},")
    file.write_text("\n".join([*lines, "]"]))

    ran = stoppress("apply", str(file))

    said = ran.err.removeprefix("stoppress: ").splitlines()
    places = [int(line.removeprefix(f"{file}: line ").partition(":")[0]) for line in said]
    assert ran.code == 2
    assert places == [number + 2 for number in bad]


def test_a_file_that_cannot_be_read_leaves_the_watches_that_were_applied(file: Path) -> None:
    file.write_text(WATCH)
    assert stoppress("apply", str(file)).code == 0
    before = stoppress("watches", "--json", config=file).lines
    broken = file.with_name("broken.toml")
    for text in ("[[watch]\n", WATCH + 'schedule = "every 0s"\n', WATCH + "[[watch]]\nurl = 'ftp://a.example/'\n"):
        broken.write_text(text)
        ran = stoppress("apply", str(broken), config=file)

        assert ran.code == 2, ran.err
        assert str(broken) in ran.err

    assert stoppress("watches", "--json", config=file).lines == before


def test_an_empty_list_is_told(file: Path) -> None:
    file.write_text("")
    ran = stoppress("apply", str(file))

    assert ran.code == 0
    assert f"{file} has no [[watch]] table" in ran.err


def test_a_hundred_thousand_pages_are_loaded_in_bounded_memory_each_worked_out_once(file: Path) -> None:
    tables = (f'[[watch]]\nurl = "https://n{n % 500}.example.org/{n}"\n' for n in range(MANY))
    file.write_text("".join(tables))
    ran = subprocess.run(
        [sys.executable, "-c", LOADED_ONCE, str(file)], capture_output=True, text=True, timeout=PATIENCE, check=False,
        cwd=ROOT, env=environment(),
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr[-2000:]
    assert ran.stdout.split() == [str(MANY), str(MANY)]


def test_a_page_taken_from_the_list_during_its_visit_is_kept_and_not_visited_again(
    raw_server: RawServer, tmp_path: Path
) -> None:
    body = b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed to all ships.</p></body></html>"
    answer = page(body)
    drip = [answer[:60], *(answer[at : at + 6] for at in range(60, len(answer), 6))]
    slow, other = raw_server.route("/slow", sending(*drip, pause=0.15)), raw_server.route("/other", page(body))
    config = write_config(tmp_path, slow, other)
    config.write_text(config.read_text().replace('timeout = "5s"', 'timeout = "30s"'))
    stoppress("apply", str(config))
    with crawling(config, "--for", "8s") as process:
        raw_server.wait_for("/slow")
        assert stoppress("pause", slow, config=config).code == 0
        process.wait(PATIENCE)

    log = stoppress("log", slow, "--json", config=config).lines
    assert [visit["outcome"] for visit in log] == ["archived"]
    assert len(raw_server.hits_of("/slow")) == 1
    assert len(raw_server.hits_of("/other")) > 3
