"""The server of the service, with an application of the test's own, in a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from retrieval.web.run import Server, listen, settings


@contextmanager
def serving(app: Any) -> Iterator[tuple[str, int]]:
    """Its address; it ends with the block."""
    with listen("127.0.0.1", 0) as listening:
        server = Server(settings(app))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True)
        thread.start()
        yield listening.getsockname()
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()
