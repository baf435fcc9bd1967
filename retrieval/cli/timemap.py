"""``stoppress timemap``: all mementos of a page (RFC 7089)."""

from __future__ import annotations

import sys

from pipelines.cli.common import AsJson, current_config, echo_json
from pipelines.errors import NotArchived
from pipelines.face import iso
from retrieval.mementos import Mementos, second
from retrieval.web import address
from retrieval.web.links import Origins, Part, link_format

from .common import Url, opened


def run(url: Url, as_json: AsJson = False) -> None:
    """Print the TimeMap of a page in link-format: every memento with its time, at the addresses of stoppress serve.

    Examples:

      stoppress timemap https://news.example.org/live/storm

      stoppress timemap https://news.example.org/live/storm --json
    """
    serve = current_config().serve
    origins = Origins(serve.base_url.rstrip("/"), serve.archive_url.rstrip("/"))
    with opened() as archive:
        page = archive.page(url)
        found = list(Mementos(archive.catalog, page.urlkey, page.url).all())
        if not found:
            raise NotArchived(f"{page.url} is not in this archive; stoppress pages lists what is")
    if as_json:
        for one in found:
            uri = address.memento(origins.archive, one.timestamp, one.url)
            when = iso(second(one.timestamp))
            echo_json({"url": one.url, "datetime": when, "memento": uri, "record_id": one.record_id})
        return
    sys.stdout.writelines(link_format(origins, Part(page.url, found)))
