"""What the verbs that visit or give orders share: a config whose schedules can be kept, and changing a state."""

from __future__ import annotations

from crawler.orders import set_state
from crawler.watchlist import load_watchlist
from pipelines.cli.common import config_path, echo_json, say
from pipelines.config import Config


def watchlist_config() -> Config:
    """The config of this call; ConfigError also for a schedule that cannot be kept."""
    return load_watchlist(config_path())


def turn(url: str, state: str, verb: str, *, as_json: bool) -> None:
    """Bring one page into another state and say so."""
    set_state(watchlist_config(), url, state, verb)
    if as_json:
        echo_json({"url": url, "state": state})
    else:
        say(f"{url} is {state}")
