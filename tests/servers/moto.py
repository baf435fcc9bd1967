"""moto as an S3 server in its own process: conditional writes and object lock, which Swift has not."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from .buckets import Bucket, S3Server, fresh_bucket
from .processes import free_port, python_server
from .requirements import missing


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """One moto for the whole run."""
    if importlib.util.find_spec("moto") is None:
        missing("moto is not installed (pip install 'stoppress[test]')")
    port, log = free_port(), tmp_path_factory.mktemp("moto") / "log"
    args = ["-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", str(port)]
    with python_server(args, port, log):
        server = S3Server(f"http://127.0.0.1:{port}", "moto-access", "moto-secret")
        yield server
        server.close()


@pytest.fixture
def moto_s3(moto_server: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bucket:
    """A fresh bucket on moto; the environment holds its credentials."""
    return fresh_bucket(moto_server, monkeypatch, tmp_path)
