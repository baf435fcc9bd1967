"""A disk that changes a byte of the file that a killed crawler was writing to: the next start says so and goes on."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.warc import scan
from tests.main_job.serving import ask
from tests.other_tools import complaints
from tests.rebuilt import differences, dump, rebuilt
from tests.running import crawling, stoppress, write_config
from tests.servers.raw_http import RawServer, page, serving
from tests.store.test_mending import forged

PAGES = 4


def html(number: int) -> bytes:
    return f"<!doctype html><html><body><h1>Storm {number}</h1><p>Harbour {number} is shut.</p></body></html>".encode()


def coded(data: bytes) -> bytes:
    return page(data).replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n", 1)


def killed(config: Path) -> list[dict[str, Any]]:
    """What a crawler acknowledged before it was killed."""
    with crawling(config, "--for", "60s") as process:
        assert process.stdout is not None
        visits = [json.loads(process.stdout.readline()) for _ in range(2 * PAGES)]
        process.kill()
    return visits


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, list[dict[str, Any]], str]:
    """A crawl that was killed, one bit of a page's answer changed, and a second crawl."""
    folder = tmp_path_factory.mktemp("mended")
    with serving(RawServer()) as server:
        bodies = [gzip.compress(html(n)) for n in range(PAGES)]
        bodies[1] = b"".join(forged())  # said to be gzip, as it is: records of ours, which this page has made up
        urls = [server.route(f"/{n}", coded(body)) for n, body in enumerate(bodies)]
        config = write_config(folder, *urls)
        stoppress("apply", str(config))
        visits = killed(config)
        (left,) = (folder / "spool").glob("*.open")
        with left.open("rb") as file:
            answers = [p for p in scan(file) if p.record.type == "response"]
        hit = next(p for p in answers if p.record.get("WARC-Target-URI") == urls[1])
        data = bytearray(left.read_bytes())
        data[data.index(bodies[1][:30], hit.offset) - 4] ^= 8  # the length of the stored body
        left.write_bytes(data)
        ran = stoppress("crawl", "--once", config=config)
    return config, hit.record.id, visits, ran.err


def test_it_costs_the_record_that_it_hit_and_no_other_that_was_acknowledged(
    mended: tuple[Path, str, list[dict[str, Any]], str],
) -> None:
    config, hit, visits, _ = mended
    logged = [v for row in ask(config, "pages", "--json").lines for v in ask(config, "log", row["url"], "--json").lines]
    kept = {(v["url"], v["started"]): {c["record_id"] for c in v["captures"]} for v in logged}

    assert {name for v in visits for name in (c["record_id"] for c in v["captures"])} >= {hit}
    for visit in visits:
        ids = {capture["record_id"] for capture in visit["captures"]}
        assert kept[visit["url"], visit["started"]] == ids - {hit}
    assert all("never said" not in json.dumps(visit) for visit in logged)
    assert len([v for v in logged if not v["outcome"]]) == 0


def test_the_start_and_verify_and_doctor_say_so(mended: tuple[Path, str, list[dict[str, Any]], str]) -> None:
    config, hit, _, said = mended
    verified, doctor = ask(config, "verify", "--deep"), ask(config, "doctor")

    assert "damaged byte(s) of the middle of files; 1 capture(s) that the catalog had are lost" in said
    assert hit in said
    assert verified.code == 1
    assert b"damaged bytes from the middle of a file, at " in verified.out
    assert verified.out.count(b"quarantine:") == 1
    assert "damaged place(s) of spool files lie in quarantine" in doctor.out.decode() + doctor.err


def test_the_archive_is_whole_again_and_the_store_alone_tells_the_same(
    mended: tuple[Path, str, list[dict[str, Any]], str],
) -> None:
    config = mended[0]
    (copy,) = (config.parent / "spool" / "quarantine").iterdir()
    data = copy.read_bytes()
    copy.unlink()
    try:
        assert ask(config, "verify", "--deep").code == 0
    finally:
        copy.write_bytes(data)
    fresh, done = rebuilt(config)

    assert done.code == 0, done.err
    assert differences(dump(config), dump(fresh)) == []
    assert complaints(sorted((config.parent / "archive").rglob("*.warc.gz")), {}) == []
