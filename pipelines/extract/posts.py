"""Posts of networks that stand in a page by their platform's own code: where they are is kept, their words are nobody's
update."""

from __future__ import annotations

from .source import Node
from .words import words_of

# what the platforms' embedding code calls its elements, by class or by name
EMBEDDED = words_of(
    "twitter-tweet twitter-video instagram-media tiktok-embed bluesky-embed mastodon-embed fb-post fb-video "
    "reddit-embed-bq reddit-card text-post-media telegram-post "
    "amp-twitter amp-instagram amp-facebook amp-tiktok amp-reddit amp-pinterest"
)
_CITED = ("cite", "data-instgrm-permalink", "data-href", "data-text-post-permalink", "data-telegram-post")


def is_post(node: Node) -> bool:
    return not EMBEDDED.isdisjoint((node.tag, *(node.get("class") or "").split()))


def place_of(node: Node) -> list[str]:
    """Where the post stands: what its element cites, else its last link."""
    links = [href for a in node.iter("a") if (href := a.get("href") or "").startswith(("http://", "https://"))]
    cited = next((value for name in _CITED if (value := node.get(name))), None)
    return [cited] if cited else links[-1:]
