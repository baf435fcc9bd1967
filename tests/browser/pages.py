"""Pages that are nothing without their scripts."""

from __future__ import annotations

import json

from tests.servers.raw_http import page


def feed(*texts: str) -> bytes:
    """An answer of the newsroom's own making: the updates, newest first."""
    told = [{"at": f"2026-11-26T10:{number:02}:00Z", "text": text} for number, text in enumerate(texts)]
    return page(json.dumps(told[::-1]).encode(), content_type="application/json")


UPDATES = (
    "The harbour of Westport was closed to all ships this morning, its master said.",
    "Two ferries turned back off the mole and wait in the lee of the island.",
    "The gauge at the old bridge has passed five metres for the first time since 1962.",
)
_FILL = """
async function fill(address) {
  const answer = await fetch(address);
  for (const update of await answer.json()) {
    const article = document.createElement("article");
    article.innerHTML = `<time datetime="${update.at}">${update.at}</time><p>${update.text}</p>`;
    document.getElementById("live").append(article);
  }
}
"""


def live(script: str = "", *, address: str = "/feed.json", head: str = "") -> bytes:
    """An empty container and the script that fills it; ``script``: what else runs, before that."""
    body = (
        f"<!doctype html><html><head><title>Storm over Westport</title>{head}</head><body>"
        f"<h1>Storm over Westport</h1><div id=live></div><script>{_FILL}</script><script>{script}</script>"
        f"<script>fill('{address}')</script></body></html>"
    )
    return page(body.encode())
