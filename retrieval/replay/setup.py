"""What pywb is given: its configuration, and a banner that leads to what changed. Pure."""

from __future__ import annotations

import json

COLLECTION = "archive"


def configuration(feed: str) -> str:
    """pywb's ``config.yaml`` (JSON is YAML). ``feed``: where index and records are, the live web is not asked."""
    index = f"{feed}/cdx/pywb?url={{url}}&closest={{closest}}&sort=closest"
    collection = {
        "index": {"type": "cdx", "api_url": index, "replay_url": ""},
        "archive_paths": f"{feed}/warc/",
    }
    return json.dumps(
        {
            "collections": {COLLECTION: collection},
            "framed_replay": True,
            "redirect_to_exact": True,
            "enable_auto_fetch": False,
            "enable_memento": True,
        },
        indent=2,
    )


def front(word: str) -> str:
    """pywb's ``index.html``. ``word``: by which who started it knows it."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="stoppress" content="{word}">'
        f'<title>Replay</title></head><body><p><a href="/{COLLECTION}/">Captured pages</a></p></body></html>'
    )


def banner(base: str) -> str:
    """pywb's ``banner.html``: the time of what is shown, and links to its changes at ``base``, the application.

    It stands around the frame of the page, which tells it where it has gone. What a captured page could tell in its
    stead becomes text and an address under ``base``, nothing else.
    """
    return _BANNER.replace("BASE", json.dumps(base.rstrip("/")).replace("<", "\\u003c"))


_BANNER = """<style>
#stoppress { font: 14px/1.5 system-ui, sans-serif; display: flex; gap: 1.5em; flex-wrap: wrap; padding: .4em 1em;
  color: #111; background: #f3f1ea; border-bottom: 1px solid #8a8678 }
#stoppress a { color: #0b4a8f } #stoppress time { font-weight: 600 }
body { display: flex; flex-direction: column; height: 100vh } #app { display: none }
#wb_iframe_div { flex: 1; min-height: 0 } #replay_iframe { width: 100%; height: 100%; border: 0 }
</style>
<nav id="stoppress" aria-label="This capture">
<time>&#8230;</time>
<a data-side="before" rel="noopener" target="_blank" hidden>what changed before it</a>
<a data-side="after" rel="noopener" target="_blank" hidden>what changed after it</a>
</nav>
<script>
window.VueUI = { main: function () {} };  // pywb's own bar, for which this one stands
(function () {
  var base = BASE, here = document.getElementById("stoppress");
  function show(time, url) {
    if (!/^[0-9]{14}$/.test(time) || !/^https?:/.test(url)) { return; }
    here.querySelector("time").textContent =
      time.replace(/^(....)(..)(..)(..)(..)(..)$/, "$1-$2-$3 $4:$5:$6") + " UTC";
    here.querySelectorAll("a").forEach(function (link) {
      link.href = base + "/diff/" + link.dataset.side + "/" + time + "/" + encodeURIComponent(url);
      link.hidden = false;
    });
  }
  window.addEventListener("message", function (event) {
    var frame = document.querySelector("iframe"), said = event.data;
    if (!frame || event.source !== frame.contentWindow || !said || said.wb_type !== "load") { return; }
    show(String(said.ts || ""), String(said.url || ""));
  });
})();
</script>
"""
