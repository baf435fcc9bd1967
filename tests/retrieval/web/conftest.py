"""The archive of these tests, served by ``stoppress serve`` in a process of its own."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import pytest

from tests.servers.processes import stop

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Got:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Service:
    """Where both origins are; ``get`` asks with exactly the path that is given."""

    base: str
    archive: str

    def get(self, path: str, *, origin: str = "", method: str = "GET", **headers: str) -> Got:
        connection = http.client.HTTPConnection(urlsplit(origin or self.base).netloc, timeout=30)
        try:
            connection.request(method, path, headers={n.replace("_", "-"): v for n, v in headers.items()})
            answer = connection.getresponse()
            return Got(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def kept(self, path: str, **more: str) -> Got:
        """From the origin of captured bytes."""
        return self.get(path, origin=self.archive, **more)


@contextmanager
def served(config: Path, *words: str) -> Iterator[tuple[Service, subprocess.Popen[bytes]]]:
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "stoppress.py"), "-c", str(config), "serve", "--port", "0", "--json", *words],
            stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"stoppress serve ended: {_read(errors)}")
            said = json.loads(line)
            yield Service(said["base_url"], said["archive_url"]), process
        finally:
            stop(process)
            if process.stdout:
                process.stdout.close()
        assert "Traceback" not in (told := _read(errors)), told


def _read(errors: IO[bytes]) -> str:
    errors.seek(0)
    return errors.read().decode()


Serve = Callable[[Path], Any]


@pytest.fixture(scope="session")
def service(folder: Path) -> Iterator[Service]:
    with served(folder / "stoppress.toml") as (service, _):
        yield service
