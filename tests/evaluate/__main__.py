"""``make evaluate-diff``: how right the comparison of versions is, as a table.

Generated sequences need nothing; the corpus of real pages (STOPPRESS_CORPUS, or ../shared/corpus) adds to them.
Exit 0: all goals are met; 1: one is missed; 2: wrong use.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from . import measures
from .scores import Figure

EVERYWHERE: dict[str, Callable[[], Iterator[Figure]]] = {
    "noise": measures.of_noise,
    "live-blogs": measures.of_live_blogs,
    "front-pages": measures.of_front_pages,
    "notices": measures.of_notices,
}
WITH_CORPUS: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "real-texts": measures.of_real_texts,
    "nyt": measures.of_results,
    "argrewrite": measures.of_drafts,
    "arxivedits": measures.of_revisions,
}
NAMES = [*EVERYWHERE, *WITH_CORPUS]


def main(arguments: list[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    corpus = _corpus(asked.corpus)
    missed = 0
    for name in asked.only or NAMES:
        if name in WITH_CORPUS and corpus is None:
            print(f"{name}: not measured, the corpus is not here (STOPPRESS_CORPUS=DIR)", file=sys.stderr)
            continue
        figures = EVERYWHERE[name]() if name in EVERYWHERE else WITH_CORPUS[name](corpus or Path())
        for figure in figures:
            missed += figure.met is False
            print(json.dumps(figure.to_json()) if asked.json else _line(figure), flush=True)
    if missed:
        print(f"{missed} missed their goal", file=sys.stderr)
    return int(missed > 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evaluate-diff", description=__doc__)
    parser.add_argument("--json", action="store_true", help="a line of JSON a figure, nothing else on stdout")
    parser.add_argument("--only", action="append", choices=NAMES, metavar="NAME", help=f"of: {', '.join(NAMES)}")
    parser.add_argument("--corpus", metavar="DIR", help="real pages [default: STOPPRESS_CORPUS, or ../shared/corpus]")
    return parser


def _corpus(named: str | None) -> Path | None:
    """The folder that was named has to be one; the one beside the project may be missing."""
    named = named or os.environ.get("STOPPRESS_CORPUS")
    folder = Path(named) if named else Path(__file__).resolve().parents[3] / "shared" / "corpus"
    if named and not (folder / "diff").is_dir():
        print(f"evaluate-diff: {folder} holds no folder diff; name the corpus of real pages", file=sys.stderr)
        raise SystemExit(2)
    return folder if (folder / "diff").is_dir() else None


def _line(figure: Figure) -> str:
    s = figure.score
    goal = ", ".join(f"{what} {'<=' if what == 'claimed' else '>='} {value:g}" for what, value in figure.goal)
    verdict = "" if figure.met is None else f"  {'met   ' if figure.met else 'MISSED'}  {goal}"
    return (
        f"{figure.data:48}  {figure.name:26}  P {s.precision:.3f}  R {s.recall:.3f}  F {s.f:.3f}"
        f"  ({s.right}/{s.claimed}/{s.true}){verdict}"
    )


if __name__ == "__main__":
    sys.exit(main())
