"""Modules that are imported when something of them is first used."""

from __future__ import annotations

import subprocess
import sys

from pipelines.standin import standing_in
from tests.prepared import ROOT


def run(code: str) -> str:
    words = [sys.executable, "-c", code]
    return subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT, timeout=60).stdout.strip()


def test_it_is_imported_when_it_is_used() -> None:
    code = """
import sys
from pipelines.standin import standing_in
with standing_in("colorsys"):
    import colorsys
before = "colorsys" in sys.modules
print(before, colorsys.rgb_to_hsv(1, 1, 1), sys.modules["colorsys"] is colorsys)
import colorsys
print(sys.modules["colorsys"] is colorsys)
"""
    assert run(code) == "False (0.0, 0.0, 1) False\nTrue"


def test_what_is_there_stays() -> None:
    with standing_in("sys"):
        assert sys.modules["sys"] is sys
    assert sys.modules["sys"] is sys


def test_a_command_that_looks_something_up_imports_no_http_client_and_no_reader() -> None:
    code = """
import sys, retrieval.cli.versions
heavy = "requests", "trafilatura", "scrapy", "boto3", "pipelines.diff", "numpy"
print([name for name in heavy if name in sys.modules])
"""
    assert run(code) == "[]"


def test_what_surt_has_of_it_works() -> None:
    code = """
from pipelines import urlkey
import sys, tldextract
print(sys.modules["surt.handyurl"].tldextract.TLDExtract is tldextract.TLDExtract)
"""
    assert run(code) == "True"
