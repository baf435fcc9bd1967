"""Hostile captures behind ``stoppress serve`` and ``stoppress replay``: with a stand-in for pywb, and with pywb.

``make judges`` makes pywb's environment, and runs these tests with it; without it only the stand-in is asked.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.config import load_config
from pipelines.keeper import Keeper
from tests.judges.environments import KEPT
from tests.judges.services import running
from tests.retrieval.conftest import T0, Newsroom
from tests.retrieval.stand_in.environment import LISTENS, program
from tests.servers.processes import free_port
from tests.servers.raw_http import RawServer, serving
from tests.servers.requirements import without

PYWB = KEPT / "pywb" / "bin" / "wayback"
ENGINES = ["stand-in", *(["pywb"] if PYWB.is_file() else [])]

STORM = "https://news.example.org/live/storm"
HOSTILE = "https://hostile.example/live/page"
WORKER = "https://hostile.example/live/worker.js"
SECRET = "What the archive holds: the harbour was closed."
STYLE = "<style>h1 { color: rgb(1, 2, 3) }</style>"
STAMP = f"{T0:%Y%m%d%H%M%S}"
HEAD = (
    "Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Credentials: true\r\nService-Worker-Allowed: /\r\n"
    "Set-Cookie: of-a-page=1; Path=/\r\nClear-Site-Data: \"*\"\r\nContent-Security-Policy: default-src *\r\n"
    "Link: <https://hostile.example/>; rel=preconnect\r\n"
    "Refresh: 9; url=https://hostile.example/\r\nCross-Origin-Resource-Policy: cross-origin\r\n"
)  # fmt: skip


@dataclass(frozen=True)
class Replay:
    engine: str
    port: int
    pid: int

    def path(self, url: str, mode: str = "id_") -> str:
        return f"/archive/{STAMP}{mode}/{url}"

    def raw(self, request: str) -> bytes:
        """Exactly these bytes are sent; PORT in them is its port."""
        return said_to(self.port, request.replace("PORT", str(self.port)).encode("latin-1"))


def said_to(port: int, request: bytes) -> bytes:
    """All that comes back until the connection is closed, or nothing more comes."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        found = b""
        while piece := connection.recv(65536):
            found += piece
        return found


def two_ports() -> int:
    """One that nobody has, as nobody has the next."""
    while True:
        port = free_port()
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port + 1))
            return port


@pytest.fixture(scope="session")
def live() -> Iterator[RawServer]:
    """What stands for the live web, and for whom a captured page may want to tell."""
    with serving(RawServer()) as server:
        yield server


@pytest.fixture(scope="session")
def hostile(live: RawServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive's configuration, with an address of its own for the application."""
    folder = tmp_path_factory.mktemp("hostile")
    port = two_ports()
    config = folder / "stoppress.toml"
    config.write_text(
        f'[archive]\n[serve]\nbase_url = "http://127.0.0.1:{port}"\narchive_url = "http://127.0.0.1:{port + 1}"\n'
    )
    script = (Path(__file__).parent / "captured.js").read_text()
    here = {"APPLICATION": f"http://127.0.0.1:{port}", "LIVE": live.url(""), "OTHER": STORM, "WORKER": WORKER}
    for word, value in here.items():
        script = script.replace(f'"{word}"', f'"{value}"')
    links = f'<img src="{live.url("/img")}"><link rel="stylesheet" href="{live.url("/css")}">'
    refresh = f'<meta http-equiv="refresh" content="1; url={live.url("/refresh")}">'
    page = f"<!doctype html><title>captured</title>{links}<h1>captured</h1><script>{script}</script>"
    with Keeper(load_config(config)) as keeper:
        newsroom = Newsroom(keeper)
        newsroom.visit(STORM, T0, payload=f"<!doctype html>{STYLE}<h1>{SECRET}</h1>".encode())
        newsroom.visit(HOSTILE, T0, payload=page.encode(), head=HEAD)
        newsroom.visit(HOSTILE + "?refresh", T0, payload=(page + refresh).encode(), head=HEAD)
        worker = b"self.addEventListener('fetch', event => event.respondWith(new Response('forged')))"
        newsroom.visit(WORKER, T0, payload=worker, head="Service-Worker-Allowed: /\r\n", media="text/javascript")
    return config


@pytest.fixture(scope="session", params=ENGINES)
def replay(hostile: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Replay]:
    if len(ENGINES) == 1:
        without("pywb, but with a stand-in for it (make judges asks pywb itself)")
    stand_in = program(tmp_path_factory.mktemp("environment"), LISTENS)
    pywb = str(PYWB) if request.param == "pywb" else stand_in
    with running(hostile, "replay", "--pywb", pywb, "--name", "replay.example.org") as told:
        port = int(told["replay_url"].split(":")[2].partition("/")[0])
        yield Replay(request.param, port, told["pid"])


@pytest.fixture(scope="session")
def application(hostile: Path) -> Iterator[str]:
    """``stoppress serve`` of the same archive: where the application is; captured bytes are on the next port."""
    base = load_config(hostile).serve.base_url
    with running(hostile, "serve", port=int(base.rpartition(":")[2])) as told:
        yield told["base_url"]
