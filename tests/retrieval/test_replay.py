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

from retrieval.replay.setup import banner, configuration
from tests.running import PATIENCE, ROOT, environment
from tests.servers.processes import free_port

# As pywb's program: it listens where it is told, and says what it was given.
LISTENS = """#!{python}
import http.server, json, os, pathlib, sys
said = {{"words": sys.argv[1:], "secret": os.environ.get("AWS_SECRET_ACCESS_KEY"), "config": open("config.yaml").read(),
        "banner": open("templates/banner.html").read()}}
pathlib.Path({told!r}).write_text(json.dumps(said))
os.chdir("templates")
http.server.ThreadingHTTPServer((sys.argv[2], int(sys.argv[4])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def program(folder: Path, text: str) -> str:
    path = folder / "wayback"
    path.write_text(text.format(python=sys.executable, told=str(folder / "told.json")))
    path.chmod(0o755)
    return str(path)


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


def test_a_port_that_is_taken_is_named(folder: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        port = str(taken.getsockname()[1])
        ran = replay(folder / "stoppress.toml", "--port", port, "--pywb", program(tmp_path, LISTENS))

    assert ran.returncode == 1
    assert f"port {port} cannot be listened on" in ran.stderr


def test_beyond_this_machine_it_is_for_a_proxy_alone(folder: Path, tmp_path: Path) -> None:
    ran = replay(folder / "stoppress.toml", "--host", "0.0.0.0", "--pywb", program(tmp_path, LISTENS))

    assert ran.returncode == 2
    assert "--behind-proxy" in ran.stderr


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_pywb_and_leaves_nothing(folder: Path, tmp_path: Path, name: signal.Signals) -> None:
    env = {**environment(), "AWS_SECRET_ACCESS_KEY": "s3cret", "TMPDIR": str(tmp_path)}
    inner = program(tmp_path, LISTENS)
    wrapper = tmp_path / "wrapper"
    wrapper.write_text(f'#!/bin/sh\n{inner} "$@"\n')  # it does not become the program, and does not end it
    wrapper.chmod(0o755)
    words = ("--port", "0", "--json", "--pywb", str(wrapper))
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
