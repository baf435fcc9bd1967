"""``stoppress schedule``: why a page is visited when it is, and what a budget would buy."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import numpy as np
import typer

from crawler.cli.common import watchlist_config
from crawler.cli.figures import about, amount, per_hour
from crawler.cli.hints import recall_of, worth_words
from crawler.outlook import Explained, Outlook
from crawler.schedule.plan import Plan
from pipelines import units
from pipelines.cli.common import AsJson, echo_json, say
from pipelines.face import Json, iso
from pipelines.ledger import detail_of
from pipelines.lifetimes import Lifetimes
from pipelines.model import Visit
from pipelines.opened import open_catalog
from pipelines.store.stored import HintSource
from pipelines.urlkey import normalise, urlkey

A_DAY = 86_400
TIMED = ("every", "cron", "probe")


class What(StrEnum):
    """The two questions."""

    explain = "explain"
    plan = "plan"


def run(
    what: Annotated[What, typer.Argument(metavar="explain|plan", help="The question.")],
    url: Annotated[str | None, typer.Argument(metavar="[URL]", help="The page, for explain.")] = None,
    budget: Annotated[
        str | None, typer.Option("--budget", metavar="RATE", help='For plan: "2/s" [default: [crawl] budget].')
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Why a page is visited when it is (explain), or what a budget would buy before it is spent (plan).

    explain tells the rates that were learnt (new events an hour, with their range, and just now), how soon its newsroom
    overwrites, the events that are expected and not seen, what a look is worth now, its price, the next visit and the
    one thing that decides when. plan tells the expected requests of each host, the captures of a day, the share of
    revisions that would be caught, and which hosts are asked as often as they may be. Both read the catalog alone; the
    crawler may be running.

    Examples:

      stoppress schedule explain https://www.example.org/live/storm

      stoppress schedule plan --budget 5/s
    """
    if what is What.explain and url is None:
        raise typer.BadParameter("explain needs the URL of a page: stoppress schedule explain URL")
    if what is What.plan and url is not None:
        raise typer.BadParameter("plan is about all watches; leave the URL out, or ask: stoppress schedule explain URL")
    if what is What.explain and budget is not None:
        raise typer.BadParameter("--budget is for plan")
    config = watchlist_config()
    rate = _rate(budget) if budget is not None else config.crawl.budget
    now = datetime.now(UTC)
    with open_catalog(config) as catalog:
        outlook = Outlook(config, catalog, now)
        if url is not None:
            told = outlook.explain(normalise(url))
            _tell_page(told, now, catalog.hints_of(urlkey(told.watch.url)), as_json=as_json)
        else:
            _tell_plan(outlook.counted(), outlook.plan(rate), as_json=as_json)


def _rate(text: str) -> float:
    try:
        return units.rate(text)
    except ValueError as e:
        raise typer.BadParameter(f"--budget {e}") from e


def _tell_page(told: Explained, now: datetime, hints: list[tuple[HintSource, datetime]], *, as_json: bool) -> None:
    if as_json:
        sources = [{"source": source.source, "told": iso(at), "recall": recall_of(source), "demoted": source.demoted}
                   for source, at in hints]  # fmt: skip
        echo_json(_page_json(told) | {"hints": sources})
        return
    watch = told.watch
    bounds = f"min {units.spell(watch.min)}, max {units.spell(watch.max)}" if told.rates else ""
    print(watch.url)
    _line("schedule", ", ".join(filter(None, (watch.schedule, bounds, f"until {watch.until}"))))
    if told.rates:
        usual, low, high, momentary = told.rates
        _line("rates", f"{usual:.3g} new events an hour ({low:.3g} to {high:.3g}), {momentary:.3g} just now")
    if told.newsroom:
        _line("lives", _lives(told.newsroom))
    if told.worth is not None and told.unseen is not None:
        _line("unseen", f"{told.unseen:.3g} events are expected since the last look")
        _line("worth", f"{told.worth:.3g} now; its price {(told.price or 0) * (told.host_price or 0):.3g} "
                       f"= {told.price:.3g} for all x {told.host_price:.3g} for its host")  # fmt: skip
    coming = f"{told.next:%Y-%m-%d %H:%M:%S} UTC" if told.next and told.next > now else "now"
    _line("next", coming if told.next else "-")
    _line("because", told.binding)
    for source, at in hints:
        _line("told", f"{at:%Y-%m-%d %H:%M:%S}  by {source.source}; {worth_words(source)}")
    for visit in told.last:
        _line("visited", f"{visit.started:%Y-%m-%d %H:%M:%S}  {visit.why:8} {_outcome(visit)}")
    if not told.last:
        _line("visited", "never")


def _lives(newsroom: Lifetimes) -> str:
    known = f"learnt from {newsroom.lives} of its site" if newsroom.lives else "as is usual"
    after = f" after {_span(newsroom.after)} in the mean" if newsroom.after else ""
    return f"{newsroom.overwritten:.0%} of what it says is overwritten{after} ({known})"


def _line(name: str, text: str) -> None:
    print(f"  {name:9} {text}")


def _outcome(visit: Visit) -> str:
    words = [visit.outcome or "running", visit.reason, f"v{visit.version_seq}" if visit.version_seq else visit.reading]
    why = " ".join(detail_of(visit).split()) if visit.outcome == "error" else ""
    return " ".join(word for word in words if word) + (f": {why}" if why else "")


