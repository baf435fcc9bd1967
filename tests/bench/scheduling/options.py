"""What may be asked of ``make bench-schedule``. Without any choice it is all that the goals speak of."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .contest import AS_CRAWLED, BASELINES, OURS, POLICIES, VARIANTS

BUDGETS = (0.3, 1.0, 3.0)
ONE = 1.0  # request per event: where all rules are played, and all kinds of worlds
FEWER = (  # rules at the other budgets: those that are quickly played, or that Stoppress is measured by
    "fixed until end", "NewsDiffs ladder", "Nutch", "StormCrawler", AS_CRAWLED, OURS, "oracle", "clairvoyant",
)  # fmt: skip
IN_VARIANTS = (*BASELINES, OURS, "oracle")
PAGES, SEEDS, VARIANT_PAGES, VARIANT_SEEDS = 1500, 4, 500, 3
QUICK_PAGES = 300
MINUTES = 40

TOLD = f"""
Stoppress' scheduler and other rules on made coverage, by what they catch of it.

Without a choice (any of the options from --quick to --million) all is played: {SEEDS} worlds with all rules at {ONE:g}
request per event, and with {len(FEWER)} rules at other budgets; as many requests as each rule that spends what it
likes; {VARIANT_SEEDS} worlds of each other kind, smaller ones and at {ONE:g} request per event only; a million watches.
About {MINUTES} minutes on two quiet cores; stderr tells how far it is. With a choice it is the table and what was
chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """``rules``: as they were asked for, all if empty."""

    pages: int
    seeds: int
    budgets: tuple[float, ...]
    rules: tuple[str, ...]
    equal: bool
    variants: tuple[str, ...]
    variant_pages: int
    variant_seeds: int
    million: bool
    trace: Path | None
    workers: int
    as_json: bool

    def at(self, budget: float) -> tuple[str, ...]:
        """The rules that are played with this budget."""
        return self.rules or (tuple(POLICIES) if budget == ONE else FEWER)


def wanted(words: Sequence[str] | None = None) -> Wanted:
    parser = _parser()
    given = parser.parse_args(words)
    chosen = given.quick or given.equal or given.sensitivity or given.million
    everything = not (chosen or given.only or given.variants or given.budgets is not None)
    seeds = given.seeds or (1 if given.quick else SEEDS)
    kinds = named(parser, given.variants, tuple(VARIANTS)) or tuple(VARIANTS)
    return Wanted(
        pages=given.pages or (QUICK_PAGES if given.quick else PAGES),
        seeds=seeds,
        budgets=_budgets(parser, given.budgets, (ONE,) if given.quick else BUDGETS),
        rules=named(parser, given.only, tuple(POLICIES)),
        equal=given.equal or everything,
        variants=kinds if given.sensitivity or given.variants or everything else (),
        variant_pages=min(given.pages, 1000) if given.pages else VARIANT_PAGES,
        variant_seeds=given.variant_seeds or (1 if given.quick else VARIANT_SEEDS),
        million=given.million or everything,
        trace=given.trace,
        workers=given.workers,
        as_json=given.json,
    )  # fmt: skip


def named(parser: argparse.ArgumentParser, asked: str, there: tuple[str, ...]) -> tuple[str, ...]:
    """Those that are asked for; some have a comma in their names."""
    words, left = [], ", ".join(word for part in asked.split(",") if (word := part.strip()))
    while left:
        at = [name for name in there if left == name or left.startswith(f"{name},")]
        if not at:
            parser.error(f"{left!r} is not known; there are {'; '.join(there)}")
        words.append(max(at, key=len))
        left = left.removeprefix(words[-1]).removeprefix(", ")
    return tuple(words)


def _budgets(parser: argparse.ArgumentParser, asked: str | None, usual: tuple[float, ...]) -> tuple[float, ...]:
    """None at all where the text is empty: of the parts beside the table only."""
    try:
        found = usual if asked is None else tuple(float(word) for word in asked.split(",") if word.strip())
    except ValueError:
        found = (-1.0,)
    if not all(0 < budget < float("inf") for budget in found):
        parser.error(f"--budgets {asked!r} are not numbers above 0 with commas in between, as in 0.3,1,3")
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make bench-schedule", formatter_class=argparse.RawDescriptionHelpFormatter,
        description=TOLD,
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true",
                        help=f"one small world, {ONE:g} request per event: some two minutes")  # fmt: skip
    parser.add_argument("--budgets", help="requests per published event (0.3,1,3); empty: no table")
    parser.add_argument("--only", default="", metavar="RULES", help="names of rules, with commas in between")
    parser.add_argument("--equal", action="store_true", help="with the requests that other rules spend")
    parser.add_argument("--sensitivity", action="store_true", help="in worlds of other kinds")
    parser.add_argument("--variants", default="", metavar="KINDS", help="of these kinds, with commas in between")
    parser.add_argument("--million", action="store_true", help="memory and time for a million watches")
    parser.add_argument("--pages", type=_count,
                        help=f"of a world ({PAGES}; of other kinds {VARIANT_PAGES}, never more than 1000)")  # fmt: skip
    parser.add_argument("--seeds", type=_count, help=f"worlds that each rule is tried in ({SEEDS})")
    parser.add_argument("--variant-seeds", type=_count,
                        help=f"the same, of each other kind ({VARIANT_SEEDS})")  # fmt: skip
    parser.add_argument("--trace", type=Path, metavar="FILE",
                        help="a trace of one's own archive (stoppress export trace), no made coverage")  # fmt: skip
    parser.add_argument("--workers", type=_count, default=2, help="processes (2)")
    parser.add_argument("--json", action="store_true", help="a line for each row of a table")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)
