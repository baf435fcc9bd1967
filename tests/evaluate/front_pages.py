"""Hourly lists of a front page with known truth: titles and teasers, items coming and going, order by the editor.

No times, no ids, no addresses: only the words. Several items are about one topic and share its names, titles are
short, and a desk that rewrites one often keeps nothing but a name: that is what makes this the hard case.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipelines.model import Update

from .tongues import TONGUES, Tongue, Topic, Writer

SIZE = 120  # items a list, as the published reference has on average
NEW = 0.08  # share of items that came within the hour
EDITED = 0.026  # share of kept items with another title or teaser
REWRITTEN = (0.3, 0.9)  # share of words that a rewrite replaces
ANOTHER_STORY = 0.04  # share of edits after which the item is about something else
FOLLOW_UPS = 0.22  # share of new items that take up the words of one that goes: another story that reads like an edit
REORDERED = 0.25  # share of kept items at another place


@dataclass(frozen=True, slots=True)
class Item:
    number: int
    topic: Topic
    title: str
    teaser: str

    @property
    def update(self) -> Update:
        return Update(headline=self.title, text=self.teaser)


@dataclass(frozen=True, slots=True)
class Hour:
    """Two lists an hour apart and, in positions, which items were kept and which of these read differently."""

    old: tuple[Update, ...]
    new: tuple[Update, ...]
    pairs: frozenset[tuple[int, int]]
    edited: frozenset[tuple[int, int]]


def hours(seed: int, count: int, *, tongue: Tongue = TONGUES[0], every: int = 1) -> Iterator[Hour]:
    """``count`` pairs of one front page's lists; ``every`` 6: six hours lie between the two."""
    desk = _Desk(seed, tongue)
    for _ in range(count):
        old = list(desk.items)
        for _ in range(every):
            desk.an_hour()
        yield _hour(old, desk.items)


def _hour(old: list[Item], new: list[Item]) -> Hour:
    at = {item.number: j for j, item in enumerate(new)}
    pairs = {(i, at[item.number]) for i, item in enumerate(old) if item.number in at}
    said = [(item.title, item.teaser) for item in new]
    edited = {(i, j) for i, j in pairs if (old[i].title, old[i].teaser) != said[j]}
    return Hour(tuple(i.update for i in old), tuple(i.update for i in new), frozenset(pairs), frozenset(edited))


class _Desk:
    def __init__(self, seed: int, tongue: Tongue) -> None:
        self.rng = random.Random(f"front {seed} {tongue.name}")
        self.writer = Writer(tongue, self.rng)
        self.count = 0
        self.items = [self._item() for _ in range(SIZE)]

    def an_hour(self) -> None:
        rng = self.rng
        order = rng.sample(range(SIZE), SIZE)
        stays = round((1 - NEW) * SIZE)
        kept, gone = [self.items[k] for k in sorted(order[:stays])], [self.items[k] for k in order[stays:]]
        made = [self._edited(item) if rng.random() < EDITED else item for item in kept]
        for _ in range(round(REORDERED * len(made))):
            made.insert(rng.randrange(len(made)), made.pop(rng.randrange(len(made))))
        for _ in range(SIZE - len(made)):
            new = self._follow_up(gone.pop()) if rng.random() < FOLLOW_UPS else self._item()
            made.insert(int(rng.triangular(0, len(made), 0)), new)
        self.items = made

    def _item(self) -> Item:
        self.count += 1
        topic = self.rng.choice(self.writer.topics)
        return Item(self.count, topic, self._title(topic), self._teaser(topic))

    def _follow_up(self, item: Item) -> Item:
        """What is said next of the same event, under another address."""
        share = self.rng.uniform(0.5, 0.9)
        title, teaser = (self._again(text, item.topic, share) if text else "" for text in (item.title, item.teaser))
        return replace(self._item(), topic=item.topic, title=title, teaser=teaser)

    def _title(self, topic: Topic) -> str:
        """Eight words or so, mostly with a name in it."""
        words = self.writer.words(self.writer.sentence(topic, self.rng.randint(5, 10)))
        if self.rng.random() < 0.7:
            words.insert(self.rng.randrange(3), self.rng.choice(topic.names))
        return self.writer.said(words).removesuffix(self.writer.tongue.stop)

    def _teaser(self, topic: Topic) -> str:
        return self.writer.sentence(topic, self.rng.randint(12, 24)) if self.rng.random() < 0.8 else ""

    def _edited(self, item: Item) -> Item:
        rng = self.rng
        if rng.random() < ANOTHER_STORY:
            return replace(self._item(), number=item.number)
        kind = rng.choices(("title", "teaser", "both", "word"), (4, 2, 2, 3))[0]
        title, teaser = item.title, item.teaser
        if kind == "word":
            title = self._again(title, item.topic, 1 / max(1, len(self.writer.words(title))))
        if kind in ("title", "both"):
            title = self._again(title, item.topic, rng.uniform(*REWRITTEN))
        if kind in ("teaser", "both"):
            teaser = self._again(teaser, item.topic, rng.uniform(*REWRITTEN)) if teaser else self._teaser(item.topic)
        return replace(item, title=title, teaser=teaser)

    def _again(self, text: str, topic: Topic, share: float) -> str:
        (said,) = self.writer.rewritten([text], topic, share)
        return said if text.endswith(self.writer.tongue.stop) else said.removesuffix(self.writer.tongue.stop)
