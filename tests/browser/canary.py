"""A listener that counts who comes, over TCP and UDP, and says nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Canary:
    host: str
    port: int = 0
    seen: list[str] = field(default_factory=list)


@contextmanager
def listening(host: str) -> Iterator[Canary]:
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind((host, 0))
        tcp.listen()
        canary = Canary(host, tcp.getsockname()[1])
        udp.bind((host, canary.port))
        ending = threading.Event()
        threads = [threading.Thread(target=act, args=(one, canary, ending)) for act, one in ((_tcp, tcp), (_udp, udp))]
        for one in (tcp, udp):
            one.settimeout(0.1)
        for thread in threads:
            thread.start()
        yield canary
        ending.set()
        for thread in threads:
            thread.join()


def _tcp(listener: socket.socket, canary: Canary, ending: threading.Event) -> None:
    while not ending.is_set():
        try:
            connection, peer = listener.accept()
        except TimeoutError:
            continue
        canary.seen.append(f"tcp from {peer[1]}")
        connection.close()


def _udp(listener: socket.socket, canary: Canary, ending: threading.Event) -> None:
    while not ending.is_set():
        try:
            data, peer = listener.recvfrom(4096)
        except TimeoutError:
            continue
        canary.seen.append(f"udp from {peer[1]}: {data[:20]!r}")