def _page_json(told: Explained) -> Json:
    watch = told.watch
    line: Json = {
        "url": watch.url, "schedule": watch.schedule, "state": told.state,
        "next": iso(told.next) if told.next else None, "binding": told.binding,
    }  # fmt: skip
    if told.rates:
        usual, low, high, momentary = told.rates
        line |= {"rate_per_h": usual, "rate_low_per_h": low, "rate_high_per_h": high, "rate_now_per_h": momentary}
        line |= {"unseen": told.unseen,
                 "worth": told.worth, "price": told.price, "host_price": told.host_price}  # fmt: skip
    if told.newsroom:
        line |= {"overwritten": told.newsroom.overwritten, "overwritten_after_s": told.newsroom.after,
                 "lives": told.newsroom.lives}  # fmt: skip
    line["visits"] = [
        {"started": iso(visit.started), "scheduled": iso(visit.scheduled) if visit.scheduled else None,
         "previous": iso(visit.previous) if visit.previous else None, "why": visit.why, "outcome": visit.outcome,
         "reason": visit.reason, "detail": visit.detail, "version": visit.version_seq}
        for visit in told.last
    ]  # fmt: skip
    return line


def _tell_plan(counted: Counter[str], told: Plan, *, as_json: bool) -> None:
    if as_json:
        echo_json(_plan_json(counted, told))
        return
    watched, timed = counted.total() - counted["later"], sum(counted[word] for word in TIMED)
    if not counted:
        say("nothing is watched; next: stoppress watch URL")
        return
    later = f"; {counted['later']} more begin(s) later (from)" if counted["later"] else ""
    budget = f"{amount(told.budget * 3600)} requests an hour"
    print(f"{watched} watch(es), {len(told.numbers)} of them adaptive{later}; budget {budget}")
    print(f"  requests      {amount(told.requests * 3600)} an hour ({told.requests / told.budget:.0%} of the budget)")
    probes = f", less those of {counted['probe']} probe(s) that find nothing new" if counted["probe"] else ""
    print(f"  captures      {amount(told.captures * A_DAY)} a day{probes}")
    if told.refusing:
        print(f"  refused       {told.refusing} page(s) refuse us, or fail at each look: seldom asked, left out here")
    _tell_shortage(told)
    if len(told.numbers):
        _tell_estimate(told, timed)
    elif timed:
        print(f"  no estimate of completeness: all {timed} watch(es) are of every, cron or probe")
    for host, rate in sorted(told.hosts.items(), key=lambda one: -one[1])[:20]:
        print(f"  {per_hour(rate * 3600):>12}  {host}{'  (as often as it may be asked)' if host in told.bound else ''}")
    if told.slowed:
        print(f"  {len(told.slowed)} watch(es) would be worth a look sooner than their host allows")


def _tell_shortage(told: Plan) -> None:
    """What the budget does not buy."""
    if told.wanted <= told.budget * (1 + 1e-9):
        return
    wanted = f"{amount(told.wanted * 3600)} requests an hour"
    print(f"  too little    {wanted} would be needed for max and for the turns of every, cron and probe")
    if told.others >= told.budget * (1 - 1e-9):
        print("  all of the budget goes to every, cron and probe; turns will be late or skipped")
    if len(told.numbers) and told.stretch > 1:
        print(f"  stretched     looks at adaptive pages come {_times(told.stretch)} less often than max asks for")


def _times(factor: float) -> str:
    return f"{amount(factor, 3)} times" if factor < 1e5 else "far"


def _tell_estimate(told: Plan, timed: int) -> None:
    print(f"  new events    {amount(told.events * 3600, 3)} an hour are expected, by the rates learnt so far")
    print(f"  completeness  {told.completeness:.1%} of their revisions would be caught, {about(told.delay)} after "
          "they came in the mean (an estimate)")  # fmt: skip
    if timed:
        print(f"  {timed} watch(es) of every, cron or probe are in the requests and captures, not in this estimate")
    quarters = [about(float(part)) for part in np.quantile(told.intervals, (0.0, 0.5, 1.0))]
    print(f"  intervals     {quarters[0]} to {quarters[2]}, the median {quarters[1]}")
    per_event = (told.requests - told.others) / told.events if told.events else float("inf")
    if per_event < 0.5:
        few = amount(per_event, 2)
        print(f"  a small budget: {few} requests for each event; max = \"6h\" would leave more for busy pages")


def _span(seconds: float) -> str:
    return units.spell(timedelta(seconds=max(round(seconds), 1)))


def _plan_json(counted: Counter[str], told: Plan) -> Json:
    return {
        "adaptive": len(told.numbers), "not_estimated": sum(counted[word] for word in TIMED),
        "not_begun": counted["later"],
        "budget_per_h": told.budget * 3600, "requests_per_h": told.requests * 3600,
        "captures_per_day": told.captures * A_DAY,
        "refusing": told.refusing, "wanted_per_h": told.wanted * 3600, "stretch": told.stretch,
        "events_per_h": told.events * 3600, "completeness": told.completeness, "delay_s": told.delay,
        "price": told.price, "hosts": {host: rate * 3600 for host, rate in told.hosts.items()},
        "bound": list(told.bound), "slowed": list(told.slowed),
    }  # fmt: skip
