"""Watches until the end of coverage, and pages that go on at another one: judged by versions in the catalog."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.rollover import MOST, chained, continuation
from crawler.standing import Standing
from pipelines.config import load_config
from pipelines.keeper import Keeper
from pipelines.model import Capture, Update, Version, Visit, Watch
from pipelines.store.catalog import StandingWatch
from pipelines.takedowns import Blocks, Takedown
from pipelines.urlkey import urlkey
from tests.running import write_config

URL, NEXT = "http://127.0.0.1/live/monday", "http://127.0.0.1/live/tuesday"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SIGNED_OFF = "weak: the newest update signs off"


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    config = write_config(tmp_path, more='[defaults]\nafter_end = ["1h"]\n')
    with Keeper(load_config(config)) as opened:
        opened.catalog.save_watches([Watch(url=URL, tags=("storm",), schedule="every 7m")], now=NOW - timedelta(days=1))
        yield opened


class Looks:
    """Visits told to the catalog and to the list, as a crawl tells them."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper, self.standing, self.count = keeper, Standing(keeper), 0

    def look(self, hours: float, version: Version | None, *, url: str = URL, status: int = 200, at: str = "") -> None:
        """A visit this many hours ago; without a version it found the page as it was, or not at all."""
        self.count += 1
        moment, ident = NOW - timedelta(hours=hours), f"00000000-0000-0000-0000-{self.count:012}"
        capture = Capture(
            urlkey=urlkey(at or url), timestamp=moment, url=at or url, record_id=f"urn:uuid:{ident}",
            digest=f"sha256:{self.count}", filename="a.warc.gz", offset=self.count, length=1, status=status,
        )  # fmt: skip
        visit = Visit(
            id=ident, url=url, urlkey=urlkey(url), started=moment, captures=(capture,), status=status,
            outcome="archived" if status == 200 else "error", reason=None if status == 200 else "http-status",
            reading="version" if version else "unchanged" if status == 200 else "none", version=version,
        )  # fmt: skip
        self.keeper.catalog.visits_recorded([visit])
        if status == 200:
            self.keeper.catalog.visits_read([visit])
        self.standing.saw(visit)

    def over(self, now: datetime = NOW) -> dict[str, str]:
        return {watch.url: ended.reason for watch, ended in self.standing.load(now)[2]}

    def watches(self) -> dict[str, StandingWatch]:
        return {row.watch.url: row for row in self.keeper.catalog.watches()}


def said(hours: float, *votes: str, url: str = URL, live: bool = True, goes_on: str | None = None) -> Version:
    at = NOW - timedelta(hours=hours)
    updates = tuple(
        Update(text=f"Update {i} of {hours}", published=at - timedelta(minutes=20 * i), time_source="stated")
        for i in range(4 if live else 0)
    )
    return Version(url=url, at=at, live=live, state="live" if live else "unknown", state_votes=votes, updates=updates,
                   continued_at=goes_on, headline="Storm live")  # fmt: skip


@pytest.fixture
def looks(keeper: Keeper) -> Looks:
    return Looks(keeper)


def test_a_page_that_says_that_it_has_ended_is_over_after_the_closing_looks(looks: Looks) -> None:
    looks.look(2, said(2, "strong: the page says so"))

    assert looks.over(NOW - timedelta(hours=1.1)) == {}
    assert looks.over() == {URL: "its coverage has ended (the page says so) and nothing changed for 1h"}
    assert looks.watches()[URL].state == "ended"


@pytest.mark.parametrize(("hours", "over"), [(5, False), (7, True)])
def test_a_page_that_signed_off_has_ended_when_it_stays_silent(looks: Looks, hours: float, over: bool) -> None:
    looks.look(hours, said(hours, SIGNED_OFF))
    looks.look(0, None)

    assert bool(looks.over()) is over


def test_silence_that_nobody_looked_at_says_nothing(looks: Looks) -> None:
    looks.look(7, said(7, SIGNED_OFF))

    assert looks.over() == {}


def test_a_page_that_goes_on_after_its_end_is_watched_on(looks: Looks) -> None:
    looks.look(3, said(3, "strong: the page says so"))
    looks.look(2, said(2))

    assert looks.over() == {}


@pytest.mark.parametrize("restart", [False, True])
def test_a_page_that_is_gone_is_believed_at_the_second_look(looks: Looks, keeper: Keeper, restart: bool) -> None:
    looks.look(9, said(9))
    looks.look(2, None, status=404)
    assert looks.over() == {}
    looks.look(0, None, status=410)
    if restart:
        looks.standing = Standing(keeper)

    assert list(looks.over().values()) == [
        "its coverage has ended (2 looks in a row found it gone) and nothing changed for 1h"
    ]


