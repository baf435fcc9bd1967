"""The words behind a verb, read by a verb that has times, numbers and texts."""

from __future__ import annotations

from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from pipelines.cli.arguments import Verb

app = typer.Typer(add_completion=False)


@app.command(cls=Verb)
def verb(
    at: Annotated[str, typer.Argument(metavar="TIME")],
    more: Annotated[list[str] | None, typer.Argument(metavar="WORDS")] = None,
    number: Annotated[int, typer.Option("-n", "--number")] = 0,
    loud: Annotated[bool, typer.Option("--loud")] = False,
) -> None:
    typer.echo(f"{at} {more or []} {number} {loud}")


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (["-2h"], "@-2h [] 0 False"),
        (["-1h30m", "--loud"], "@-1h30m [] 0 True"),
        (["--loud", "-2h"], "@-2h [] 0 True"),
        (["-n", "-5", "-2h"], "@-2h [] -5 False"),
        (["--number", "-5", "-2h"], "@-2h [] -5 False"),
        (["--number=-5", "-2h"], "@-2h [] -5 False"),
        (["-n-5", "-2h"], "@-2h [] -5 False"),
        (["now", "--", "-2h"], "now ['-2h'] 0 False"),
        (["--", "-2h"], "-2h [] 0 False"),
    ],
)
def test_a_minus_before_a_digit_makes_a_time_unless_an_option_waits_for_it(words: list[str], read: str) -> None:
    assert CliRunner().invoke(app, words).stdout.strip() == read


@pytest.mark.parametrize("words", [["-2h", "-x"], ["-2h", "--lud"], ["-h2"], ["--2h"]])
def test_an_unknown_option_is_refused(words: list[str]) -> None:
    ran = CliRunner().invoke(app, words)

    assert ran.exit_code == 2
    assert "No such option" in ran.output
