"""Pages nobody edited: the same news at every look, and around and inside it all that changes by itself.

A kind is a page of made text and one sort of noise; ``everything`` has them all at once. Whatever the reader makes of
these bytes, comparing two looks must give no editorial change.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from pipelines.diff import changes
from pipelines.extract import extract
from pipelines.model import Change, Version

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)
LOOKS = 5
STEPS = (1, 9, 23, 61, 240)  # minutes after noon, from look to look
URL = "https://news.example.org/live/storm"

STORIES = (
    "Fire crews reached the harbour shortly after dawn. 14 people were injured, police said.",
    "The minister of transport will speak about the closed bridge this afternoon. He had visited it on Friday.",
    "Trains between the old town and the airport are running again, with delays of an hour.",
    "A school in the northern district has been opened for families who had to leave their homes.",
    "Power is back in most streets along the river, the utility company announced in the morning.",
    "The mayor thanked volunteers who had carried sandbags through the night and asked them to rest.",
    "Meteorologists expect the storm to turn east before it reaches the coast, with gusts of 120 km/h.",
)
HEADLINES = (
    "Council votes on the new stadium", "Bakers go on strike over flour prices", "Orchestra finds a lost score",
    "Wolves seen near the lake again", "Tram line gets its first night service", "Chess club wins the cup",
    "Why the old mill will be torn down", "Five recipes for a cold evening", "A quiet year for the observatory",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """What a page's noise depends on: when it is looked at, and by which visitor."""

    number: int
    at: datetime

    @property
    def dice(self) -> random.Random:
        return random.Random(self.number)

    def ago(self, moment: datetime) -> str:
        minutes = int((self.at - moment).total_seconds() // 60)
        if minutes < 60:
            return f"{minutes} minutes ago"
        return f"{minutes // 60} hour{'s' if minutes >= 120 else ''} ago"


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    pages: tuple[tuple[datetime, str], ...]

    def versions(self) -> Iterator[Version]:
        for at, html in self.pages:
            said = extract(html.encode(), url=URL, at=at)
            assert isinstance(said, Version), (self.name, said)
            yield said

    def editorial(self) -> list[list[Change]]:
        """The editorial changes from each look to the next, with the looks before as history."""
        versions = list(self.versions())
        return [
            [c for c in changes(a, b, history=versions[:n]) if c.class_ == "editorial"]
            for n, (a, b) in enumerate(pairwise(versions))
        ]


def looks() -> list[Kind]:
    kinds = []
    for name, frame in {**FRAMES, **{n: lambda k, p=p: live(k, p) for n, p in NOISES.items()}}.items():
        at, pages = NOON, []
        for number, step in enumerate(STEPS[:LOOKS]):
            at += timedelta(minutes=step)
            pages.append((at, frame(Look(number, at))))
        kinds.append(Kind(name, tuple(pages)))
    return kinds


# the pages ----------------------------------------------------------------------------------------

Part = Callable[[Look], "Noise"]


@dataclass(frozen=True, slots=True)
class Noise:
    """Where a sort of noise stands."""

    head: str = ""
    top: str = ""
    stamp: str = ""  # beside the headline
    inside: Callable[[int], str] = lambda n: ""
    between: dict[int, str] | None = None  # after the update with this number
    bottom: str = ""
    attributes: Callable[[int], str] = lambda n: ""


def live(look: Look, *parts: Part) -> str:
    noises = [part(look) for part in parts]

    def all_of(name: str) -> str:
        return "".join(getattr(noise, name) for noise in noises)

    updates = []
    for n, story in enumerate(STORIES):
        at = NOON - timedelta(minutes=7 * n)
        within = "".join(noise.inside(n) for noise in noises)
        attributes = "".join(noise.attributes(n) for noise in noises)
        updates.append(
            f'<article class="update" id="u-{40 - n}"{attributes}><time datetime="{at:%Y-%m-%dT%H:%MZ}">'
            f"{at:%H:%M}</time><h3>Report {n + 1}</h3><p>{story}</p>{within}</article>"
            + "".join((noise.between or {}).get(n, "") for noise in noises)
        )
    return (
        f"<!doctype html><html lang=en><head><title>Storm: live</title>{all_of('head')}</head><body>{all_of('top')}"
        f"<main><h1>Storm reaches the coast: live</h1>{all_of('stamp')}<p class=standfirst>Bridges are closed and "
        f"trains are late.</p><section class=live>{''.join(updates)}</section></main>{all_of('bottom')}</body></html>"
    )


def article(look: Look) -> str:
    """No live page: prose, with a sidebar that is never the same."""
    body = "".join(f"<p>{story}</p>" for story in STORIES)
    return (
        f"<!doctype html><html lang=en><head><title>After the storm</title></head><body><header>{_clock(look)}"
        f"</header><main><article><h1>After the storm</h1><p class=stamp>Updated {look.ago(NOON)}</p>{body}</article>"
        f"</main><aside><h2>Most read</h2>{_list(look)}</aside><footer>{look.dice.randint(2, 99)} readers online"
        "</footer></body></html>"
    )


def ages_only(look: Look) -> str:
    """A live page whose only times are ages, which tick."""
    items = "".join(
        f'<div class="post" data-id="p{90 - n}"><span class="age">{look.ago(NOON - timedelta(minutes=7 * n))}</span>'
        f"<p>{story}</p></div>"
        for n, story in enumerate(STORIES)
    )
    return (
        f"<!doctype html><html lang=en><head><title>Storm</title></head><body><h1>Storm: live</h1>{items}</body></html>"
    )


def random_ids(look: Look) -> str:
    """Ids and classes made up anew at each rendering."""
    items = "".join(
        f'<article id="r{look.dice.randrange(10**6) + n}" class="c{look.number}x{n} post"><time datetime="'
        f'{NOON - timedelta(minutes=7 * n):%Y-%m-%dT%H:%MZ}">x</time><p>{story}</p></article>'
        for n, story in enumerate(STORIES)
    )
    return (
        f'<!doctype html><html lang=en><head><title>Storm</title></head><body><h1>Storm: live</h1><div class="w'
        f'{look.dice.randrange(99)}">{items}</div></body></html>'
    )


def wrappers(look: Look) -> str:
    """The same words in other boxes: a new theme at each look."""
    n_boxes, attribute = look.number, f'role="main" data-theme="t{look.number}"'
    page = live(look)
    return page.replace("<main>", f"<main {attribute}>" + "<div>" * n_boxes).replace(
        "</main>", "</div>" * n_boxes + "</main>"
    )


def typography(look: Look) -> str:
    """An engine that now curls quotes and now does not."""
    page = live(look).replace("The mayor thanked", '"Thank you", said the mayor to')
    return page.replace('"Thank you"', "“Thank you”").replace(" - ", " – ") if look.number % 2 else page


FRAMES: dict[str, Callable[[Look], str]] = {
    "an article with a sidebar": article,
    "ages are the only times": ages_only,
    "ids made up at each rendering": random_ids,
    "other boxes around the same words": wrappers,
    "quotes curled and not": typography,
}


# what is noisy about them -------------------------------------------------------------------------


def _clock(look: Look) -> str:
    return f'<div class="clock">{look.at:%A, %d %B %Y} {look.at:%H:%M:%S} GMT</div>'


def _list(look: Look) -> str:
    chosen = look.dice.sample(HEADLINES, 4)
    return "<ul>" + "".join(f'<li><a href="/n/{HEADLINES.index(h)}">{h}</a></li>' for h in chosen) + "</ul>"


def _ad(look: Look) -> str:
    said = look.dice.choice(("Shoes, now half price", "Fly to the islands from 49", "A loan in ten minutes"))
    slot = look.dice.randrange(999)
    return f'<div class="ad advertisement" data-slot="{slot}"><span>Advertisement</span><p>{said}</p></div>'


NOISES: dict[str, Part] = {
    "a clock at the top": lambda k: Noise(top=_clock(k)),
    "an updated stamp that ticks": lambda k: Noise(stamp=f'<p class="stamp">Last updated {k.ago(NOON)}</p>'),
    "the time of rendering": lambda k: Noise(stamp=f'<p class="stamp">Page loaded at {k.at:%H:%M:%S}</p>'),
    "ages inside updates": lambda k: Noise(
        inside=lambda n: f'<span class="age">{k.ago(NOON - timedelta(minutes=7 * n))}</span>'
    ),
    "comment and share counts": lambda k: Noise(
        inside=lambda n: (
            f'<div class="bar"><span>{39 + n + 7 * k.number} comments</span> <span>{120 + 31 * k.number} '
            "shares</span></div>"
        )
    ),
    "likes beside a heart": lambda k: Noise(inside=lambda n: f"<span>♥ {k.dice.randint(3, 900)}</span>"),
    "readers now": lambda k: Noise(stamp=f'<p class="now">{k.dice.randint(200, 9000)} people are reading this</p>'),
    "weather": lambda k: Noise(top=f'<div class="weather">London {k.dice.randint(-3, 12)}°C</div>'),
    "stock prices": lambda k: Noise(
        top=f'<div class="ticker"><span>FTSE 100 {7000 + k.dice.randint(0, 900)}.{k.dice.randint(10, 99)} '
        f"+0.{k.dice.randint(10, 99)}%</span></div>"
    ),
    "promo box": lambda k: Noise(bottom=f"<aside class=promo><h2>Do not miss</h2>{_list(k)}</aside>"),
    "related list among the updates": lambda k: Noise(
        between={2: f'<aside class="related"><h4>More on this</h4>{_list(k)}</aside>'}
    ),
    "most read": lambda k: Noise(bottom=f'<section class="most-read"><h2>Most read</h2>{_list(k)}</section>'),
    "ads among the updates": lambda k: Noise(between={1: _ad(k), 4: _ad(k)}),
    "an ad that is not always there": lambda k: Noise(between={3: _ad(k)} if k.number % 2 else {}),
    "nonces and tokens": lambda k: Noise(
        head=f'<script nonce="{k.dice.randrange(10**9)}">var t={k.dice.randrange(10**9)};</script>'
        f'<meta name="csrf-token" content="{k.dice.randrange(10**9)}"><!-- by web{k.number} in 0.{k.number}1 s -->',
        attributes=lambda n: f' data-reqid="{k.dice.randrange(10**6)}-{n}"',
    ),
    "session ids in links": lambda k: Noise(
        inside=lambda n: (
            f'<p><a href="/more/{n};jsessionid={k.dice.randrange(10**9)}?utm_source=x{k.number}">Read on</a></p>'
        )
    ),
    "pictures in another size": lambda k: Noise(
        inside=lambda n: f'<img src="https://img.example.org/{n}.jpg?w={300 + 100 * k.number}&q=8{k.number}" alt="">'
    ),
    "a cookie banner": lambda k: Noise(
        top='<div class="cookie-banner"><p>We use cookies. Accept all or choose.</p></div>' if k.number % 2 else ""
    ),
    "a newsletter box": lambda k: Noise(
        between={2: '<div class="newsletter"><p>Sign up for our newsletter</p></div>'} if k.number in (1, 2) else {}
    ),
    "a poll": lambda k: Noise(
        bottom=f'<aside class="poll"><p>Will it rain?</p><p>Yes {k.dice.randint(20, 80)}%</p></aside>'
    ),
    "the order of attributes": lambda k: Noise(
        attributes=lambda n: f' data-a="{n}" data-b="1"' if k.number % 2 else f' data-b="1" data-a="{n}"'
    ),
}
NOISES["everything"] = lambda k: _all(k)


def _all(look: Look) -> Noise:
    parts = [part(look) for name, part in NOISES.items() if name != "everything"]
    between: dict[int, str] = {}
    for noise in parts:
        for n, said in (noise.between or {}).items():
            between[n] = between.get(n, "") + said
    return Noise(
        head="".join(p.head for p in parts),
        top="".join(p.top for p in parts),
        stamp="".join(p.stamp for p in parts),
        inside=lambda n: "".join(p.inside(n) for p in parts),
        between=between,
        bottom="".join(p.bottom for p in parts),
        attributes=lambda n: f' data-reqid="{look.number}{n}"',
    )
