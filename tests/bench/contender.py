"""One contender in a process of its own; its task comes as JSON on standard input.

Prints one line of JSON: seconds, CPU seconds, peak RSS in MB, what came of the pages, RSS samples.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6
SAMPLE_EVERY = 500  # visits
LONGEST = timedelta(minutes=10)  # of a crawl that does not reach its number of visits

# Nothing holds it back: at ten million a second a gap rounds to nothing.
# No older pages: to ask for them pages must be read, which is what extract.py measures.
CONFIG = """\
[crawl]
contact  = "mailto:bench@example.org"
budget   = "10000000/s"
per_host = "10000000/s"
min_gap  = "0s"
older_pages = 0

[egress]
allow    = ["127.0.0.0/8"]

[defaults]
schedule = "every 1s"
min      = "1s"
"""


class Unread:
    """In the place of Extract: every page says the same, without being read. (A page that says nothing would never be
    what a later answer repeats.)"""

    async def process_item(self, visit: Any) -> Any:
        from pipelines.model import Version

        if visit.reading is not None:
            return visit
        if visit.outcome != "archived":
            return replace(visit, reading="none")
        return replace(visit, reading="version", version=Version(url=visit.url, at=visit.started, extractor="none/1"))


def plain(urls: list[str], settings: Mapping[str, Any] | None = None) -> dict[str, int]:
    """Scrapy as it comes, but for the log: a line per page, its default, would slow it down."""
    from scrapy import Request, Spider
    from scrapy.crawler import AsyncCrawlerProcess

    outcomes: Counter[str] = Counter()

    class Plain(Spider):
        name = "plain"

        async def start(self) -> AsyncIterator[Any]:
            for url in urls:
                yield Request(url)

        def parse(self, response: Any) -> Iterator[Any]:
            outcomes[str(response.status)] += 1
            if settings:
                yield {"response": response}

    process = AsyncCrawlerProcess({"LOG_LEVEL": "INFO", **(settings or {})})
    process.crawl(Plain)
    process.start()
    return dict(outcomes)


class NaiveWarc:
    """How one would write it: a pipeline that gives each response, as Scrapy has it by then, to warcio."""

    def open_spider(self, spider: Any) -> None:
        from warcio.warcwriter import WARCWriter

        self._file = Path(spider.settings["NAIVE_WARC"]).open("wb")  # noqa: SIM115 - until the spider closes
        self._writer = WARCWriter(self._file, gzip=True)

    def close_spider(self) -> None:
        self._file.close()

    def process_item(self, item: Any) -> Any:
        from io import BytesIO

        from warcio.statusandheaders import StatusAndHeaders

        response = item["response"]
        headers = [(k.decode("latin-1"), v[0].decode("latin-1")) for k, v in response.headers.items()]
        head = StatusAndHeaders(f"{response.status} OK", headers, protocol="HTTP/1.1")
        record = self._writer.create_warc_record(
            response.url, "response", payload=BytesIO(response.body), http_headers=head
        )
        self._writer.write_record(record)
        return item


def naive(urls: list[str], folder: Path) -> dict[str, int]:
    """Scrapy with such a pipeline; what it keeps lies in ``folder``."""
    folder.mkdir(parents=True)
    stage = {"ITEM_PIPELINES": {f"{__name__}.NaiveWarc": 1}, "NAIVE_WARC": str(folder / "naive.warc.gz")}
    return plain(urls, stage)


def stoppress(urls: list[str], folder: Path, visits: int | None, samples: list[float]) -> dict[str, int]:
    """The production crawl with Unread for Extract; every page once, or ``visits`` visits as the schedule has it."""
    from crawler import settings
    from crawler.orders import save
    from crawler.run import crawl
    from pipelines.config import load_config

    stages = settings.ITEM_PIPELINES
    settings.ITEM_PIPELINES = {f"{__name__}.Unread" if s.endswith(".Extract") else s: n for s, n in stages.items()}
    path = folder / "stoppress.toml"
    if not path.exists():
        folder.mkdir(parents=True)
        path.write_text(CONFIG + "".join(f'[[watch]]\nurl = "{url}"\n' for url in urls))
        config = load_config(path)
        save(config, config.watches, "apply")
    config = load_config(path)
    if visits is None:
        return dict(crawl(config, once=True).outcomes)
    return dict(crawl(config, limit=LONGEST, seen=_until(visits, samples)).outcomes)


def _until(visits: int, samples: list[float]) -> Callable[[Any], None]:
    done = 0

    def seen(_: Any) -> None:
        nonlocal done
        done += 1
        if done % SAMPLE_EVERY == 0:
            samples.append(_rss())
        if done == visits:
            os.kill(os.getpid(), signal.SIGTERM)

    return seen


def _rss() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_MB


def main(task: dict[str, Any]) -> None:
    samples: list[float] = []
    wall, cpu = time.perf_counter(), time.process_time()
    if task["who"] in ("plain", "warcprox"):  # for the latter the environment names the proxy
        outcomes = plain(task["urls"])
    elif task["who"] == "naive":
        outcomes = naive(task["urls"], Path(task["folder"]))
    else:
        outcomes = stoppress(task["urls"], Path(task["folder"]), task.get("visits"), samples)
    figures = {
        "seconds": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
        "outcomes": outcomes,
        "samples": samples,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(json.load(sys.stdin))
