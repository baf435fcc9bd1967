"""wabac.js, the engine of replayweb.page, in headless Chromium: an exported WACZ shows each version as it was, signed.

    python -m tests.judges.in_browser WORLD.json

wabac.js comes with pywb's wheel; it is served from an origin of its own beside the WACZ, as a replay site does.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from crawler.available import program

from .environments import environment

ENGINE = "wabacSW.js"
COLLECTION = "judged"
_START = """async ([name, source]) => {
  await navigator.serviceWorker.register('/sw.js', {scope: '/'});
  const worker = (await navigator.serviceWorker.ready).active;
  return await new Promise((done, failed) => {
    setTimeout(() => failed('the collection was not added'), 30000);
    navigator.serviceWorker.addEventListener('message', event => {
      if (event.data.msg_type === 'collAdded') { done(event.data.name); }
    });
    navigator.serviceWorker.startMessages();
    worker.postMessage({msg_type: 'addColl', name, file: {sourceUrl: source}, skipExisting: false});
  });
}"""
# What it found of digests and signature. (In its summary a signature counts as good, whatever it found.)
_CHECKED = """async () => {
  const asked = request => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = failed;
  });
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    if (database.objectStoreNames.contains('verification')) {
      return await asked(database.transaction('verification').objectStore('verification').getAll());
    }
  }
}"""
_SHOW = """src => { const frame = document.createElement('iframe'); frame.src = src;
  document.body.replaceChildren(frame); }"""

_COLOUR = "element => getComputedStyle(element).color"
_WIDTH = """async image => { await image.decode().catch(() => 0); return image.naturalWidth; }"""


class _Ranges(SimpleHTTPRequestHandler):
    """A folder, with the one range that wabac.js asks for at a time."""

    def send_head(self) -> Any:
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        path = Path(self.translate_path(self.path))
        if asked is None or not path.is_file():
            return super().send_head()
        size = path.stat().st_size
        start = int(asked[1]) if asked[1] else max(0, size - int(asked[2]))
        end = min(size, int(asked[2]) + 1) if asked[1] and asked[2] else size
        self.send_response(206)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        file = path.open("rb")
        file.seek(start)
        self._left = end - start
        return file

    def copyfile(self, source: Any, outputfile: Any) -> None:
        outputfile.write(source.read(getattr(self, "_left", -1)))

    def end_headers(self) -> None:
        self.send_header("Accept-Ranges", "bytes")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its own name
        """Nothing: whoever judges reads what is printed."""


@contextmanager
def _site(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Ranges, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://localhost:{server.server_address[1]}"
        finally:
            server.shutdown()


def main() -> None:
    told = Path(sys.argv[1])
    world = json.loads(told.read_text())
    site = told.parent / "site"
    site.mkdir()
    [engine] = environment("pywb").parent.rglob(ENGINE)
    (site / "sw.js").write_bytes(engine.read_bytes())
    (site / "index.html").write_text("<!doctype html><title>replay</title><body></body>")
    (site / "x.wacz").write_bytes(Path(world["wacz"]).read_bytes())
    with _site(site) as origin, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        page = browser.new_page()
        came: set[tuple[str, int]] = set()
        page.on("response", lambda response: came.add((response.url, response.status)))
        page.goto(f"{origin}/index.html")
        page.evaluate(_START, [COLLECTION, f"{origin}/x.wacz"])
        # It passes over revisits and shows the next answer, so a version is looked at where it was first seen.
        answers = [capture for capture in world["captures"] if capture["kind"] == "response"]
        shown = [_shown(page, origin, capture["timestamp"], world["url"]) for capture in answers]
        checked = {one["id"]: one for one in page.evaluate(_CHECKED)}
        browser.close()
    if not checked["signature"]["matched"] or checked["publicKey"]["expected"] != world["public_key"]:
        sys.exit(f"the signature: {checked}")
    lacking = [url for url in world["requisites"] if not any(at.endswith(url) and code == 200 for at, code in came)]
    wrong = [f"{one['timestamp']}: {found!r} instead of {one['shows']!r}"
             for one, found in zip(answers, shown, strict=True) if found != one["shows"]]  # fmt: skip
    if wrong or lacking or len({heading for heading, *_ in shown}) < 3:
        sys.exit("\n".join([*wrong, *(f"{url} did not come" for url in lacking), f"{len(shown)} captures were shown"]))
    told = f"{len(shown)} versions as they were, each with its style, its sheet, its font and its image"
    print(f"{told}; the signature is good")


def _shown(page: Page, origin: str, timestamp: str, url: str) -> list[str]:
    """The heading and its colour, which the page's own style gives it; that of an update, by the sheet; an image."""
    page.evaluate(_SHOW, f"{origin}/w/{COLLECTION}/{timestamp}mp_/{url}")
    heading = page.frame_locator("iframe").locator("h1")
    heading.wait_for(timeout=20_000)
    frame = page.frame_locator("iframe")
    colours = [frame.locator(name).first.evaluate(_COLOUR) for name in ("h1", "article")]
    width = frame.locator("img").evaluate(_WIDTH)
    return [heading.inner_text(), *colours, str(width)]


if __name__ == "__main__":
    main()
