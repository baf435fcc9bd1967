"""As pywb's program: it listens where it is told, says what it was given, and gives captures on as they are.

/archive/20260103100000id_/URL -> index and record, from where its configuration says -> every captured field
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from gevent.pywsgi import WSGIServer
from warcio.archiveiterator import ArchiveIterator

_ASKED = re.compile(r"/archive/([0-9]{14})id_/(.+)", re.DOTALL)


def wayback(arguments: list[str]) -> None:
    said = {
        "words": arguments,
        "secret": os.environ.get("AWS_SECRET_ACCESS_KEY"),
        "config": Path("config.yaml").read_text(),
        "banner": Path("templates/banner.html").read_text(),
    }
    if told := os.environ.get("STAND_IN_TOLD"):
        Path(told).write_text(json.dumps(said))
    WSGIServer((arguments[1], int(arguments[3])), application).serve_forever()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    found = _ASKED.fullmatch(environ["PATH_INFO"])
    if not found:
        start_response("200 OK", [("Content-Type", "text/html")])
        return [Path("templates/index.html").read_bytes()]
    record = _record(found[2], found[1])
    body = record.content_stream().read()
    start_response("200 OK", [*record.http_headers.headers, ("Content-Length", str(len(body)))])
    return [body]


def _record(url: str, closest: str) -> Any:
    collection = json.loads(Path("config.yaml").read_text())["collections"]["archive"]
    with urlopen(collection["index"]["api_url"].format(url=quote(url, safe=""), closest=closest)) as index:
        facts = json.loads(index.readline().split(b" ", 2)[2])
    start, length = int(facts["offset"]), int(facts["length"])
    span = {"Range": f"bytes={start}-{start + length - 1}"}
    with urlopen(Request(collection["archive_paths"] + facts["filename"], headers=span)) as answer:
        return next(iter(ArchiveIterator(io.BytesIO(answer.read()))))
