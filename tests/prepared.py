"""Commands without the seconds that importing takes: a process that has imported all of it forks for each of them.

    test -> prepared process -> keeper of one command, which waits for it -> the command -> what its workers come from

The command runs as from a shell: its own process, arguments, environment, folder, streams, signals and exit code. What
importing itself has to show (warnings, Ctrl-C, missing parts) needs the real start: ``tests.running.started``.
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from fcntl import F_DUPFD, fcntl
from multiprocessing import util
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[1]
# What commands import on their way. No reactor is installed by these, and no thread begins.
MODULES = """
    boto3 sqlalchemy.dialects.postgresql psycopg lxml.html trafilatura scrapy.crawler scrapy.core.engine
    twisted.web.client twisted.protocols.tls typer rich.console
    pipelines.store.catalog pipelines.store.s3 pipelines.store.recorder pipelines.keeper pipelines.extract.extractor
    pipelines.extract.reading retrieval.archive crawler.settings crawler.cli.crawl crawler.run crawler.addon
    crawler.conditional crawler.notices crawler.queue crawler.self_check crawler.checkup pipelines.checkup
    pipelines.reextracting pipelines.rediffing pipelines.read_once uvloop
"""

# All but what Python says of surt's source where pip has left compiling it to the first import.
WARNINGS = "default,ignore:invalid escape sequence:DeprecationWarning,ignore:invalid escape sequence:SyntaxWarning"


def environment() -> dict[str, str]:
    """What a command finds in its environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STOPPRESS_")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": WARNINGS}


MOST_FILES = 256  # a command has none of a higher number when it begins


class Command:
    """A command that was begun, used as a ``subprocess.Popen``."""

    def __init__(self, answers: socket.socket, stdout: IO[str] | None = None) -> None:
        self.returncode: int | None = None
        self.stdout = stdout
        self._socket, self._lock = answers, threading.Lock()
        self._draining: threading.Thread | None = None
        self._said = ""
        self.pid = int(self._answer(60) or b"0")

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._socket], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, as subprocess has it. subprocess.TimeoutExpired: it has not ended in this time."""
        with self._lock:
            if self.returncode is None:
                try:
                    self.returncode = int(self._answer(timeout) or b"-9")
                except TimeoutError:
                    raise subprocess.TimeoutExpired("stoppress", timeout or 0) from None
                self._socket.close()
            return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it ended just now, and its parent has not told us yet
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, None]:
        """What it still prints, until it has ended. subprocess.TimeoutExpired: it goes on, and so may this later."""
        if self.stdout is not None and self._draining is None:
            self._draining = threading.Thread(target=self._drain, daemon=True)
            self._draining.start()
        if self._draining is not None:
            self._draining.join(timeout)
            if self._draining.is_alive():
                raise subprocess.TimeoutExpired("stoppress", timeout or 0)
        self.wait(timeout)
        return self._said, None

    def _drain(self) -> None:
        assert self.stdout is not None
        if not self.stdout.closed:
            with self.stdout:
                self._said = self.stdout.read()

    def _answer(self, patience: float | None) -> bytes:
        self._socket.settimeout(patience)
        return self._socket.recv(100)


class Prepared:
    """The prepared process of this test process. It ends with it: its socket is closed then.

    ``rules``: a module of the tests that changes the program: its ``take_effect()`` is called before anything else is
    imported, as where it is run by itself.
    """

    def __init__(self, rules: str = "") -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock, self._socket = threading.Lock(), ours
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.prepared", str(theirs.fileno()), rules],
            cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True,
            env=environment(),
        )  # fmt: skip
        theirs.close()

    def start(
        self, words: Sequence[str], env: Mapping[str, str], out: int, err: int, program: str = "stoppress.py"
    ) -> Command:
        """Begin a program with these descriptors as its output, ours may be closed then.

        ``program``: a file of the repository, or the name of a module for ``python -m``.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        wanted = {"program": program, "words": list(words), "env": dict(env), "folder": str(Path.cwd())}
        asked = json.dumps(wanted).encode()
        with theirs, self._lock:
            socket.send_fds(self._socket, [asked], [theirs.fileno(), out, err])
        return Command(ours)