def test_a_page_that_is_back_was_not_gone(looks: Looks) -> None:
    looks.look(9, said(9))
    for hours, status in ((3, 404), (2, 200), (1, 404)):
        looks.look(hours, None, status=status)

    assert looks.over() == {}


def test_a_page_that_leads_elsewhere_is_gone(looks: Looks) -> None:
    looks.look(9, said(9))
    looks.over()
    for hours in (2, 0):
        looks.look(hours, None, at="http://127.0.0.1/")

    assert list(looks.over()) == [URL]


def test_the_page_that_coverage_goes_on_at_is_watched_in_its_place(looks: Looks, keeper: Keeper) -> None:
    looks.look(3, said(3, goes_on=NEXT))
    assert looks.over(NOW - timedelta(hours=3)) == {}
    row = looks.watches()[NEXT]
    assert (row.state, row.reason, row.watch.tags, row.watch.schedule) == (
        "active", f"continues {URL}", ("storm",), "every 7m",
    )  # fmt: skip
    looks.look(2.9, said(2.9, url=NEXT), url=NEXT)

    assert looks.over() == {URL: f"its coverage has ended (it continues at {NEXT}) and nothing changed for 1h"}
    orders = [json.loads(line) for text in _orders(keeper) for line in text.splitlines()]
    assert [(o["verb"], o.get("reason", "")[:9]) for o in orders] == [("watch", "continues"), ("end", "its cover")]


def _orders(keeper: Keeper) -> list[str]:
    """In their order. A file may go from the spool to the store meanwhile, where it is looked for afterwards."""
    found = {}
    for folder in (keeper.config.archive.spool / "control", Path(keeper.config.archive.store) / "control"):
        for file in folder.rglob("*.jsonl"):
            with suppress(FileNotFoundError):
                found[file.name] = file.read_text()
    return [found[name] for name in sorted(found)]


def test_a_page_that_proves_no_live_page_is_dropped_and_the_old_one_stays(looks: Looks) -> None:
    looks.look(3, said(3, goes_on=NEXT))
    looks.over(NOW - timedelta(hours=3))
    looks.look(2.9, said(2.9, url=NEXT, live=False), url=NEXT)

    assert looks.over(NOW - timedelta(hours=2.5)) == {}  # pages are opened before their first update
    assert looks.over() == {NEXT: f"it is no live page, though {URL} says that it goes on there"}
    assert looks.watches()[URL].state == "active"


def test_two_pages_that_continue_each_other_are_each_watched_once(looks: Looks) -> None:
    looks.look(3, said(3, goes_on=NEXT))
    looks.over(NOW - timedelta(hours=3))
    looks.look(2, said(2, url=NEXT, goes_on=URL), url=NEXT)
    looks.over()

    assert sorted(looks.watches()) == [URL, NEXT]
    assert looks.watches()[URL].state == "ended"
    assert looks.watches()[NEXT].state == "active"


def row(url: str = URL, *, state: str = "active", reason: str = "") -> StandingWatch:
    return StandingWatch(Watch(url=url), urlkey(url), state, reason, NOW)


def takedown(url: str) -> Takedown:
    return Takedown(id="t", scope="page", url=url, urlkey=urlkey(url), at=NOW, actor="a", reason="r")


@pytest.mark.parametrize(
    ("of", "target", "known", "blocks"),
    [
        (row(state="paused"), NEXT, [], []),
        (row(), "https://elsewhere.example.org/live", [], []),
        (row(), "ftp://127.0.0.1/live", [], []),
        (row(), "http://[broken", [], []),
        (row(), NEXT, [row(NEXT, state="ended")], []),
        (row(), NEXT, [row(NEXT, state="paused")], []),
        (row(), NEXT, [], [takedown(NEXT)]),
        (None, NEXT, [], []),
    ],
    ids=["paused", "off-site", "scheme", "broken", "ended before", "paused there", "taken down", "not watched"],
)
def test_it_is_not_followed_where_it_must_not_be(
    of: StandingWatch | None, target: str, known: list[StandingWatch], blocks: list[Takedown]
) -> None:
    rows = {one.urlkey: one for one in known}

    assert continuation(of, target, rows, Blocks(blocks)) is None


def test_a_chain_has_an_end() -> None:
    urls = [f"http://127.0.0.1/live/{day}" for day in range(MOST + 1)]
    later = (row(b, reason=f"continues {a} (its coverage has ended)") for a, b in pairwise(urls))
    chain = [row(urls[0]), *later]
    rows = {one.urlkey: one for one in chain}

    assert chained(chain[3], rows) == 3
    assert continuation(chain[-2], NEXT, rows, Blocks(())) is not None
    assert continuation(chain[-1], NEXT, rows, Blocks(())) is None
