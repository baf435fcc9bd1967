"""The adaptive schedule in a real crawl: pages compete for the budget, the busy one is seen more often, and a kill
forgets nothing that was learnt."""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.schedule.learning import Learnt
from pipelines.store.catalog import Catalog
from pipelines.store.stored import LearntPage
from pipelines.urlkey import urlkey
from tests.running import crawling, stoppress, write_config
from tests.servers.raw_http import RawServer, page


def rate(page: LearntPage | None) -> float:
    """Updates an hour, as far as it was learnt."""
    learnt = Learnt.from_json(page.state) if page else None
    return learnt.rate * 3600 if learnt else 0.0


def live(updates: list[tuple[str, str]]) -> bytes:
    entries = [
        {"@type": "BlogPosting", "@id": f"#{name}", "headline": f"Update {name}", "articleBody": f"Told by {name}.",
         "datePublished": at}
        for name, at in updates
    ]  # fmt: skip
    data = {"@context": "https://schema.org", "@type": "LiveBlogPosting", "headline": "The harbour",
            "liveBlogUpdate": entries}  # fmt: skip
    shown = "".join(f"<article id='{name}'><time datetime='{at}'>{at}</time><p>Told by {name}.</p></article>"
                    for name, at in updates)  # fmt: skip
    text = f"<!doctype html><html><head><script type='application/ld+json'>{json.dumps(data)}</script></head>"
    return f"{text}<body><h1>The harbour</h1>{shown}</body></html>".encode()


def growing() -> Callable[[object, Any], Any]:
    """Each look finds eight more updates, as old as they say: a burst, or the model would wait for a minute."""
    told: list[tuple[str, str]] = []

    async def answer(_reader: object, writer: Any) -> None:
        for age in range(8, 0, -1):  # a page whose updates all have one time is not believed
            at = datetime.now(UTC) - timedelta(milliseconds=100 * age)
            told.insert(0, (f"n{len(told)}", at.isoformat(timespec="milliseconds")))
        writer.write(page(live(told[:40])))
        await writer.drain()

    return answer


def standing(server: RawServer, folder: Path, budget: str) -> tuple[Path, str, str]:
    server.route("/robots.txt", page(b"", content_type="text/plain"))
    busy = server.route("/busy", growing())
    still = server.route("/still", page(live([("one", "2026-01-01T00:00:00+00:00")])))
    config = write_config(folder, busy, still)
    text = config.read_text().replace('budget = "100/s"', f'budget = "{budget}"')
    config.write_text(text.replace('schedule = "every 1s"', 'schedule = "adaptive"\nmax = "30s"'))
    stoppress("apply", str(config))
    return config, busy, still


def test_the_busy_page_is_seen_more_often_and_every_visit_says_why(raw_server: RawServer, tmp_path: Path) -> None:
    config, busy, still = standing(raw_server, tmp_path, "100/s")

    visits = stoppress("crawl", "--for", "12s", "--json", config=config).lines

    seen = Counter(visit["url"] for visit in visits)
    assert seen[busy] >= 3 * seen[still] > 0
    assert {visit["reason"] for visit in visits} == {None}
    with Catalog.open(f"sqlite:///{tmp_path / 'archive' / 'catalog.db'}", read_only=True) as catalog:
        told = {visit.why for visit in catalog.visits(busy)}
        learnt = catalog.learnt([urlkey(busy), urlkey(still)])
        prices = catalog.prices()
    assert told <= {"due", "forced"}
    assert rate(learnt[urlkey(busy)]) > 2 * rate(learnt[urlkey(still)])
    assert prices[""] > 0


def test_what_was_learnt_outlives_a_kill(raw_server: RawServer, tmp_path: Path) -> None:
    config, busy, _ = standing(raw_server, tmp_path, "100/s")

    def learnt() -> float:
        with Catalog.open(f"sqlite:///{tmp_path / 'archive' / 'catalog.db'}", read_only=True) as catalog:
            return rate(catalog.learnt([urlkey(busy)]).get(urlkey(busy)))

    with crawling(config) as process:
        assert process.stdout is not None
        for _ in range(400):
            process.stdout.readline()
            if learnt() > 60:
                break
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    before = learnt()

    stoppress("crawl", "--for", "8s", "--json", config=config)

    assert before > 60
    assert learnt() > 0.9 * before


def test_once_visits_adaptive_watches_too(raw_server: RawServer, tmp_path: Path) -> None:
    config, busy, still = standing(raw_server, tmp_path, "100/s")

    visits = stoppress("crawl", "--once", "--json", config=config).lines

    assert sorted(visit["url"] for visit in visits) == sorted([busy, still])