def _serve(asking: socket.socket, rules: str) -> None:
    if rules:
        importlib.import_module(rules).take_effect()
    for name in MODULES.split():
        importlib.import_module(name)
    if "twisted.internet.reactor" in sys.modules or threading.active_count() > 1:
        raise RuntimeError("a module of tests/prepared.py starts something: a command must find nothing started")
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers end by themselves
    while True:
        asked, fds, _, _ = socket.recv_fds(asking, 1 << 20, 3)
        if not asked:
            return
        if os.fork() == 0:
            asking.close()
            _keep(json.loads(asked), *fds)
        for fd in fds:
            os.close(fd)


def _keep(asked: dict[str, Any], telling: int, out: int, err: int) -> None:
    """Start the command, tell its id, wait, tell how it ended. Never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ready, go = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(go)
        os.read(ready, 1)
        os.close(ready)
        os.close(telling)
        _become(asked, out, err)
    os.close(ready)
    for fd in (out, err):
        os.close(fd)
    with socket.socket(fileno=telling) as teller:
        teller.sendall(str(pid).encode())
        os.close(go)
        _, status = os.waitpid(pid, 0)
        teller.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(asked: dict[str, Any], out: int, err: int) -> None:
    """Be ``python PROGRAM WORDS``. Never returns."""
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.closerange(3, MOST_FILES)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["env"])
    sys.stdout = _opened(1, "strict")
    sys.stderr = _opened(2, "backslashreplace", line_buffering=True)
    _have_a_fork_server()
    program = asked["program"]
    sys.argv = [str(ROOT / program), *asked["words"]]
    sys.path[0] = str(ROOT)
    status = 0
    try:
        if program.endswith(".py"):
            runpy.run_path(sys.argv[0], run_name="__main__")
        else:
            runpy.run_module(program, run_name="__main__", alter_sys=True)
    except SystemExit as e:
        status = e.code if isinstance(e.code, int) else int(e.code is not None)
    except BaseException:  # noqa: BLE001  as the interpreter does
        traceback.print_exc()
        status = 1
    os._exit(_ended(status))


def _have_a_fork_server() -> None:
    """Workers come from a process that has imported the reader (pipelines/forking.py): ours is forked now, before there
    are threads, and goes on from there when the command begins one; where it begins none, it goes with the command."""
    asking, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        asking.close()
        _be_the_fork_server(asked)
    asked.close()
    begin = util.spawnv_passfds
    waits = [pid]

    def started(path: Any, args: Sequence[Any], passfds: Sequence[int]) -> int:
        if not waits or not args[-1].startswith("from multiprocessing.forkserver import main"):
            return begin(path, args, passfds)
        with asking:
            socket.send_fds(asking, [json.dumps([args[-1], list(passfds)]).encode()], passfds)
        return waits.pop()

    util.spawnv_passfds = started


def _be_the_fork_server(asked: socket.socket) -> None:
    """Be ``python -c CODE`` with these descriptors and no others. Never returns."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    told, given, _, _ = socket.recv_fds(asked, 1 << 16, 8)
    if not told:
        os._exit(0)
    code, numbers = json.loads(told)
    kept = [fcntl(fd, F_DUPFD, MOST_FILES) for fd in given]
    os.closerange(3, MOST_FILES)
    for fd, number in zip(kept, numbers, strict=True):
        os.dup2(fd, number)
        os.close(fd)
    sys.argv = ["-c"]
    status = 0
    try:
        exec(code, {"__name__": "__main__"})
    except SystemExit:
        pass
    except BaseException:  # noqa: BLE001  as the interpreter does
        traceback.print_exc()
        status = 1
    os._exit(status)


def _opened(number: int, errors: str, *, line_buffering: bool = False) -> io.TextIOWrapper:
    """A standard stream anew: the one of before was another kind of file."""
    return io.TextIOWrapper(os.fdopen(number, "wb"), "utf-8", errors, line_buffering=line_buffering)


def _ended(status: int) -> int:
    """What the interpreter does at its end."""
    import atexit

    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        return 120
    return status


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as asking:
        _serve(asking, sys.argv[2])
