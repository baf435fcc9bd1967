"""What CI looks at beyond exit codes: skipped tests, and what the demo says of itself.

check.py skips JUNIT.xml     no test was skipped, but for the corpus where it is not on this machine
check.py demo DEMO.json      the line of `demo --json`: all was caught, nothing invented
check.py summary DEMO.txt    the summary for people says the same, its next commands work, and other people's tools
                             find nothing wrong with the WARC files that it made
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

CORPUS = "the corpus of real pages is not here"


def skips(report: Path, *, corpus_is_here: bool) -> list[str]:
    """What is wrong with the skips of a run; the allowed ones are named and counted on stdout."""
    cases = ElementTree.parse(report).getroot().iter("testcase")  # noqa: S314 - pytest wrote it just now
    skipped = [(case, node) for case in cases for node in case.findall("skipped")]
    excused = [case for case, node in skipped if not corpus_is_here and CORPUS in (node.get("message") or "")]
    for case in excused:
        print(f"not run, no corpus here: {_name(case)}")
    print(f"skipped for want of the corpus: {len(excused)}; skipped otherwise: {len(skipped) - len(excused)}")
    return [f"{_name(c)} was skipped: {node.get('message')}" for c, node in skipped if c not in excused]


def _name(case: ElementTree.Element) -> str:
    return f"{case.get('classname')}.{case.get('name')}"


def corpus_is_here() -> bool:
    beside = Path(__file__).resolve().parents[2] / "shared" / "corpus"
    return Path(os.environ.get("STOPPRESS_CORPUS") or beside).is_dir()


def demo(text: str) -> list[str]:
    """What is wrong with the one line of ``demo --json``."""
    lines = text.splitlines()
    if len(lines) != 1:
        return [f"demo --json printed {len(lines)} lines instead of one"]
    figures = json.loads(lines[0])
    print(json.dumps(figures))
    return _wrong_figures(figures)


def _wrong_figures(figures: dict[str, Any]) -> list[str]:
    newsroom = figures["newsroom"]
    wrong = [
        f"{kind}: {tally['caught']} of {tally['total']} caught"
        for kind, tally in newsroom["kinds"].items()
        if tally["caught"] != tally["total"]
    ]
    wrong += [f"{newsroom['invented']} changes invented"] * bool(newsroom["invented"])
    wrong += ["the newsroom did nothing"] * (newsroom["total"] == 0)
    wrong += [f"no {name}" for name in ("visits", "versions", "changes", "warc_bytes") if not figures[name]]
    return wrong


def summary(text: str) -> list[str]:
    """What is wrong with the demo's summary for people, its three next commands included."""
    caught = re.search(r"^caught +(.+)$", text, re.MULTILINE)
    tallies = re.findall(r"(\w[\w ]*) (\d+)/(\d+)", caught[1]) if caught else []
    wrong = [f"{kind}: {n} of {total} caught" for kind, n, total in tallies if n != total]
    if not tallies or not caught or not caught[1].endswith("invented 0"):
        wrong.append(f"the summary says: {caught[0] if caught else 'nothing of what was caught'}")
    commands = [line.strip() for line in text.partition("\nNext:\n")[2].splitlines() if line.startswith("  ")]
    if len(commands) != 3:
        wrong.append(f"the summary names {len(commands)} next commands instead of three")
    wrong += [problem for command in commands if (problem := _tried(command))]
    made = re.search(r"-c (\S+)/stoppress\.toml ", "\n".join(commands))
    return wrong + (_complaints(Path(made[1]) / "archive") if made else [])


def _complaints(store: Path) -> list[str]:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from tests.other_tools import complaints

    files = sorted(store.rglob("*.warc.gz"))
    indexes = {path.name.replace(".cdxj.", ".warc."): path.read_bytes() for path in store.rglob("*.cdxj.gz")}
    print(f"{len(files)} WARC file(s) and {len(indexes)} index(es) shown to gzip, warcio, FastWARC and cdxj-indexer")
    return complaints(files, indexes) if files and len(files) == len(indexes) else ["the demo has left no WARC files"]


def _tried(command: str) -> str:
    """The line as a person would paste it into a shell, in this folder."""
    run = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602 - our demo's
    print(f"{command}: {len(run.stdout.splitlines())} lines, exit {run.returncode}")
    failed = run.returncode != 0 or not run.stdout.strip()
    return f"{command}: exit {run.returncode}: {run.stderr.strip()}" if failed else ""


def main(what: str, file: str) -> int:
    if what == "skips":
        wrong = skips(Path(file), corpus_is_here=corpus_is_here())
    else:
        wrong = {"demo": demo, "summary": summary}[what](Path(file).read_text())
    for line in wrong:
        print(f"check {what}: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
