"""Paged live pages of a made-up newsroom, as bytes: how many updates, which of them on which page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

BEGIN = datetime(2026, 1, 14, 8, tzinfo=UTC)
AT = datetime(2026, 1, 14, 14, tzinfo=UTC)
STREETS = ("Castle Road", "Marrow Quay", "the old bridge", "Mill Lane", "the fish market", "Tower Street", "the ring")
WORDS = ("is closed to all traffic", "can be used again", "has been cleared of water", "is guarded by the fire brigade")


def text(number: int) -> str:
    return (
        f"Report {number}: {STREETS[number % 7]} {WORDS[number % 4]}, the harbour office says; "
        f"{number * 3 + 11} people were told to stay away from the water."
    )


def moment(number: int) -> datetime:
    return BEGIN + timedelta(minutes=number)


def entry(number: int, said: str | None = None) -> str:
    when = moment(number)
    return (
        f'<article class="entry" id="post-{50000 + number}"><time datetime="{when.isoformat()}">{when:%H:%M}</time>'
        f"<p>{said or text(number)}</p></article>"
    )


def html(entries: str, *, pager: str = "", head: str = "", lead: str = "") -> bytes:
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Storm over the estuary: live</title>
<meta property="og:title" content="Storm over the estuary: live">{head}</head><body>
<header><a href="/">The Estuary Post</a></header><main><h1>Storm over the estuary: live</h1>
<p class="lead">All that is known of the storm, as it comes in from our reporters on the quays.</p>{lead}
<div class="stream">{entries}</div>{pager}</main><footer><p>The Estuary Post, Marrow Quay 3</p></footer></body></html>
""".encode()


def paged(numbers: Sequence[int], page: int, size: int, path: str = "/live/storm", **edited: str) -> bytes:
    """``numbers``: of all updates, newest first; page ``page`` of them. ``edited``: n7="other words"."""
    pages = max(1, -(-len(numbers) // size))
    shown = numbers[(page - 1) * size : page * size]
    links = []
    if page > 1:
        links.append(f'<a rel="prev" href="{path}?page={page - 1}">Newer</a>')
    links.append(f"<span>Page {page} of {pages}</span>")
    if page < pages:
        links.append(f'<a rel="next" href="{path}?page={page + 1}">Older</a>')
    pager = f'<p class="pager">{" ".join(links)}</p>' if pages > 1 else ""
    return html("".join(entry(n, edited.get(f"n{n}")) for n in shown), pager=pager)


def wordpress(endpoint: str, newest: int, listed: Sequence[int] = ()) -> bytes:
    """A page whose updates a script fetches; ``listed``: those in its JSON-LD."""
    updates = [
        {"@type": "BlogPosting", "url": f"#{50000 + n}", "articleBody": text(n), "datePublished": moment(n).isoformat()}
        for n in listed
    ]
    live = {"@context": "https://schema.org", "@type": "LiveBlogPosting", "headline": "Storm over the estuary: live"}
    head = f'<script type="application/ld+json">{json.dumps(live | {"liveBlogUpdate": updates})}</script>'
    told = {
        "refresh_interval": "10", "state": "enable", "endpoint_url": endpoint, "latest_entry_id": str(50000 + newest),
        "latest_entry_timestamp": str(int(moment(newest).timestamp())),
    }  # fmt: skip
    script = f"<script>var liveblog_settings = {json.dumps(told)};</script>"
    return html('<div id="wpcom-liveblog-container" class="901"></div>', head=head, pager=script)


def wordpress_answer(numbers: Sequence[int], page: int, pages: int, total: int, gone: Sequence[int] = ()) -> bytes:
    def item(n: int, kind: str) -> dict[str, Any]:
        stamp = int(moment(n).timestamp())
        said = f"<p>{text(n)}</p>" if kind == "new" else ""
        return {"id": 50000 + n, "type": kind, "html": said, "timestamp": stamp, "entry_time": stamp,
                "key_event": False, "authors": [{"id": 7, "name": "Ada Quill"}]}  # fmt: skip

    items = [item(n, "new") for n in numbers] + [item(n, "delete") for n in gone]
    return json.dumps({"entries": items, "page": page, "pages": pages, "total": total}).encode()


def sourcefabric(api_host: str, numbers: Sequence[int] = ()) -> bytes:
    blog = {"_id": "58bfeb4c15720af1a94c1052", "blog_status": "open"}
    told = json.dumps({"blog": blog, "api_host": api_host})
    script = f"<script>window.LB = {told};</script>"
    return html("".join(entry(n) for n in numbers), pager=script)


def sourcefabric_answer(numbers: Sequence[int], page: int, pages: int, total: int, gone: Sequence[int] = ()) -> bytes:
    posts = "client_blogs/58bfeb4c15720af1a94c1052/posts"

    def item(n: int) -> dict[str, Any]:
        return {"_id": f"urn:newsml:localhost:2026:{50000 + n}", "particular_type": "post", "deleted": n in gone,
                "sticky": False, "lb_highlight": False, "byline": "Ada Quill", "published_date": moment(n).isoformat(),
                "groups": [{"refs": [{"item": {"item_type": "text", "text": f"<p>{text(n)}</p>"}}]}]}  # fmt: skip

    links = {"self": {"href": posts}} | ({"next": {"href": f"{posts}?page={page + 1}"}} if page < pages else {})
    meta = {"page": page, "max_results": 25, "total": total}
    return json.dumps({"_items": [item(n) for n in (*numbers, *gone)], "_meta": meta, "_links": links}).encode()
