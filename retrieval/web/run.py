"""Both services in one process: two sockets, one event loop, until a signal ends it."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp

from pipelines.config import Config
from pipelines.errors import ConfigError, StoppressError

from ..archive import Archive
from .apps import application, captured
from .hints import receiver_of
from .links import Origins
from .metrics import Metrics
from .patience import Patient, descriptors_raised

LEAST_TOKEN = 16  # characters


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the services are to be reached, and whether a token is asked for."""

    base: str
    archive: str
    guarded: bool


def serve(archive: Archive, config: Config, *, host: str | None, port: int | None,
          told: Callable[[Listening], None]) -> None:  # fmt: skip
    """Listen and answer until SIGINT or SIGTERM. ``host`` and ``port`` are where the application listens, if not where
    its address says; the archive's is then the next port, unless its own address says otherwise."""
    base, kept = urlsplit(config.serve.base_url), urlsplit(config.serve.archive_url)
    if (base.scheme, base.netloc) == (kept.scheme, kept.netloc):
        raise ConfigError(
            "[serve] base_url and archive_url are one origin: a captured page could read the application; "
            "give archive_url another host, on one's own machine at least another port"
        )
    names = host or _own(base.hostname)
    sockets = [listen(names, _port(base.port, base.scheme) if port is None else port)]
    sockets.append(listen(names, _port(kept.port, kept.scheme) if port is None else _next(sockets[0], port)))
    origins = Origins(*(_address(config_url, one, port) for config_url, one in
                        zip((config.serve.base_url, config.serve.archive_url), sockets, strict=True)))  # fmt: skip
    token = None if is_loopback(names) else token_of(config.path.parent / config.serve.token_file)
    hosts = _hosts(origins, sockets)
    receiver = receiver_of(config)
    made = [
        application(archive, origins, hosts=hosts, token=token, metrics=Metrics(archive, config), receiver=receiver),
        captured(archive, origins, hosts=hosts, token=token, memory=config.serve.memory),
    ]
    descriptors_raised()
    told(Listening(origins.base, origins.archive, token is not None))
    try:
        with asyncio.Runner(loop_factory=_loop()) as runner:
            runner.run(_both(made, sockets))
    finally:
        if receiver:
            receiver.close()


def _loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    with contextlib.suppress(ImportError):  # less time for each event, where there is one
        import uvloop

        return uvloop.new_event_loop
    return None


async def _both(apps: list[ASGIApp], sockets: list[socket.socket]) -> None:
    servers = [Server(settings(app)) for app in apps]
    loop = asyncio.get_running_loop()

    def end() -> None:
        for server in servers:
            server.should_exit = True

    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, end)
    await asyncio.gather(
        *(server.serve(sockets=[listening]) for server, listening in zip(servers, sockets, strict=True))
    )


class Server(uvicorn.Server):
    """One that leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def settings(app: ASGIApp) -> uvicorn.Config:
    """Quiet, and nothing believed that a proxy's header says."""
    return uvicorn.Config(
        app, log_level="warning", access_log=False, proxy_headers=False, server_header=False, lifespan="off",
        timeout_graceful_shutdown=5, http=Patient,
    )  # fmt: skip


def token_of(path: Path) -> str:
    """The secret that every request has to bring. ConfigError, with the way to make one, if there is none."""
    made = f"write one: python -c 'import secrets; print(secrets.token_urlsafe(32))' > {path}; chmod 600 {path}"
    try:
        token = path.read_text().strip()
    except FileNotFoundError as e:
        raise ConfigError(f"{path}: no such file; beyond this machine a token is asked for; {made}") from e
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError(f"{path} cannot be read: {e}") from e
    if len(token) < LEAST_TOKEN:
        raise ConfigError(f"{path}: the token has less than {LEAST_TOKEN} characters; {made}")
    return token


def listen(host: str, port: int) -> socket.socket:
    """StoppressError, with the next step, if that cannot be had."""
    try:
        listening = socket.create_server((host, port), family=_family(host), backlog=256)
        # Head and body go out as two writes: the second must not wait until the first is acknowledged.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except (OSError, OverflowError) as e:
        reason = getattr(e, "strerror", None) or str(e)
        raise StoppressError(f"{host} port {port} cannot be listened on: {reason}; name another with --port") from e


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _own(host: str | None) -> str:
    """An address of this machine that a public name in the configuration stands for: a proxy is in front of it."""
    return host if host and is_loopback(host) else "127.0.0.1"


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can come there."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _port(port: int | None, scheme: str) -> int:
    return port or (443 if scheme == "https" else 80)


def _next(listening: socket.socket, port: int) -> int:
    """The port behind; where any free one was wanted, any."""
    return int(listening.getsockname()[1]) + 1 if port else 0


def _address(configured: str, listening: socket.socket, port: int | None) -> str:
    """As configured; with a port of one's own on a loopback address, that one."""
    parts = urlsplit(configured)
    if port is None or not is_loopback(parts.hostname or ""):
        return configured.rstrip("/")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}:{listening.getsockname()[1]}"


def _hosts(origins: Origins, sockets: list[socket.socket]) -> frozenset[str]:
    """The values of ``Host`` that are ours; any other may be a foreign name that leads a browser here."""
    named = {urlsplit(origin).netloc.lower() for origin in (origins.base, origins.archive)}
    ports = {one.getsockname()[1] for one in sockets}
    local = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]") for port in ports}
    return frozenset(named | local)
