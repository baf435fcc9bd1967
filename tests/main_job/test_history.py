"""What came before is never forgotten: sequences of one page, served to the production crawler, then read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.main_job.serving import Backend, archive
from tests.rebuilt import equals_its_catalog
from tests.running import stoppress
from tests.servers.buckets import Bucket
from tests.servers.raw_http import RawServer

pytestmark = pytest.mark.long
TOPICS = (
    "harbour", "bridge", "airport", "school", "hospital", "market", "library", "stadium", "tunnel", "museum", "castle",
    "theatre", "station", "quarry", "lighthouse", "brewery",
)  # fmt: skip


@pytest.fixture(params=["directory", pytest.param("swift", marks=[pytest.mark.swift, pytest.mark.postgres])])
def backend(request: pytest.FixtureRequest) -> Backend:
    if request.param == "directory":
        return Backend("archive", "sqlite:///archive/catalog.db")
    bucket: Bucket = request.getfixturevalue("swift_s3")
    return Backend(f"{bucket.url}/live", request.getfixturevalue("postgres_url"), bucket)


def story(number: int, word: str = "closed") -> str:
    """No two of them share a word that counts."""
    it = TOPICS[number]
    return f"{it.title()} {word}: {it}master, {it}side crews and {it}gate wardens agreed on {it}hour {number + 10}."


def live(*shown: int, ids: bool = True, **said: str) -> bytes:
    """A live page, the newest update first; ``u3="open"``: update 3 says that word in place of its own."""
    told = [(n, story(n, said.get(f"u{n}", "closed"))) for n in shown]
    posts = [
        {"@type": "BlogPosting", **({"@id": f"#u{n}"} if ids else {}), "articleBody": text,
         "datePublished": f"2026-01-03T{n + 1:02}:00:00Z"}
        for n, text in told
    ]  # fmt: skip
    blog = {"@context": "https://schema.org", "@type": "LiveBlogPosting", "headline": "Flood", "liveBlogUpdate": posts}
    articles = "".join(
        f"<article{f' id=u{n}' if ids else ''}><time datetime='2026-01-03T{n + 1:02}:00:00Z'>{n + 1:02}:00</time>"
        f"<p>{text}</p></article>"
        for n, text in told
    )
    return (
        f"<!doctype html><html><head><title>Flood</title><script type='application/ld+json'>{json.dumps(blog)}</script>"
        f"</head><body><main><h1>Flood</h1>{articles}</main></body></html>"
    ).encode()


def newest(top: int, count: int = 12, **more: Any) -> bytes:
    """A page that always shows so many."""
    return live(*range(top, top - count, -1), **more)


SEQUENCES = {
    "there and back": [live(1, 0), live(1, 0, u0="open"), live(1, 0, ids=True, u0="closed") + b"<!-- again -->"],
    "removed and put back": [live(2, 1, 0), live(2, 0), live(2, 0) + b"<!-- a second look -->", live(2, 1, 0) + b" "],
    "out of the window and back": [newest(11), newest(12), newest(13), newest(12) + b" "],
    "edited while it was out of the window": [newest(11, ids=False), newest(12, ids=False),
                                              live(*range(11, -1, -1), ids=False, u0="open") + b" "],
    "taken away with a tombstone": [
        live(2, 1, 0), live(2, 0).replace(b"</main>", b"<div id=u1 data-tombstone></div></main>"),
    ],
    "gone in one look only": [live(2, 1, 0), live(2, 0), live(2, 1, 0) + b"<!-- there -->"],
}  # fmt: skip


def test_what_was_before_tells_what_is_back(raw_server: RawServer, tmp_path: Path, backend: Backend) -> None:
    kept = archive(raw_server, list(SEQUENCES.values()), tmp_path, backend)
    config = kept[0].config
    equals_its_catalog(config)
    found = {
        name: stoppress("changes", "--unconfirmed", "--url", page.url, "--json", config=config).lines
        for name, page in zip(SEQUENCES, kept, strict=True)
    }

    def told(name: str, *types: str) -> list[tuple[Any, ...]]:
        lines = [line for line in found[name] if not types or line["type"] in types]
        return [(line["to"], line["type"], line["update"], line["confirmed"]) for line in lines]

    assert told("there and back") == [(2, "edited", "id:u0", True), (3, "reverted", "id:u0", True)]
    back = found["there and back"][1]
    assert back["earlier_proof"]["record_id"] == found["there and back"][0]["old_proof"]["record_id"]

    assert told("removed and put back") == [(2, "removed", "id:u1", True), (3, "restored", "id:u1", True)]
    removed, restored = found["removed and put back"]
    # Dated by the first look without it, not by the second, which confirmed it.
    assert removed["seen_by"] == removed["new_proof"]["timestamp"] == restored["old_proof"]["timestamp"]
    assert restored["earlier_proof"]["record_id"] == removed["old_proof"]["record_id"]

    window = told("out of the window and back", "left_window", "returned", "removed", "added", "restored")
    assert (2, "left_window", "id:u0", True) in window
    assert (4, "returned", "id:u1", True) in window
    # A look that came while a slower page was waited for has confirmed it.
    again = len(kept[list(SEQUENCES).index("out of the window and back")].visits) > 4
    assert [line for line in window if line[1] in ("removed", "restored")] == [(4, "removed", "id:u13", again)]

    outside = {line["type"]: line for line in found["edited while it was out of the window"]}
    assert list(outside) == ["added", "left_window", "returned", "edited", "removed"]
    assert outside["returned"]["was"] == outside["edited"]["was"] == outside["left_window"]["update"]
    assert (outside["edited"]["old"], outside["edited"]["new"]) == (story(0), story(0, "open"))
    assert outside["edited"]["earlier_proof"]["record_id"] == outside["left_window"]["old_proof"]["record_id"]

    [told_of] = found["taken away with a tombstone"]
    assert (told_of["type"], told_of["confirmed"], told_of["tombstone"]) == ("removed", True, True)
    assert (told_of["notice"], told_of["stealth"]) == ("technical", False)

    once = told("gone in one look only")
    assert once == [(2, "removed", "id:u1", False), (3, "restored", "id:u1", True)]
    listed = stoppress("changes", "--url", kept[-1].url, "--json", config=config)
    assert [line["type"] for line in listed.lines] == ["restored"]
    assert "1 not confirmed yet by a second look" in listed.err
