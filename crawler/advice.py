"""What people may take for watched and is not, with the next command to type."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pipelines.config import DEFAULT_NAME, Config
from pipelines.store.catalog import StandingWatch
from pipelines.urlkey import urlkey


def advice(config: Config, standing: Sequence[StandingWatch]) -> str:
    """One line; empty if pages are visited and the file says nothing else. Its [[watch]] tables wait for ``apply``."""
    waiting = _waiting(config, standing)
    states = Counter(row.state for row in standing)
    if not standing:
        fact, step = "nothing is watched", f"{_stoppress(config)} watch URL"
    elif not states["active"]:
        counted = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        fact, step = f"no watch is active ({counted})", f"{_stoppress(config)} resume URL"
    elif waiting:
        fact, step = f"{config.path} is not applied as it stands", ""
    else:
        return ""
    if waiting:
        tables = f"{waiting} [[watch]] tables wait there" if waiting > 1 else "1 [[watch]] table waits there"
        step = f"stoppress apply {shlex.quote(str(config.path))} ({tables})"
    return f"{fact}; next: {step}"


def _waiting(config: Config, standing: Sequence[StandingWatch]) -> int:
    """The tables of the file that are new, or were changed since they were applied."""
    known = {row.urlkey: row.watch for row in standing}
    return sum(known.get(urlkey(watch.url)) != watch for watch in config.watches)


def _stoppress(config: Config) -> str:
    usual = config.path == Path(DEFAULT_NAME).absolute()
    return "stoppress" if usual else f"stoppress -c {shlex.quote(str(config.path))}"
