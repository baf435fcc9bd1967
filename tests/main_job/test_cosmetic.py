"""Bytes that differ at each visit teach the schedule nothing: only what readers were told does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crawler.schedule.learning import Learnt
from pipelines.store.catalog import Catalog
from pipelines.urlkey import urlkey
from tests.running import crawl_until, stoppress, write_config
from tests.servers.raw_http import RawServer, page

UPDATES = ("The harbour is closed to all ships until further notice.", "The first ferry has left the northern quay.")


def live(number: int, *, cosmetic: bool, told: int) -> bytes:
    """A live page as it is delivered for the so many-th time: what is around its updates differs, or they do."""
    noise = number if cosmetic else 0
    told_so_far = [f"Gust number {n} was measured at the lighthouse, {60 + n} knots." for n in range(told)]
    entries = "".join(
        f'<article class="post" id="p{n}"><time datetime="2026-03-01T{10 + n % 12}:00:00Z">{n} h</time><p>{text}</p>'
        f'<span class="shares">{noise * 7} shares</span></article>'
        for n, text in enumerate([*UPDATES, *told_so_far])
    )
    return (
        f'<!doctype html><html><head><title>Storm live</title><script nonce="{noise:032x}">var t={noise};</script>'
        f'<link rel="stylesheet" href="/site.{noise:08x}.css"></head><body data-request="{noise}">'
        f"<h1>Storm: live</h1>{entries}<aside>{noise} readers online</aside><!-- {noise} --></body></html>"
    ).encode()


def test_a_page_whose_bytes_change_at_each_visit_is_as_quiet_as_one_that_stays(
    raw_server: RawServer, tmp_path: Path
) -> None:
    def serve(path: str, **how: Any) -> str:
        async def answer(_reader: object, writer: Any) -> None:
            number = len(raw_server.hits_of(path))
            writer.write(page(live(number, cosmetic=how.get("cosmetic", False), told=number if "told" in how else 0)))
            await writer.drain()

        return raw_server.route(path, answer)

    urls = serve("/same"), serve("/cosmetic", cosmetic=True), serve("/busy", told=True)
    watches = "".join(f'[[watch]]\nurl = "{url}"\nmin = "1s"\nmax = "2s"\n' for url in urls)
    config = write_config(tmp_path, more=watches)
    stoppress("apply", str(config))
    seen = crawl_until(config, lambda visits: all(sum(v["url"] == url for v in visits) >= 4 for url in urls))

    with Catalog.open(f"sqlite:///{tmp_path / 'archive' / 'catalog.db'}") as catalog:
        kept = catalog.learnt(map(urlkey, urls))
    same, cosmetic, busy = (Learnt.from_json(kept[urlkey(url)].state) for url in urls)
    assert same
    assert cosmetic
    assert busy
    outcomes = [{visit["outcome"] for visit in seen if visit["url"] == url} for url in urls]
    assert outcomes == [{"archived", "revisit"}, {"archived"}, {"archived"}]  # other bytes each time
    assert cosmetic.begun[3:] == same.begun[3:]  # no edit of any update
    assert abs(cosmetic.rate / same.rate - 1) < 0.01
    assert busy.rate > 1.5 * same.rate
