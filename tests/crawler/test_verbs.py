"""The verbs that give orders: what they say, and how they end when catalog or store cannot be reached."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.cli.entry import run
from stoppress import VERBS

URL = "https://a.example.org/live"


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(VERBS, "0", list(words))
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "stoppress.toml"
    path.write_text("")
    return path


@pytest.mark.parametrize(("verb", "state"), [("pause", "paused"), ("resume", "active")])
def test_pause_and_resume_say_the_state(
    verb: str, state: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = ("-c", str(config))
    assert call(capsys, *named, "watch", URL)[0] == 0

    assert call(capsys, *named, verb, URL) == (0, "", f"{URL} is {state}\n")
    code, out, err = call(capsys, *named, verb, URL, "--json")
    assert (code, json.loads(out), err) == (0, {"url": URL, "state": state}, "")
    orders = [json.loads(path.read_text()) for path in config.parent.glob("archive/control/*/*.jsonl")]
    assert sorted(order["verb"] for order in orders) == sorted(["watch", verb, verb])


def test_what_is_not_watched_cannot_be_paused(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = call(capsys, "-c", str(config), "pause", URL)

    assert code == 1
    assert err == f"stoppress: {URL} is not watched; see: stoppress watches\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "tomorrow"), "--from = 'tomorrow': 'tomorrow' is not a date or time; write for example 2026-11-03"),
        (("--until", "someday"), "--until = 'someday': 'someday' is no end; write"),
        (("--until", "0h-idle"), "--until = '0h-idle': '0h-idle' would end it at once; write for example"),
        (("--until", "2020-01-01T00:00Z"), "--until = '2020-01-01T00:00Z': 2020-01-01T00:00:00Z is past, so the page"),
        (
            ("--from", "2097-01-01T00:00Z", "--until", "2096-01-01T00:00Z"),
            "--until = '2096-01-01T00:00Z': the end, 2096-01-01T00:00:00Z, is not after from = 2097-01-01T00:00:00Z",
        ),
        (("--min", "5"), "--min = '5': '5' is not a duration; write"),
        (("--timezone", "Mars"), "--timezone = 'Mars': 'Mars' is not a time zone"),
    ],
)
def test_a_bad_option_is_named_as_it_was_typed(
    words: tuple[str, ...], said: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = call(capsys, "-c", str(config), "watch", URL, *words)

    assert code == 2
    assert err.startswith(f"stoppress: stoppress watch: {said}")
    assert list(config.parent.iterdir()) == [config]  # nothing was applied


@pytest.mark.parametrize(
    ("end", "words", "said"),
    [
        ("2020-01-01", (), "[defaults] until: 2020-01-01T00:00:00Z is past"),
        ("2096-01-01", ("--from", "2097-01-01T00:00Z"), "the end, 2096-01-01T00:00:00Z, is not after from"),
    ],
)
def test_an_end_that_all_watches_share_is_held_against_a_new_one(
    end: str, words: tuple[str, ...], said: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(f"[defaults]\nuntil = {end}\n")
    code, _, err = call(capsys, "-c", str(config), "watch", URL, *words)

    assert code == 2
    assert said in err
    assert list(config.parent.iterdir()) == [config]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--weight", "nan"], "stoppress watch: --weight = nan: it should be a finite number\n"),
        (["--weight", "inf"], "stoppress watch: --weight = inf: it should be a finite number\n"),
        (["--weight", "1e9"], "stoppress watch: --weight = 1000000000.0: it should be less than or equal to 1000\n"),
        (["--weight", "2", "--every", "5m"], "--weight is for the adaptive schedule, and this one is 'every 5m';"),
        (["--weight", "2"], "and this one is 'cron 0 * * * *'; leave it out, or give --adaptive\n"),
        (["--every", "2h", "--max", "1h"], "--max = '1h': schedule = 'every 2h': it is slower than that"),
        (["--max", "9s", "--every", "2s"], "schedule = 'every 2s': it is faster than min"),
        (["--min", "2h"], "schedule = 'cron 0 * * * *': it is faster than min = \"2h\": two of its turns are 1h apart"),
    ],
)  # fmt: skip
def test_options_that_do_not_go_together_are_named_and_nothing_is_ordered(
    words: list[str], said: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text('[defaults]\nschedule = "cron 0 * * * *"')
    code, _, err = call(capsys, "-c", str(config), "watch", URL, *words)

    assert code == 2
    assert said in err
    assert "TOML" not in err
    assert list(config.parent.iterdir()) == [config]


def test_signs_beyond_the_first_65536_can_be_in_a_tag(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "-c", str(config), "watch", URL, "--tag", "\N{CYCLONE}", "--weight", "2", "--json")

    assert (code, err) == (0, "")
    assert json.loads(out)["watch"]["tags"] == ["\N{CYCLONE}"]


@pytest.mark.parametrize("verb", ["crawl", "watches", "due", "watch"])
@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('catalog = "postgre://me:s3cret@db/stoppress"', "[archive] catalog"),
        ('store = "s4://bucket"', "[archive] store"),
    ],
)
def test_a_bad_address_is_wrong_use_and_names_file_and_key(
    verb: str, text: str, key: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(f"[archive]\n{text}")

    code, _, err = call(capsys, "-c", str(config), verb, *([URL] if verb == "watch" else []))

    assert code == 2
    assert err.startswith(f"stoppress: {config}: line 2: {key} = ")
    assert "s3cret" not in err


@pytest.mark.parametrize("verb", ["crawl", "watches", "watch"])
def test_a_catalog_that_does_not_answer_is_named_with_the_next_step(
    verb: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text('[archive]\ncatalog = "postgresql://me:s3cret@127.0.0.1:9/stoppress?password=s3cret"')

    code, _, err = call(capsys, "-c", str(config), verb, *([URL] if verb == "watch" else []))

    assert code == 1
    assert "refused" in err
    assert f"see that its server runs and lets you in, or correct [archive] catalog in {config}" in err
    assert "s3cret" not in err


def test_a_catalog_and_a_store_that_cannot_be_written_name_their_keys(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config.parent / "file").write_text("")

    config.write_text('[archive]\ncatalog = "sqlite:///file/catalog.db"')
    catalog = call(capsys, "-c", str(config), "watches")
    config.write_text('[archive]\nstore = "file/archive"\ncatalog = "sqlite:///catalog.db"')
    store = call(capsys, "-c", str(config), "watch", URL)

    assert (catalog[0], store[0]) == (1, 1)
    assert f"correct [archive] catalog in {config}" in catalog[2]
    assert f"correct [archive] store in {config}" in store[2]


def test_an_error_of_the_system_that_names_no_file_says_where_it_was_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "closing.py").write_text("import os\ndef run() -> None:\n    os.close(1 << 20)\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    assert run({"closing": ("closing", "Close.")}, "1", ["closing"]) == 1

    said = capfd.readouterr().err
    assert "the system refused: Bad file descriptor, closing.py:3" in said
    assert "stdout" not in said


@pytest.mark.parametrize(
    ("time", "why"),
    [("1989-12-31T23:59:59Z", "is before 1990-01-01"), ("1970", "is before 1990-01-01"),
     ("-900000h", "longer than ten years"), ("0001-01-01T00:00+23:00", "not a time"), ("soon", "not a time"),
     ("v3", "is a version, not a time")],
)  # fmt: skip
def test_a_hint_names_a_time_at_which_there_were_pages(
    time: str, why: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = ("-c", str(config))
    assert call(capsys, *named, "watch", URL)[0] == 0
    code, out, err = call(capsys, *named, "hint", URL, "--time", time)

    assert (code != 0, out) == (True, "")
    assert why in err
    assert call(capsys, *named, "hint", URL, "--time", "1990-01-01T00:00Z")[0] == 0
