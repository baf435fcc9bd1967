"""Requests through the production settings' handler, in a process of its own; the archive is what it leaves.

    python fetching.py CONFIG '{"requests": [{"url": ..., "method": ..., "body": ...}], "at_once": 8, "settings": {}}'

Prints one line of JSON per request: status or the name of the exception. No visits, no politeness: the wire alone.
``"moved": [module, name]`` gives a private name of Scrapy or Twisted another name throughout its module first.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from typing import Any


def move(module: str, name: str) -> None:
    found = import_module(module)
    source = Path(str(found.__file__)).read_text()
    exec(compile(re.sub(rf"\b{name}\b", f"{name}_moved", source), str(found.__file__), "exec"), found.__dict__)
    if hasattr(found, name):
        delattr(found, name)


def fetch(task: dict[str, Any], config_file: Path) -> None:
    from scrapy import Request, Spider
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from crawler import settings as production
    from crawler.setup import lend_keeper
    from pipelines.config import load_config
    from pipelines.keeper import Keeper

    class Fetching(Spider):
        """All requests in their order."""

        name = "fetching"

        async def start(self) -> AsyncIterator[Any]:
            for number, wanted in enumerate(task["requests"]):
                yield Request(
                    wanted["url"], method=wanted.get("method", "GET"), body=wanted.get("body", "").encode(),
                    headers=wanted.get("headers"), callback=self.answered, errback=self.failed, dont_filter=True,
                    priority=-number,
                )  # fmt: skip

        def answered(self, response: Any) -> None:
            print(json.dumps({"url": response.url, "status": response.status}), flush=True)

        def failed(self, failure: Any) -> None:
            print(json.dumps({"url": failure.request.url, "failed": type(failure.value).__name__}), flush=True)

    ours = ("crawler.politeness.Politeness", "crawler.conditional.Conditional")
    values = {name: getattr(production, name) for name in dir(production) if name.isupper()} | {
        "DOWNLOADER_MIDDLEWARES": production.DOWNLOADER_MIDDLEWARES | dict.fromkeys(ours),
        "ITEM_PIPELINES": {},
        "CONCURRENT_REQUESTS": task["at_once"],
        "CONCURRENT_REQUESTS_PER_DOMAIN": task["at_once"],
        "STOPPRESS_CONFIG": str(config_file),
        "LOG_LEVEL": "WARNING",
    }
    settings = Settings(values, priority="project")
    settings.setdict(task["settings"], priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    with Keeper(load_config(config_file)) as keeper:
        crawler = process.create_crawler(Fetching)
        for borrower in (process, crawler):
            lend_keeper(borrower, keeper)
        process.crawl(crawler)
        process.start()


if __name__ == "__main__":
    order = json.loads(sys.argv[2])
    if order["moved"]:
        move(*order["moved"])
    fetch(order, Path(sys.argv[1]))
