"""Pages of many versions, and versions of many words: given in parts, and compared coarsely, which is said."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.config import load_config
from pipelines.keeper import Keeper
from pipelines.model import Update, Version
from tests.judges.services import running
from tests.retrieval.conftest import T0, Newsroom

from .conftest import PAGE, body, get, status

LONG = "https://news.example.org/live/long"
MANY = 30


def words(seed: int, count: int) -> str:
    dice = random.Random(seed)
    return " ".join(str(dice.randrange(10**9)) for _ in range(count))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    config: Path = tmp_path_factory.mktemp("large") / "stoppress.toml"
    config.write_text("[archive]\n")
    with Keeper(load_config(config)) as keeper:
        newsroom = Newsroom(keeper)
        for number, url in [*((n, PAGE) for n in range(1, MANY + 1)), (1, LONG), (2, LONG)]:
            at = T0 + timedelta(minutes=number)
            text = words(number, 60_000 if url == LONG else 3)
            update = Update(text=text, id="a", key="id:a", position=0)
            version = Version(url=url, at=at, headline="Storm", text=text, updates=(update,))
            newsroom.visit(url, at, payload=f"{url} {number}".encode(), says=version)
    with running(config, "serve") as told:
        yield told["base_url"]


@pytest.mark.parametrize(("offset", "limit"), [(0, 10), (25, 10), (29, 1), (30, 5), (10**9, 1000), (0, 0), (7, 1)])
def test_versions_come_in_parts(large: str, offset: int, limit: int) -> None:
    answer = get(large, f"/api/versions?url={PAGE}&offset={offset}&limit={limit}")
    numbers = [one["version"] for one in json.loads(body(answer))["versions"]]

    assert numbers == list(range(1, MANY + 1))[offset : offset + limit]


def test_more_than_can_be_compared_in_full_is_compared_coarsely_and_said_so(large: str) -> None:
    shown = get(large, f"/diff/before/20260103100200/{LONG}")
    told = json.loads(body(get(large, f"/api/changes?url={LONG}")))["changes"]

    assert status(shown) == 200
    assert b"coarse: too much to be compared in full" in shown
    assert any(change.get("coarse") for change in told)
