"""Where worker processes come from: forked from one that is ready, or, where that cannot be had, by themselves."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from datetime import UTC, datetime
from multiprocessing import forkserver
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest

from pipelines import forking, read_once
from pipelines.model import Unreadable, Version
from pipelines.reading import read
from pipelines.workers import Workers
from tests.running import PATIENCE

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>One</title><h1>One</h1><p>A page of some words.</p>"


def read_by_a_worker() -> tuple[Version | Unreadable, int]:
    """What it says, and the parent of the process that read it."""

    async def reading() -> tuple[Version | Unreadable, int]:
        workers = Workers(1)
        try:
            found = await workers.read(PAGE, "https://example.org/one", AT)
            pool = workers._lanes[0].pool
            assert pool is not None
            [process] = (pool._processes or {}).values()
            return found, parent(process.pid)
        finally:
            workers.close()

    return asyncio.run(reading())


def parent(pid: int | None) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def server() -> int:
    pid = forkserver._forkserver._forkserver_pid
    assert pid is not None
    return int(pid)


def killed() -> int:
    os.kill(server(), signal.SIGKILL)
    os.waitid(os.P_PID, server(), os.WEXITED | os.WNOWAIT)
    return server()


def test_workers_are_forked_from_one_process_that_is_there_before() -> None:
    assert forking.begin()
    begun = server()
    assert forking.begin()
    found, whose = read_by_a_worker()

    assert isinstance(found, Version)
    assert whose == begun == server()


def test_ctrl_c_does_not_end_it_and_still_reaches_us() -> None:
    forking.begin()
    killed()
    forking.begin()
    begun = server()  # importing still: Ctrl-C would show a traceback of that
    blocked = next(line for line in Path(f"/proc/{begun}/status").read_text().splitlines() if line.startswith("SigBlk"))
    os.kill(begun, signal.SIGINT)
    found, whose = read_by_a_worker()

    assert int(blocked.split()[1], 16) >> (signal.SIGINT - 1) & 1
    assert isinstance(found, Version)
    assert whose == begun
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_after_its_death_there_is_another() -> None:
    forking.begin()
    dead = killed()
    found, whose = read_by_a_worker()

    assert isinstance(found, Version)
    assert whose == server() != dead


def test_where_it_cannot_be_had_a_worker_imports_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_directory() -> None:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(forkserver, "ensure_running", no_directory)
    assert not forking.begin()
    found, whose = read_by_a_worker()

    assert isinstance(found, Version)
    assert whose == os.getpid()


def test_until_there_is_one_other_requests_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    went_on, context, begun = threading.Event(), forking.context, list[int]()

    def once_they_did() -> BaseContext:
        begun.append(1)
        assert went_on.wait(PATIENCE), "the event loop waits for a process to begin"
        return context()

    async def two_pages_and_the_rest_of_the_crawl() -> list[Version | Unreadable]:
        workers = Workers(1)
        try:
            pages = [asyncio.create_task(workers.read(PAGE, f"https://example.org/{n}", AT)) for n in range(2)]
            await asyncio.sleep(0)
            went_on.set()
            return await asyncio.gather(*pages)
        finally:
            workers.close()

    monkeypatch.setattr(forking, "context", once_they_did)
    found = asyncio.run(two_pages_and_the_rest_of_the_crawl())

    assert [type(one) for one in found] == [Version, Version]
    assert len(begun) == 1


def test_the_page_that_it_has_read_is_one_with_an_update() -> None:
    found = read(read_once.PAGE, "https://example.org/ready", AT)

    assert isinstance(found, Version)
    assert len(found.updates) == 1
