"""``stoppress replay`` around a pywb that is not there, ends by itself, or runs. What pywb shows: tests/judges."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.replay.interpreter import python_of
from retrieval.replay.setup import banner, configuration
from tests.running import PATIENCE, ROOT, environment
from tests.servers.processes import free_port

from .stand_in.environment import LISTENS, STAND_IN, program


def command(config: Path, *words: str) -> list[str]:
    return [sys.executable, str(ROOT / "stoppress.py"), "-c", str(config), "replay", *words]


def replay(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(config, *words), capture_output=True, text=True, check=False, timeout=PATIENCE, env=environment()
    )


def test_without_pywb_it_says_how_to_get_it(folder: Path, tmp_path: Path) -> None:
    ran = replay(folder / "stoppress.toml", "--pywb", str(tmp_path / "nowhere"))

    assert ran.returncode == 2
    assert "pip install pywb" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_pywb_that_ends_by_itself_is_quoted(folder: Path, tmp_path: Path) -> None:
    ran = replay(
        folder / "stoppress.toml", "--port", "0", "--pywb", program(tmp_path, "#!/bin/sh\necho no gevent >&2\nexit 3\n")
    )

    assert ran.returncode == 1
    assert "pywb ended by itself (3): no gevent" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('#!/bin/sh\nexec wayback "$@"\n', "is no script for Python"),
        ("\x7fELF", "is no script for Python"),
        ("#!/nowhere/bin/python3\n", "is for /nowhere/bin/python3, which is not here"),
    ],
)
def test_a_program_that_cannot_be_told_whom_to_answer_is_refused(
    folder: Path, tmp_path: Path, text: str, why: str
) -> None:
    (tmp_path / "wayback").write_text(text)
    (tmp_path / "wayback").chmod(0o755)
    ran = replay(folder / "stoppress.toml", "--port", "0", "--pywb", str(tmp_path / "wayback"))

    assert (ran.returncode, why in ran.stderr, "Traceback" in ran.stderr) == (2, True, False)


@pytest.mark.parametrize("name", ["http://replay.example.org", "a b", ""])
def test_a_name_that_no_browser_asks_by_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    ran = replay(folder / "stoppress.toml", "--port", "0", "--name", name, "--pywb", program(tmp_path))

    assert (ran.returncode, "is no HOST or HOST:PORT" in ran.stderr) == (2, True)


def test_the_python_of_a_program_is_found_as_pip_writes_it(tmp_path: Path) -> None:
    spaced = tmp_path / "a place" / "python3"
    spaced.parent.mkdir()
    spaced.symlink_to(sys.executable)
    texts = {
        f"#!{sys.executable}\n": [sys.executable],
        "#!/usr/bin/env python3\n": ["/usr/bin/env", "python3"],
        f"#!/bin/sh\n'''exec' \"{spaced}\" \"$0\" \"$@\"\n' '''\n": [str(spaced)],
    }
    for text, words in texts.items():
        (tmp_path / "wayback").write_text(text)

        assert python_of(str(tmp_path / "wayback")) == words


def test_a_pywb_without_the_wall_is_not_served(folder: Path, tmp_path: Path) -> None:
    """It has a server that the wall does not know."""
    other = tmp_path / "other" / "pywb" / "apps"
    other.mkdir(parents=True)
    text = (STAND_IN / "pywb" / "apps" / "cli.py").read_text()
    text = text.replace("import WSGIServer", "import WSGIServer as _\nfrom wsgiref.simple_server import make_server")
    text = text.replace("WSGIServer((arguments[1], int(arguments[3])), application)",
                        "make_server(arguments[1], int(arguments[3]), application)")  # fmt: skip
    (other / "cli.py").write_text(text)
    for path in (other, other.parent):
        (path / "__init__.py").touch()
    words = program(tmp_path, LISTENS.replace("={stand_in}", f"={tmp_path}/other:{{stand_in}}"))
    ran = replay(folder / "stoppress.toml", "--port", "0", "--pywb", words)

    assert (ran.returncode, "answers to any host name" in ran.stderr) == (1, True)


def test_a_port_that_is_taken_is_named(folder: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        port = str(taken.getsockname()[1])
        ran = replay(folder / "stoppress.toml", "--port", port, "--pywb", program(tmp_path))

    assert ran.returncode == 1
    assert f"port {port} cannot be listened on" in ran.stderr


def test_beyond_this_machine_it_is_for_a_proxy_alone(folder: Path, tmp_path: Path) -> None:
    ran = replay(folder / "stoppress.toml", "--host", "0.0.0.0", "--pywb", program(tmp_path))

    assert ran.returncode == 2
    assert "--behind-proxy" in ran.stderr


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_pywb_and_leaves_nothing(folder: Path, tmp_path: Path, name: signal.Signals) -> None:
    env = {**environment(), "AWS_SECRET_ACCESS_KEY": "s3cret", "TMPDIR": str(tmp_path)}
    words = ("--port", "0", "--json", "--pywb", program(tmp_path))
    with subprocess.Popen(
        command(folder / "stoppress.toml", *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, text=True
    ) as process:
        try:
            assert process.stdout is not None
            where = json.loads(process.stdout.readline())["replay_url"]
            os.kill(process.pid, name)
            assert process.wait(20) == 0
        finally:
            process.kill()
    told = json.loads((tmp_path / "told.json").read_text())
    port = int(told["words"][3])

    assert where == f"http://127.0.0.1:{port}/archive/"
    assert told["secret"] is None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    assert not list(tmp_path.glob("stoppress-replay-*"))


def test_pywb_asks_us_and_nobody_else() -> None:
    told = json.loads(configuration("http://127.0.0.1:9"))

    assert told["collections"]["archive"]["index"]["replay_url"] == ""
    assert told["collections"]["archive"]["archive_paths"] == "http://127.0.0.1:9/warc/"
    assert told["enable_auto_fetch"] is False


def test_an_address_cannot_end_the_banners_script() -> None:
    assert "</script><b>" not in banner("http://127.0.0.1/</script><b>")
