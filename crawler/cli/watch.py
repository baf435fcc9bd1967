"""``stoppress watch``: a page from now on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from crawler.cli.common import watchlist_config
from crawler.orders import save
from crawler.watchlist import beyond_max
from pipelines.cli.common import AsJson, echo_json, say
from pipelines.config import Complaint, Config, config_of_tables, refused
from pipelines.control import watch_to_json
from pipelines.model import Watch
from pipelines.spans import date_of, spelt


def run(
    url: Annotated[str, typer.Argument(help="The page.")],
    every: Annotated[str | None, typer.Option(help='How often: "60s", "5m", "1h".')] = None,
    cron: Annotated[str | None, typer.Option(help='Or as cron: "*/10 6-23 * * *".')] = None,
    probe: Annotated[
        str | None, typer.Option(help='Or ask --probe-url so often, and the page only when that has changed: "30s".')
    ] = None,
    probe_url: Annotated[str | None, typer.Option("--probe-url", help="What --probe asks; JSON, for example.")] = None,
    adaptive: Annotated[
        bool, typer.Option("--adaptive", help="Or as often as a look is worth it, by what the page has taught.")
    ] = False,
    weight: Annotated[float | None, typer.Option(help="With --adaptive: how dear it is to lose [default: 1].")] = None,
    timezone: Annotated[str | None, typer.Option(help="The time zone of --cron, an IANA name.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="Not before this time.")] = None,
    until: Annotated[str | None, typer.Option(help='"end-of-coverage", "48h-idle" or a date.')] = None,
    min_: Annotated[str | None, typer.Option("--min", help="The fastest that is allowed [default: 60s].")] = None,
    max_: Annotated[str | None, typer.Option("--max", help="The slowest, with --adaptive [default: 1h].")] = None,
    render: Annotated[str | None, typer.Option(help='"http" or "browser": for pages that scripts make.')] = None,
    requisites: Annotated[
        bool, typer.Option("--requisites", help="Keep style sheets, images and fonts, too: a replay then looks right.")
    ] = False,
    tag: Annotated[list[str] | None, typer.Option(help="A label; may be given several times.")] = None,
    as_json: AsJson = False,
) -> None:
    """Watch a page from now on. A running crawler notices within seconds.

    Examples:

      stoppress watch https://www.example.org/live/storm

      stoppress watch https://www.example.org/live/storm --every 2m --until 48h-idle

      stoppress watch https://www.example.org/live/storm --adaptive --weight 2

      stoppress watch https://www.example.org/live/storm --min 30s --probe 30s --probe-url https://www.example.org/storm.json

      stoppress watch https://www.example.org/live/storm --requisites --tag storms

      stoppress watch https://www.example.org/live/storm --cron "*/10 6-23 * * *" --timezone Europe/London
    """
    if sum(map(bool, (every, cron, probe, adaptive))) > 1:
        raise typer.BadParameter("give one of --every, --cron, --probe and --adaptive")
    config = watchlist_config()
    order = {
        "url": url,
        "schedule": _schedule(every, cron, probe, adaptive=adaptive),
        "probe_url": probe_url,
        "timezone": timezone,
        "from": from_,
        "until": until,
        "min": min_,
        "max": max_,
        "weight": weight,
        "render": render,
        "requisites": requisites or None,
        "tags": tag or None,
    }
    watch = checked(order, config)
    saved = save(config, [watch], "watch")
    if as_json:
        echo_json({"watch": watch_to_json(watch), "new": bool(saved.added)})
        return
    say(f"{'watching' if saved.added else 'watch updated:'} {watch.url} {watch.schedule}")
    say("next: stoppress crawl")


def _schedule(every: str | None, cron: str | None, probe: str | None, *, adaptive: bool) -> str | None:
    for word, rest in (("every", every), ("cron", cron), ("probe", probe)):
        if rest:
            return f"{word} {rest}"
    return "adaptive" if adaptive else None


def checked(order: dict[str, Any], config: Config) -> Watch:
    """The order through the same gate as a config file, so that both refuse the same things in the same words."""
    given = {name: value for name, value in order.items() if value is not None}
    command = Path("stoppress watch")
    checked = config_of_tables({"watch": [given]}, command, _option)
    [watch] = checked.model_copy(update={"defaults": config.defaults}).watches
    if "weight" in given and not watch.schedule.startswith("adaptive"):
        words = f"--weight is for the adaptive schedule, and this one is {watch.schedule!r}; leave it out"
        raise refused(command, [Complaint((), words if "schedule" in given else f"{words}, or give --adaptive")])
    if slow := beyond_max(checked.watch[0], watch):
        raise refused(command, [Complaint((), f"--max = {given['max']!r}: schedule = {watch.schedule!r}: {slow}")])
    end = date_of(watch.until)
    if end is not None and end <= datetime.now(UTC):  # in a file it is what time makes of every date
        until = order.get("until")
        place = f"{_option(('watch', 0, 'until'))} = {until!r}" if until else "[defaults] until"
        next_step = "write a later date" + (", or leave it out" if until else ", or give --until")
        words = f"{place}: {spelt(end)} is past, so the page would not be visited; {next_step}"
        raise refused(command, [Complaint(("watch", 0, "until"), words)])
    return watch


def _option(where: tuple[Any, ...]) -> str:
    """How a key of ``[[watch]]`` is called on the command line."""
    return {"url": "URL", "tags": "--tag", "probe_url": "--probe-url"}.get(where[2], f"--{where[2]}")
