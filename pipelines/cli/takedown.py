"""``stoppress takedown``: a page, or one capture, is shown no longer; with --redact its bytes go, too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from pipelines.control import actor as user
from pipelines.errors import ConfigError, NotArchived
from pipelines.face import iso
from pipelines.moments import MomentError, target
from pipelines.opened import opened
from pipelines.store.catalog import Catalog
from pipelines.store.objects import ObjectStore
from pipelines.takedowns import Takedown
from pipelines.taking_down import asked_for, lift, standing, take_down

from .common import AsJson, current_config, echo_json, say
from .redacting import redacted


def run(
    url: Annotated[
        str | None, typer.Argument(metavar="URL[@TIME]", help="The page; or one capture: @20260103100000, @v3.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; everybody is told.")] = "",
    actor: Annotated[str, typer.Option("--actor", metavar="NAME", help="Who orders it [default: this user].")] = "",
    prefix: Annotated[
        bool, typer.Option("--prefix", help="All pages whose URLs begin so; https://host/live/ is not /livestock.")
    ] = False,
    redact: Annotated[bool, typer.Option("--redact", help="Take its bytes out of the archive, for good.")] = False,
    lifted: Annotated[bool, typer.Option("--lift", "--undo", help="Show it again.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="All takedowns, also those that were lifted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a page, or one capture, no longer: every reading command answers 451 with the reason and the date, and
    crawlers do not ask for the page any more; a running one notices within seconds.

    The order is written to the store first. That the page was visited, and when, stays visible; so does that it was
    taken down, when, by whom and why. A capture that shows the same bytes as another of its page is taken down with
    it, also if it comes later; where a byte differs it is not: name the page, then.

    With --redact, which needs an administrator's credentials, the WARC files that hold it are written anew without
    its answers, requests and readings; a tombstone with id, digests, date, actor and reason lies in place of each, the
    old files are erased, and versions and changes keep their dates and lose their text. That cannot be undone. Run the
    same command again until it ends with 0: what still lies in a crawler's spool has to wait for the store, a visit
    that is under way for its end (what it brings is not kept), and stored files that are not there are named, as is
    what may be of it in this machine's quarantine. Into SPOOL/quarantine of other machines look yourself.

    Examples:

      stoppress takedown https://news.example.org/live/storm --reason "court order 12/26"

      stoppress takedown https://news.example.org/live/storm@20260103100000 --reason "names a victim"

      stoppress takedown https://news.example.org/live/ --prefix --reason "publisher's request"

      stoppress takedown https://news.example.org/live/storm --redact --reason "court order 12/26"

      stoppress takedown https://news.example.org/live/storm --lift --reason "order withdrawn"

      stoppress takedown --list
    """
    config = current_config()
    if listed:
        if url or reason or actor or prefix or redact or lifted:
            raise ConfigError("--list shows all takedowns and does nothing else; leave out what stands beside it")
        with opened(config, read_only=True) as (catalog, _):
            _show(catalog.takedowns(), as_json)
        return
    if not url or not reason.strip():
        raise ConfigError("a takedown needs a URL and a --reason; what is taken down: stoppress takedown --list")
    now = datetime.now(UTC)
    try:
        meant = target(url, now=now)
    except MomentError as e:
        raise ConfigError(str(e)) from e
    if prefix and meant.moment is not None:
        raise ConfigError(f"{url}: a --prefix has no @TIME; leave one of them out")
    if lifted and redact:
        raise ConfigError("--lift shows it again and --redact takes it away for good; leave one of them out")
    by = actor.strip() or user()
    with opened(config) as (catalog, store):
        catalog.refuse_unfinished()
        asked = asked_for(meant, catalog, prefix=prefix, reason=reason.strip(), actor=by, now=now)
        done = _lift(asked, catalog, store) if lifted else _take_down(asked, catalog, store)
    finished = redacted(done, asked, config) if redact else None
    if as_json:
        echo_json({**line(finished.takedown if finished else done), **(finished.to_json() if finished else {})})
    if finished and not finished.takedown.done:
        raise typer.Exit(1)


def line(one: Takedown) -> dict[str, Any]:
    """A line of ``takedown --json``."""
    times = {name: getattr(one, name) for name in ("at", "timestamp", "redact", "lifted", "done")}
    said = {name: getattr(one, name) for name in ("id", "scope", "url", "record_id", "actor", "reason")}
    return {**said, **{name: time and iso(time) for name, time in times.items()}}


def _take_down(asked: Takedown, catalog: Catalog, store: ObjectStore) -> Takedown:
    if there := standing(asked, catalog):
        say(f"it is taken down already: {there}")
        return there
    take_down(asked, catalog, store)
    say(str(asked))
    return asked


def _lift(asked: Takedown, catalog: Catalog, store: ObjectStore) -> Takedown:
    there = standing(asked, catalog)
    if there is None:
        raise NotArchived(f"{asked.url}: no such takedown is in force; see: stoppress takedown --list")
    lift(there, catalog, store, reason=asked.reason, actor=asked.actor, now=asked.at)
    say(f"{there.url} is shown again")
    return replace(there, lifted=asked.at)


def _show(takedowns: list[Takedown], as_json: bool) -> None:
    for one in takedowns:
        if as_json:
            echo_json(line(one))
        else:
            state = f"lifted {one.lifted:%Y-%m-%d}" if one.lifted else "redacted" if one.done else "in force"
            typer.echo(f"{one.id}  {state}  {one}")
    if not takedowns:
        say("nothing is taken down")
