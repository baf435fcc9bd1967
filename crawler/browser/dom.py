"""The page as it stands, read from a world of its own: scripts of the page can neither see nor forge that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from playwright.async_api import CDPSession

from pipelines import clock

# Its length first: a page of 300 MB must not come over the pipe to be told that it is too long.
_READ = """
(limit => {
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) + "\\n" : "";
  const all = type + (document.documentElement ? document.documentElement.outerHTML : "");
  return {length: all.length, html: all.slice(0, limit)};
})(%d)
"""
_WORLD = "stoppress"


@dataclass(frozen=True, slots=True)
class Dom:
    """``longer``: there was more than is here."""

    html: str
    longer: bool
    at: datetime


async def read_dom(session: CDPSession, limit: int) -> Dom:
    """``limit``: letters. Waits as long as the page's own scripts keep it busy; the caller has a clock."""
    tree: dict[str, Any] = await session.send("Page.getFrameTree")
    frame = tree["frameTree"]["frame"]["id"]
    world = await session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": _WORLD})
    asked = {"expression": _READ % limit, "contextId": world["executionContextId"], "returnByValue": True}
    told: dict[str, Any] = await session.send("Runtime.evaluate", asked)
    value = told["result"].get("value")
    if value is None:
        raise ValueError(f"the page cannot be read: {told.get('exceptionDetails', {}).get('text', 'no reason given')}")
    return Dom(html=value["html"], longer=value["length"] > limit, at=clock.now())
