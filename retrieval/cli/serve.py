"""``stoppress serve``: the archive over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.common import AsJson, current_config, echo_json, say


def run(
    host: Annotated[str | None, typer.Option("--host", metavar="ADDRESS", help="Listen there.")] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="N", min=0, max=65534, help="And there; captured bytes on N + 1. 0: free ones."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Answer CDX, Memento and JSON requests until Ctrl-C: from two origins, one for captured bytes and nothing else.

    Where they are, [serve] base_url and archive_url say. On this machine nobody is asked for a token; beyond it every
    request brings that of [serve] token_file: Authorization: Bearer TOKEN.

    Examples:

      stoppress serve

      stoppress serve --port 8090

      curl 'http://127.0.0.1:8080/cdx/search/cdx?url=news.example.org/*&limit=-5'

      curl -sI http://127.0.0.1:8081/web/https://news.example.org/live/storm
    """
    from retrieval.archive import open_archive
    from retrieval.web.run import Listening, serve

    def told(where: Listening) -> None:
        if as_json:
            echo_json({"base_url": where.base, "archive_url": where.archive, "token": where.guarded})
        say(f"serving {where.base}, captured bytes on {where.archive}; Ctrl-C ends it")

    config = current_config()
    with open_archive(config) as archive:
        serve(archive, config, host=host, port=port, told=told)
