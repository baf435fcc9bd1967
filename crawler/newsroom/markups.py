"""One state of the story in four markups with the same words, times, order and noise.

    json-ld    schema.org LiveBlogPosting in a script, and elements with ids
    microdata  the same statements as attributes of the elements
    dom        repeated elements without ids, beside lists that look like them
    headings   a flat run of headings that begin with a clock; no containers, no ids

Pure: state, noise and address in, HTML out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from html import escape
from typing import Any

from . import chrome
from .chrome import Noise
from .script import Story
from .state import Picture, State, Update, iso


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One page to be written: page 1 holds the window, page 2 what has left it."""

    story: Story
    state: State
    noise: Noise
    base: str  # scheme://host:port
    page: int = 1

    @property
    def address(self) -> str:
        """The page's own URL; page 1 carries no number."""
        live = f"{self.base}/live/{self.story['slug']}"
        return live if self.page == 1 else f"{live}?page={self.page}"

    @property
    def updates(self) -> tuple[Update, ...]:
        return self.state.shown if self.page == 1 else self.state.behind

    @property
    def changed(self) -> str:
        """The newest time the newsroom admits to: silent corrections leave it as it was."""
        return iso(max(u.updated or u.published for u in self.state.updates))


def render(view: View, markup: str) -> str:
    """The live page as HTML; ValueError for an unknown markup or a page that does not exist."""
    if markup not in MARKUPS:
        raise ValueError(f"no markup {markup!r}; there are {', '.join(MARKUPS)}")
    if not view.updates:
        raise ValueError(f"there is no page {view.page}")
    return MARKUPS[markup](view)


def _json_ld(view: View) -> str:
    data = json.dumps(_posting(view), ensure_ascii=False, indent=1).replace("<", "\\u003c")
    feed = _feed(view, [_article(view, u, f'id="update-{u.id}"') for u in view.updates])
    return _page(view, feed, head=f'<script type="application/ld+json">\n{data}\n</script>')


def _posting(view: View) -> dict[str, Any]:
    state = view.state
    posting = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting",
        "url": view.address,
        "headline": state.headline,
        "description": view.story["standfirst"],
        "author": {"@type": "Person", "name": view.story["byline"]},
        "publisher": {"@type": "NewsMediaOrganization", "name": view.story["site"]},
        "datePublished": iso(state.coverage_start),
        "dateModified": view.changed,
        "coverageStartTime": iso(state.coverage_start),
        "liveBlogUpdate": [_blog_posting(view, u) for u in view.updates],
    }
    return posting | ({"coverageEndTime": iso(state.ended)} if state.ended else {})


def _blog_posting(view: View, update: Update) -> dict[str, Any]:
    posting = {
        "@type": "BlogPosting",
        "url": f"{view.address}#update-{update.id}",
        "datePublished": iso(update.published),
        "dateModified": iso(update.updated or update.published),
        "articleBody": "\n\n".join(update.paragraphs),
    }
    return posting | ({"headline": update.headline} if update.headline else {})


_MICRODATA_TIME = ' itemprop="datePublished"'


def _microdata(view: View) -> str:
    feed = _feed(view, [_microdata_entry(view, u) for u in view.updates])
    state = view.state
    facts = {
        "description": view.story["standfirst"],
        "datePublished": iso(state.coverage_start),
        "dateModified": view.changed,
        "coverageStartTime": iso(state.coverage_start),
    } | ({"coverageEndTime": iso(state.ended)} if state.ended else {})
    metas = "".join(f'<meta itemprop="{name}" content="{escape(value)}">' for name, value in facts.items())
    scope = f'itemscope itemtype="https://schema.org/LiveBlogPosting" itemid="{escape(view.address)}"'
    return _page(view, feed, around=(f"<div {scope}>{metas}", "</div>"), headline=' itemprop="headline"')


