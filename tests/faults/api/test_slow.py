"""Clients that say nothing, say it slowly, or take nothing: each is left in the end, others are answered meanwhile."""

from __future__ import annotations

import asyncio
import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from retrieval.web import patience
from tests.servers.serving import serving

from .conftest import Service, get, status

LARGE = 64 * 2**20  # bytes; more than the buffers of two systems


async def _app(scope: Any, _receive: Any, send: Any) -> None:
    """The smallest one that can be slow, or large."""
    if scope["path"] == "/slow":
        await asyncio.sleep(1.5)
    body = bytes(LARGE if scope["path"] == "/large" else 2)
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]}
    )
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """The server of the service with little patience."""
    monkeypatch.setattr(patience, "HEAD", 0.6)
    monkeypatch.setattr(patience, "TAKING", 0.6)
    with serving(_app) as address:
        yield address


@pytest.mark.parametrize(
    "said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHo",
             b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"]
)  # fmt: skip
def test_a_request_that_does_not_become_whole_is_not_waited_for(quick: tuple[str, int], said: bytes) -> None:
    with closing(socket.create_connection(quick, timeout=30)) as connection:
        connection.sendall(said)

        assert closed(connection)


def closed(connection: socket.socket) -> bool:
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    return True


def test_a_header_that_comes_letter_by_letter_gets_no_more_time(quick: tuple[str, int]) -> None:
    with closing(socket.create_connection(quick, timeout=30)) as connection:
        connection.settimeout(0.1)
        for letter in b"GET / HTTP/1.1\r\nX: " + b"a" * 600:
            try:
                connection.sendall(bytes([letter]))
                if connection.recv(1) == b"":
                    return
            except TimeoutError:
                continue
            except OSError:
                return
    pytest.fail("it was listened to for a minute")


def test_who_takes_nothing_of_an_answer_is_left_and_who_takes_it_slowly_is_not(quick: tuple[str, int]) -> None:
    with ExitStack() as stack:
        idle, slow = (stack.enter_context(closing(socket.create_connection(quick, timeout=30))) for _ in range(2))
        for one in (idle, slow):
            one.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        taken, pause = 0, threading.Event()
        while piece := slow.recv(2**20):
            taken += len(piece)
            pause.wait(0.03)
        left = 0
        while piece := received(idle):
            left += len(piece)

    assert taken > LARGE
    assert left < LARGE


def received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(2**20)
    except ConnectionResetError:
        return b""


def test_an_answer_that_takes_its_time_is_not_cut_off(quick: tuple[str, int]) -> None:
    assert get("http://{}:{}".format(*quick), "/slow").endswith(b"\0\0")


def test_a_thousand_silent_connections_keep_nobody_out(served: Service) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2500:
        pytest.fail(f"a process of this machine may have {hard} descriptors: too few to ask with")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2500), hard))
    try:
        with ExitStack() as stack:
            host, port = served.base.removeprefix("http://").split(":")
            for _ in range(1100):
                stack.enter_context(closing(socket.create_connection((host, int(port)), timeout=20)))

            assert [status(get(origin, "/healthz")) for origin in served.origins] == [200, 200]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
