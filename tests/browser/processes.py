"""The processes below a crawler, as /proc tells of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    pid: int
    parent: int
    began: str  # a pid may be given again, this may not
    words: str

    @property
    def is_browser(self) -> bool:
        return "--remote-debugging-pipe" in self.words and "--type=" not in self.words

    @property
    def is_page(self) -> bool:
        return "--type=renderer" in self.words

    def is_there(self) -> bool:
        now = _process(PROC / str(self.pid))
        return now is not None and now.began == self.began


def below(pid: int) -> list[Process]:
    """All descendants. Zombies are none: they are dead, and wait for somebody to ask."""
    known = [found for path in PROC.iterdir() if path.name.isdigit() and (found := _process(path))]
    mine, parents = [], {pid}
    while parents:
        children = [one for one in known if one.parent in parents]
        mine += children
        parents = {one.pid for one in children}
    return mine


def _process(path: Path) -> Process | None:
    try:
        stat = (path / "stat").read_text().rpartition(")")[2].split()
        words = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return None
    return None if stat[0] == "Z" else Process(int(path.name), int(stat[1]), stat[19], words)


def wait_until(true: Callable[[], bool], what: str, within: float = 30) -> None:
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, f"{what}: not within {within} s"
        time.sleep(0.05)
