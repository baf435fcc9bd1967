"""pywb and what it is fed from, until a signal ends both or pywb ends by itself."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
from asyncio.subprocess import STDOUT, Process
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import uvicorn

from pipelines.errors import ConfigError, StoppressError

from ..archive import Archive
from ..web.apps import feed
from ..web.run import Server, listen, settings
from . import walled
from .interpreter import python_of
from .setup import COLLECTION, banner, configuration, front

PROGRAM = "wayback"
INSTALL = (
    "install it in an environment of its own (it needs another brotli than Stoppress): "
    "python3 -m venv pywb && pywb/bin/pip install pywb; then stoppress replay --pywb pywb/bin/wayback"
)
PATIENCE = 60.0  # seconds until it listens
_TOLD = 2000  # characters of pywb's own words


def program(named: str | None) -> str:
    """Where pywb is; ConfigError with how to get it."""
    beside = Path(sys.executable).with_name(PROGRAM)
    found = shutil.which(named or PROGRAM) or (str(beside) if named is None and beside.is_file() else None)
    if found is None:
        raise ConfigError(f"{named or 'pywb'} is not here; {INSTALL}")
    return found


def replay(archive: Archive, *, base: str, pywb: str, host: str, port: int, names: Collection[str],
           told: Callable[[str], None]) -> None:  # fmt: skip
    """Serve until SIGINT, SIGTERM or SIGHUP. ``told`` hears the address once pages can be had there.

    ``names``: what is answered to beside this machine's own. ConfigError if ``pywb`` is no script for Python;
    StoppressError if the port is taken, or pywb ends by itself or answers to any name.
    """
    python = python_of(pywb)
    with listen(host, port) as asked:  # before pywb asks for it, and with a message of ours
        port = asked.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="stoppress-replay-") as folder, listen("127.0.0.1", 0) as feeding:
        here = f"127.0.0.1:{feeding.getsockname()[1]}"
        (Path(folder) / "config.yaml").write_text(configuration(f"http://{here}"))
        (Path(folder) / "templates").mkdir()
        (Path(folder) / "templates" / "banner.html").write_text(banner(base))
        word = secrets.token_hex(16)
        (Path(folder) / "templates" / "index.html").write_text(front(word))
        # Beside nothing else: Python looks there first for what a program imports.
        wall = shutil.copy(walled.__file__, Path(folder) / "walled.py")
        listening = _netloc(host, port)
        own = [listening, listening.removesuffix(":80")]  # a browser leaves 80 out
        known = json.dumps([name.lower() for name in (*names, *own)])
        server = Server(settings(feed(archive, hosts=[here])))
        with tempfile.TemporaryFile() as said:
            command = [*python, str(wall), known, "-b", host, "-p", str(port), "-d", folder]
            there = f"http://{listening}/{COLLECTION}/"
            asyncio.run(
                _both(server, feeding, command, said, lambda: told(there), lambda: _listening(host, port, word))
            )


def _netloc(host: str, port: int) -> str:
    return f"{f'[{host}]' if ':' in host else host}:{port}"


async def _both(
    server: uvicorn.Server, feeding: socket.socket, command: list[str], said: IO[bytes], ready: Callable[[], None],
    listening: Callable[[], Coroutine[Any, Any, None]],
) -> None:  # fmt: skip
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    serving = asyncio.create_task(server.serve(sockets=[feeding]))
    # A session of its own: Ctrl-C is for us, who end it in order.
    process = await asyncio.create_subprocess_exec(
        *command, stdout=said, stderr=STDOUT, cwd=command[-1], env=_environment(), start_new_session=True
    )
    over, asked = asyncio.create_task(process.wait()), asyncio.create_task(ended.wait())
    try:
        starting = asyncio.create_task(listening())
        await asyncio.wait([starting, over, asked], return_when=asyncio.FIRST_COMPLETED)
        if starting.done() and not over.done() and not asked.done():
            starting.result()
            ready()
            await asyncio.wait([over, asked], return_when=asyncio.FIRST_COMPLETED)
        starting.cancel()
        if over.done() and not asked.done():
            raise StoppressError(f"pywb ended by itself ({process.returncode}): {_last_words(said)}")
    finally:
        await _end(process)
        server.should_exit = True
        await serving
        asked.cancel()


async def _listening(host: str, port: int, word: str) -> None:
    """Return once our pywb answers there: its front page has the word. Somebody else may have taken the port.

    StoppressError if it answers to a name that is not ours too: then the wall is not there.
    """
    end = asyncio.get_running_loop().time() + PATIENCE
    while word.encode() not in await _front_page(host, port, "localhost"):
        if asyncio.get_running_loop().time() > end:
            raise StoppressError(f"pywb does not answer on {host} port {port} after {PATIENCE:g} s")
        await asyncio.sleep(0.1)
    if b" 421 " not in (await _front_page(host, port, "a-name-of-somebody-else.invalid")).partition(b"\r\n")[0]:
        raise StoppressError("this pywb answers to any host name, so other sites could read the archive; try pywb 2.10")


async def _front_page(host: str, port: int, name: str) -> bytes:
    with suppress(OSError, TimeoutError):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(f"GET / HTTP/1.0\r\nHost: {name}:{port}\r\n\r\n".encode())
        try:
            return await asyncio.wait_for(reader.read(65536), 10)
        finally:
            writer.close()
    return b""


async def _end(process: Process) -> None:
    """It, and whatever it has started: a program may be a script around pywb."""
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 5)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _environment() -> dict[str, str]:
    """Nothing of ours that it could read and give away, and no variable that leads it elsewhere."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"PYTHONUNBUFFERED": "1"}


def _last_words(said: IO[bytes]) -> str:
    said.seek(0)
    return " ".join(said.read().decode(errors="replace")[-_TOLD:].split())
