"""``stoppress replay``: captured pages as they looked, in a browser."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from pipelines.cli.common import AsJson, current_config, echo_json, say

PORT = 8082
_NAME = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


def run(
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Listen there.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="And there. 0: a free one.")
    ] = PORT,
    pywb: Annotated[str | None, typer.Option("--pywb", metavar="PROGRAM", help="pywb's wayback.")] = None,
    names: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="HOST[:PORT]", help="Answer to it too, as browsers or a proxy ask; repeatable."),
    ] = None,
    behind_proxy: Annotated[bool, typer.Option("--behind-proxy", help="Callers are checked there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show captured pages as they looked, until Ctrl-C: pywb does, in a process and on an origin of its own.

    It reads this archive through Stoppress: what is in the spool is there at once, what was taken down is not, and
    nothing is asked of the live web. The bar above a page leads to what changed before and after it, which stoppress
    serve shows. pywb asks nobody for a token: beyond this machine a proxy has to; --behind-proxy says that one does.
    Only this machine's names and the address listened on are answered to, so that no site leads a browser here by a
    name of its own; --name adds the one that a proxy asks by.

    Examples:

      stoppress replay

      stoppress replay --pywb pywb/bin/wayback --port 8090

      stoppress replay --name replay.example.org
    """
    from pipelines.errors import ConfigError
    from retrieval.archive import open_archive
    from retrieval.replay.run import program, replay
    from retrieval.web.run import is_loopback

    if not (behind_proxy or is_loopback(host)):
        raise ConfigError(
            f"--host {host}: pywb asks nobody for a token; put a proxy in front that does, and say --behind-proxy"
        )
    for name in names or ():
        if not _NAME.fullmatch(name):
            raise ConfigError(f"--name {name!r} is no HOST or HOST:PORT, as a browser asks by: replay.example.org:8082")

    def told(where: str) -> None:
        if as_json:
            echo_json({"replay_url": where})
        say(f"replaying on {where}URL; Ctrl-C ends it")

    config = current_config()
    where = program(pywb)
    with open_archive(config) as archive:
        replay(archive, base=config.serve.base_url, pywb=where, host=host, port=port, names=names or (), told=told)
