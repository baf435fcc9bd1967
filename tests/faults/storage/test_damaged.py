"""Objects that were deleted, overwritten or flipped: never served, named by verify, and others are served as before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.main_job.serving import ask
from tests.running import crawl_until, stoppress, write_config
from tests.servers.raw_http import RawServer, page

BODIES = [f"<!doctype html><html><body><h1>Storm {n}</h1><p>Harbour {n} is shut.</p></body></html>".encode()
          for n in range(2)]  # fmt: skip


def flipped(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 4
    path.write_bytes(data)


def deleted(path: Path, at: int) -> None:
    path.unlink()


def overwritten(path: Path, at: int) -> None:
    path.write_bytes(b"somebody else's")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two pages in two files; its config."""
    from tests.servers.raw_http import serving

    folder = tmp_path_factory.mktemp("damaged")
    with serving(RawServer()) as server:
        for number, body in enumerate(BODIES):
            config = write_config(folder, server.route(f"/{number}", page(body)))
            stoppress("apply", str(config))
            if number:
                assert stoppress("pause", server.url("/0"), config=config).code == 0
            crawl_until(config, lambda seen: len(seen) >= 1)
    return config


@pytest.mark.parametrize("damage", [flipped, deleted, overwritten])
def test_a_damaged_object_is_never_served_named_by_verify_and_costs_no_other(
    kept: Path, damage: Callable[[Path, int], None]
) -> None:
    rows = ask(kept, "pages", "--json").lines
    urls = sorted(row["url"] for row in rows)
    capture = ask(kept, "log", urls[0], "--json").lines[0]["captures"][0]
    path = kept.parent / "archive" / capture["filename"]
    whole = path.read_bytes()
    damage(path, capture["offset"] + capture["length"] // 2)
    try:
        got = ask(kept, "get", f"{urls[0]}@v1")
        other = ask(kept, "get", f"{urls[1]}@v1")
        verified = ask(kept, "verify", "--deep")
    finally:
        path.write_bytes(whole)

    assert (got.code, got.out) == (1, b"")
    assert capture["filename"] in got.err
    assert (other.code, other.out) == (0, BODIES[1])
    assert verified.code == 1
    assert capture["filename"] in verified.out.decode() + verified.err
    assert ask(kept, "get", f"{urls[0]}@v1").out == BODIES[0]
