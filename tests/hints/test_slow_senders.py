"""What the service says on the wire to those that announce a body and do not send it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.applications import Starlette

from pipelines.store.catalog import Catalog
from retrieval.web import hints
from retrieval.web.guard import Guard, Rules
from retrieval.web.hints import Receiver
from tests.servers.serving import serving

SECRET = "0123456789abcdef-secret"


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """The server of the service with little patience."""
    monkeypatch.setattr(hints, "LONGEST_WAIT", 0.5)
    with Catalog.open(f"sqlite:///{tmp_path}/catalog.db") as catalog:
        receiver = Receiver(catalog, secret=SECRET, callback="https://hooks.example.net")
        rules = Rules(hosts=["a"], headers={}, own_secret=receiver.paths, own_hosts=receiver.hosts)
        with serving(Guard(Starlette(routes=receiver.routes()), rules)) as address:
            yield address


def sent(where: tuple[str, int], path: str, *fields: str) -> socket.socket:
    """A head that promises a thousand bytes, and one of them."""
    head = "".join(f"{field}\r\n" for field in (f"POST {path} HTTP/1.1", "Host: a", "Content-Length: 1000", *fields))
    connection = socket.create_connection(where, timeout=5)
    connection.sendall(head.encode() + b"\r\n{")
    return connection


@pytest.mark.parametrize(
    ("path", "field", "status"),
    [("/hint", "X: y", 401), ("/hint", "Authorization: Bearer wrong", 401), ("/websub/nobody", "X: y", 410)],
)
def test_a_stranger_is_answered_at_once(where: tuple[str, int], path: str, field: str, status: int) -> None:
    with closing(sent(where, path, field)) as connection:
        assert connection.recv(65536).startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize("field", [f"Authorization: Bearer {SECRET}", "X-Hub-Signature: sha256=00"])
def test_who_does_not_send_what_was_promised_is_told_so_and_left(where: tuple[str, int], field: str) -> None:
    with closing(sent(where, "/hint", field)) as connection:
        said = b"".join(iter(lambda: connection.recv(65536), b""))  # until it is closed

    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"\r\nconnection: close\r\n" in said.lower()
