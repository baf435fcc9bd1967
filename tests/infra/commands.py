"""What the files of infra/ call is held against the real command line."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import stoppress

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
PROGRAM = "/opt/stoppress/bin/stoppress"
CONFIG = "/etc/stoppress/stoppress.toml"


def check_arguments(command: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The words of ``command`` after the program; fails if its verb or an option of it does not exist."""
    program, *words = shlex.split(command)
    verb = next(word for word in words if word in stoppress.VERBS)
    before, after = words[: words.index(verb)], words[words.index(verb) + 1 :]
    known = {"-c"} | _options(verb, capsys)

    assert program == PROGRAM
    assert before == ["-c", CONFIG]
    assert {word for word in after if word.startswith("-")} <= known
    return words


def _options(verb: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    with pytest.raises(SystemExit) as end:
        stoppress.main([verb, "--help"])
    assert end.value.code == 0
    return set(re.findall(r"(?<!\S)--?[a-z-]+", capsys.readouterr().out))
