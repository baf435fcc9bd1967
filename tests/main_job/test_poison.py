"""One answer that nobody can make sense of, and one that no database can hold: all others go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import stoppress, write_config
from tests.servers.raw_http import RawServer, page

GOOD = page(b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed to all ships.</p></body></html>")
STATUS = ["99999999999999999999", "3000000000", "-1", "0", "99", "1000", "2e2"]


@pytest.mark.parametrize(
    "catalog", ["sqlite:///archive/catalog.db", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def test_a_status_of_any_size_ends_in_one_outcome_and_harms_no_other(
    raw_server: RawServer, tmp_path: Path, catalog: str, request: pytest.FixtureRequest
) -> None:
    if catalog == "postgresql":
        catalog = request.getfixturevalue("postgres_url")
    odd = [raw_server.route(f"/{s}", GOOD.replace(b" 200 ", b" %s " % s.encode(), 1)) for s in STATUS]
    good = raw_server.route("/good", GOOD)
    config = write_config(tmp_path, *odd, good, catalog=catalog)
    stoppress("apply", str(config))

    for _ in range(2):  # the second start finds what the first has left
        ran = stoppress("crawl", "--once", "--json", config=config)
        ended = {line["url"]: line for line in ran.lines}

        assert {(ended[url]["outcome"], ended[url]["reason"], ended[url]["status"]) for url in odd} == {
            ("error", "protocol", None)
        }
        assert all(ended[url]["detail"] for url in odd)
        assert ended[good]["outcome"] in ("archived", "revisit")
        assert "Traceback" not in ran.err
    assert stoppress("get", f"{good}@now", config=config).code == 0
    assert not list(tmp_path.glob("spool/*.warc.gz*"))


def test_a_robots_file_with_such_a_status_is_one_that_cannot_be_read(raw_server: RawServer, tmp_path: Path) -> None:
    raw_server.route("/robots.txt", GOOD.replace(b" 200 ", b" 99999999999999999999 ", 1))
    config = write_config(tmp_path, raw_server.route("/good", GOOD))
    stoppress("apply", str(config))

    [visit] = stoppress("crawl", "--once", "--json", config=config).lines

    assert (visit["outcome"], visit["reason"]) == ("error", "robots")
