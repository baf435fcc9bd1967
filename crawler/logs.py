"""One line per visit at INFO, written by the spider; Scrapy's own lines per item are left out."""

from __future__ import annotations

import logging
from typing import Any

from scrapy.logformatter import LogFormatter, LogFormatterResult


class Quiet(LogFormatter):
    """None means: no line. An item of ours holds whole pages and would be printed with them."""

    def scraped(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        return None

    def crawled(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        return None

    def item_error(self, item: Any, *_: Any, **__: Any) -> LogFormatterResult:
        return {"level": logging.ERROR, "msg": "%(url)s: a stage failed", "args": {"url": getattr(item, "url", item)}}
