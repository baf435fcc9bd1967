"""What a machine lacks is named at the end of the run; where everything is required, it fails the test instead."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any, NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Skip, or fail under ``STOPPRESS_REQUIRE=all``: a machine that promised every part must not skip in silence."""
    if os.environ.get("STOPPRESS_REQUIRE") == "all":
        pytest.fail(f"required and missing: {reason}", pytrace=False)
    pytest.skip(reason)


_without: list[str] = []


def without(reason: str) -> None:
    """A test has done its work without a tool that would show the same once more; named at the end of the run."""
    _without.append(reason)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where tests run side by side, each process tells the first one."""
    getattr(session.config, "workeroutput", {})["without"] = _without


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _without.extend(getattr(node, "workeroutput", {}).get("without", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", ()))
    if reasons:
        terminalreporter.section(f"NOT TESTED HERE: {reasons.total()} tests", yellow=True, bold=True)
    for reason, tests in sorted(reasons.items()):
        terminalreporter.write_line(f"{tests:4} tests: {reason}")
    for reason in sorted(set(_without)):
        terminalreporter.write_line(f"tested without: {reason}")


def _reason(report: pytest.TestReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")