def _microdata_entry(view: View, update: Update) -> str:
    title = f'<h2 itemprop="headline">{escape(update.headline)}</h2>' if update.headline else ""
    return (
        f'<article class="entry" id="update-{update.id}" itemprop="liveBlogUpdate" itemscope '
        'itemtype="https://schema.org/BlogPosting">'
        f'<link itemprop="url" href="{escape(view.address)}#update-{update.id}">'
        f'<meta itemprop="dateModified" content="{iso(update.updated or update.published)}">'
        f"{_stamp(view, update, _MICRODATA_TIME)}{title}"
        f'<div itemprop="articleBody">{chrome.paragraphs(update.paragraphs)}</div>'
        f"{chrome.figure(update.picture)}</article>"
    )


def _dom(view: View) -> str:
    feed = _feed(view, [_article(view, u, "", tag="div") for u in view.updates])
    opened = view.state.opened
    side = (
        f'<div class="side">{chrome.teasers(view.story, view.noise, opened)}\n'
        f"<h2>More from the city</h2>{chrome.related(view.story, opened)}</div>"
    )
    return _page(view, feed, side=side, below=chrome.comments(view.story, view.noise, opened))


def _headings(view: View) -> str:
    return _page(view, "\n".join(_with_promo(view, [_heading(view, u) for u in view.updates])))


def _heading(view: View, update: Update) -> str:
    title = f" {escape(update.headline)}" if update.headline else ""
    clock = update.published.astimezone(UTC).strftime("%H.%M")
    return (
        f"<h2>{clock}{title} <small>{view.noise.ago(update.published)}</small></h2>\n"
        f"{chrome.paragraphs(update.paragraphs)}\n{chrome.figure(update.picture)}"
    )


def _article(view: View, update: Update, attributes: str, *, tag: str = "article") -> str:
    title = f"<h2>{escape(update.headline)}</h2>" if update.headline else ""
    start = f'<{tag} class="entry" {attributes}'.rstrip()
    return (
        f"{start}>{_stamp(view, update)}{title}\n"
        f"{chrome.paragraphs(update.paragraphs)}{chrome.figure(update.picture)}</{tag}>"
    )


def _stamp(view: View, update: Update, attributes: str = "") -> str:
    return (
        f'<p class="meta"><time{attributes} datetime="{iso(update.published)}">'
        f"{update.published.astimezone(UTC):%H:%M}</time> <small>{view.noise.ago(update.published)}</small></p>"
    )


def _feed(view: View, entries: list[str]) -> str:
    return '<div class="feed">\n' + "\n".join(_with_promo(view, entries)) + "\n</div>"


def _with_promo(view: View, entries: list[str]) -> list[str]:
    """Sites put their boxes between the updates, where they do most harm."""
    return [*entries[:3], chrome.promo(view.story, view.noise), *entries[3:]]


def _page(
    view: View,
    feed: str,
    *,
    head: str = "",
    side: str = "",
    below: str = "",
    headline: str = "",
    around: tuple[str, str] = ("", ""),
) -> str:
    story, state = view.story, view.state
    badge = '<span class="badge ended">Coverage ended</span>' if state.ended else '<span class="badge">Live</span>'
    body = f"""{around[0]}
{badge}
<h1{headline}>{escape(state.headline)}</h1>
<p class="standfirst">{escape(story["standfirst"])}</p>
<p class="dateline">{escape(story["place"])}, {state.coverage_start:%A} {state.coverage_start.day} \
{state.coverage_start:%B %Y}. By {escape(story["byline"])}. All times UTC.</p>
{chrome.counters(view.noise)}
{chrome.figure(Picture(**story["picture"])) if view.page == 1 else ""}
{feed}
{_other_page(view)}
{around[1]}
{chrome.prompt(story, view.noise)}
{below}"""
    published = f'<meta property="article:published_time" content="{iso(state.coverage_start)}">'
    return chrome.frame(
        story,
        view.noise,
        title=state.headline,
        url=view.address,
        body=body,
        head=published + head,
        side=side,
    )


def _other_page(view: View) -> str:
    live = f"/live/{view.story['slug']}"
    if view.page > 1:
        return f'<p><a rel="prev" href="{live}">Newer updates</a></p>'
    if view.state.behind:
        return f'<p><a class="load-more" rel="next" href="{live}?page=2">Load more: older updates</a></p>'
    return ""


MARKUPS: dict[str, Callable[[View], str]] = {
    "json-ld": _json_ld,
    "microdata": _microdata,
    "dom": _dom,
    "headings": _headings,
}
