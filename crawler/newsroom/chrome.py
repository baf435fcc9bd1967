"""What stands around the news: the page's frame, and everything on it that changes by itself.

Pure: a ``Noise`` says what time the reader's clock shows and how many visitors came before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from .script import Story
from .state import Picture, iso

_PAGE = Template(Path(__file__).with_name("page.html").read_text("utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """What differs between two looks at an unedited page: the wall clock and the visitors so far."""

    now: datetime
    visitor: int = 0

    @property
    def comments(self) -> int:
        return 214 + 3 * self.visitor

    @property
    def shares(self) -> int:
        return 1187 + 7 * self.visitor

    def ago(self, moment: datetime) -> str:
        """A relative time as sites print it; it ticks with the wall clock."""
        minutes = max(0, int((self.now - moment).total_seconds() // 60))
        if minutes < 1:
            return "just now"
        return f"{minutes} min ago" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min ago"


def frame(story: Story, noise: Noise, *, title: str, url: str, body: str, head: str = "", side: str = "") -> str:
    """A whole HTML page of the site around ``body``."""
    return _PAGE.substitute(
        title=escape(title),
        canonical=escape(url),
        site=escape(story["site"]),
        place=escape(story["place"]),
        clock=noise.now.astimezone(UTC).strftime("%H:%M:%S"),
        head=head,
        body=body,
        side=side,
    )


def paragraphs(texts: Sequence[str]) -> str:
    return "\n".join(f"<p>{escape(t)}</p>" for t in texts)


def figure(picture: Picture | None) -> str:
    if picture is None:
        return ""
    return (
        f'<figure><img src="/pictures/storm.svg" width="640" height="300" alt="{escape(picture.caption)}">'
        f'<figcaption>{escape(picture.caption)} <span class="credit">Photograph: {escape(picture.credit)}'
        "</span></figcaption></figure>"
    )


def promo(story: Story, noise: Noise) -> str:
    """The box that shows something else at every look."""
    box = story["promos"][noise.visitor % len(story["promos"])]
    return (
        f'<aside class="promo" aria-label="From the Lantern"><strong>{escape(box["title"])}</strong> '
        f'{escape(box["text"])} <a href="/">Find out more</a></aside>'
    )


def counters(noise: Noise) -> str:
    return (
        f'<p class="meta"><span class="comment-count">{noise.comments} comments</span> · '
        f'<span class="share-count">{noise.shares:,} shares</span></p>'
    )


def prompt(story: Story, noise: Noise) -> str:
    return (
        f'<section class="box comment-prompt" aria-label="Comments"><p>{escape(story["prompt"])} '
        f'<a href="/">Read {noise.comments} comments</a></p></section>'
    )


def teasers(story: Story, noise: Noise, opened: datetime) -> str:
    """A decoy: a list of other stories, each with its time."""
    items = "\n".join(
        f'<li><time datetime="{iso(_before(opened, s))}">{_before(opened, s):%H:%M}</time> '
        f'<a href="/news/{s["slug"]}">{escape(s["title"])}</a></li>'
        for s in story["stories"]
    )
    return f'<section class="latest"><h2>Latest</h2><ul>\n{items}\n</ul></section>'


def related(story: Story, opened: datetime) -> str:
    """A decoy: boxes with a text of their own, a time and a link."""
    return "\n".join(
        f'<div class="related-box box"><time datetime="{iso(_before(opened, s))}">{_before(opened, s):%H:%M}</time>'
        f'<h3><a href="/news/{s["slug"]}">{escape(s["title"])}</a></h3><p>{escape(s["text"])}</p></div>'
        for s in story["stories"]
    )


def comments(story: Story, noise: Noise, opened: datetime) -> str:
    """A decoy: what readers say, in repeated records with times."""
    items = "\n".join(
        f'<div class="comment"><b>{escape(c["name"])}</b> '
        f'<time datetime="{iso(_before(opened, c))}">{noise.ago(_before(opened, c))}</time>'
        f"<p>{escape(c['text'])}</p></div>"
        for c in story["comments"]
    )
    return f'<section class="comments"><h2>What readers say</h2>\n{items}\n</section>'


def front_page(story: Story, noise: Noise, *, base: str, headline: str, opened: datetime) -> str:
    live = f"/live/{story['slug']}"
    body = (
        f"<h1>Today in {escape(story['place'])}</h1>\n"
        f'<section><h2><span class="badge">Live</span> <a href="{live}">{escape(headline)}</a></h2>'
        f"<p>{escape(story['standfirst'])}</p></section>\n{teasers(story, noise, opened)}"
    )
    return frame(story, noise, title=f"News from {story['place']}", url=f"{base}/", body=body)


def article(story: Story, noise: Noise, *, base: str, item: dict[str, Any]) -> str:
    """One of the other stories, so that no link of the site leads nowhere."""
    body = f"<article><h1>{escape(item['title'])}</h1><p>{escape(item['text'])}</p></article>"
    return frame(story, noise, title=item["title"], url=f"{base}/news/{item['slug']}", body=body)


def _before(opened: datetime, item: dict[str, Any]) -> datetime:
    return opened.astimezone(UTC).replace(second=0, microsecond=0) - timedelta(minutes=item["minutes_ago"])
