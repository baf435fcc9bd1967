"""The least that such a service can be: Starlette, one SQLite question, one pread; no rule, no link, no check."""

from __future__ import annotations

import os
import sqlite3
import sys
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn
from isal import isal_zlib
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pipelines.store.catalog import Catalog
from pipelines.store.catalog_scans import Span
from retrieval.cdx.fields import DEFAULT, reading


def prepare(catalog: Path, made: Path) -> None:
    """A table of its own, with the line of the index ready in each row."""
    told = reading(DEFAULT, lambda line: None)
    with sqlite3.connect(made) as table, Catalog.open(f"sqlite:///{catalog}", read_only=True) as ours:
        columns = "url TEXT, ts TEXT, file TEXT, at INT, length INT, line TEXT, PRIMARY KEY (url, ts)"
        table.execute(f"CREATE TABLE c ({columns})")
        lines = ours.lines(Span(low="", high="\x7f"))
        rows = ((one.url, told(one)[1], one.filename, one.offset, one.length, " ".join(told(one))) for one in lines)
        table.executemany("INSERT INTO c VALUES (?, ?, ?, ?, ?, ?)", rows)


def app(store: Path, table: Path) -> Starlette:
    connection = sqlite3.connect(table)

    @cache
    def opened(name: str) -> int:
        return os.open(store / name, os.O_RDONLY)

    async def exact(request: Request) -> Response:
        stamp, _, url = request.path_params["rest"].partition("id_/")
        asked = connection.execute("SELECT file, at, length FROM c WHERE url = ? AND ts = ?", (url, stamp))
        name, at, length = asked.fetchone()
        member = isal_zlib.decompress(os.pread(opened(name), length, at), 31)
        http = member.index(b"\r\n\r\n") + 4
        body = member[member.index(b"\r\n\r\n", http) + 4 : -4]
        return Response(body, headers={"Content-Encoding": "gzip"}, media_type="text/html")

    async def cdx(request: Request) -> Response:
        asked = connection.execute("SELECT line FROM c WHERE url = ? ORDER BY ts", (request.query_params["url"],))
        return PlainTextResponse("".join([f"{line}\n" for (line,) in asked]))

    return Starlette(routes=[Route("/web/{rest:path}", exact), Route("/cdx/search/cdx", cdx)])


def main(store: str, table: str, port: str) -> None:
    options: dict[str, Any] = {"log_level": "warning", "access_log": False, "loop": "uvloop", "http": "httptools"}
    uvicorn.run(app(Path(store), Path(table)), host="127.0.0.1", port=int(port), **options)


if __name__ == "__main__":
    main(*sys.argv[1:])
