"""Live blogs with known truth: a page, and the same page some time later. No ids are given to the comparison.

    old --typo, number, sentence added, taken out, rewritten; moved, retimed, merged, split, deleted--> new

Identity travels as a number beside each update; ``Made.old`` and ``Made.new`` do not hold it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pipelines.model import Update

from .tongues import TONGUES, Tongue, Topic, Writer

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)
EDITS = ("typo", "number", "append", "prepend", "drop", "rewrite")
BOILERPLATE = 5  # texts that a page repeats: "Follow along here.", "Goal!"


@dataclass(slots=True)
class Entry:
    number: int  # who it is
    topic: Topic
    sentences: list[str]
    published: datetime
    plain: bool = True  # not one of the repeated ones


@dataclass(frozen=True, slots=True)
class Made:
    """Two states of a page, and what happened between them, in positions of the two lists."""

    old: tuple[Update, ...]
    new: tuple[Update, ...]
    pairs: frozenset[tuple[int, int]]
    changed: frozenset[tuple[int, int]]  # pairs whose text differs
    rewritten: frozenset[tuple[int, int]]
    moved: frozenset[int]  # old positions
    merged: frozenset[tuple[int, int]]  # old position of what was taken in, new position of what took it
    split: frozenset[tuple[int, int]]  # old position of what was divided, new position of the part that left


def made(seed: int, size: int, *, tongue: Tongue = TONGUES[0], minutes: int = 60, timed: bool = True,
         texts: Sequence[Sequence[str]] = ()) -> Made:  # fmt: skip
    """A page of ``size`` updates and the same one ``minutes`` later; ``texts``: real ones instead of made ones."""
    return _Desk(seed, size, tongue, texts).later(minutes, timed=timed)


class _Desk:
    def __init__(self, seed: int, size: int, tongue: Tongue, texts: Sequence[Sequence[str]]) -> None:
        self.rng = random.Random(f"{seed} {size} {tongue.name}")
        self.writer = Writer(tongue, self.rng)
        self.texts = [list(t) for t in texts]
        self.rng.shuffle(self.texts)
        self.common = [self.writer.text(self.writer.topics[0], 1) for _ in range(BOILERPLATE)]
        self.count = 0
        self.now = NOON - timedelta(minutes=5 * size)
        self.old = [self._entry() for _ in range(size)][::-1]  # newest first

    def _entry(self) -> Entry:
        """What comes next: after some minutes, or in the same one."""
        self.now += timedelta(minutes=0 if self.rng.random() < 0.15 else self.rng.randint(1, 9))
        self.count += 1
        topic = self.rng.choice(self.writer.topics)
        if self.rng.random() < 0.04:
            return Entry(self.count, topic, list(self.rng.choice(self.common)), self.now, plain=False)
        sentences = self.texts.pop() if self.texts else self.writer.text(topic)
        if self.count > 20 and self.rng.random() < 0.05 and not self.texts:
            sentences = [*sentences, self.rng.choice(self.recent).sentences[0]]  # it quotes an earlier one
        entry = Entry(self.count, topic, list(sentences), self.now)
        self.recent = [*getattr(self, "recent", [])[-15:], entry]
        return entry

    def later(self, minutes: int, *, timed: bool) -> Made:
        rng, old = self.rng, self.old
        new = [replace(e, sentences=list(e.sentences)) for e in old]
        plain = [e for e in new if e.plain]
        rng.shuffle(plain)
        share = min(1.0, minutes / 60)

        def some(of_all: float) -> list[Entry]:
            return [plain.pop() for _ in range(min(len(plain), max(1, round(of_all * share * len(old)))))]

        rewritten = self._edited(some(0.20))
        gone = some(0.015)
        merged = self._merged(new, some(0.015))
        split = self._split(new, some(0.015))
        new = [e for e in new if e.number not in {g.number for g in gone} | merged.keys()]
        moved = self._moved(new, some(0.04))
        for entry in rng.sample(new, max(1, round(0.07 * share * len(new)))):
            entry.published += timedelta(minutes=rng.choice((-20, -7, -3, -1, 1, 2, 4, 11)))
        self.now = NOON
        new = [self._entry() for _ in range(max(1, round(minutes / 5)))][::-1] + new
        return self._truth(new, rewritten, merged, split, moved, timed=timed)

    def _edited(self, entries: Sequence[Entry]) -> set[int]:
        rewritten = set()
        for k, entry in enumerate(entries):
            kind = EDITS[k % len(EDITS)]
            if kind == "drop" and len(entry.sentences) < 2:
                kind = "append"
            getattr(self, f"_{kind}")(entry)
            if kind == "rewrite":
                rewritten.add(entry.number)
        return rewritten

    def _typo(self, entry: Entry) -> None:
        def swap(word: str) -> str:
            return word[0] + word[2:] + word[1] if len(word) > 2 else word + word[-1]

        self._one_word(entry, swap)

    def _number(self, entry: Entry) -> None:
        said = str(self.rng.randint(2, 999))
        self._one_word(entry, lambda word: said, wanted=str.isdigit)

    def _one_word(
        self, entry: Entry, change: Callable[[str], str], wanted: Callable[[str], bool] = lambda w: True
    ) -> None:
        k = self.rng.randrange(len(entry.sentences))
        words = self.writer.words(entry.sentences[k])
        places = [n for n, w in enumerate(words) if wanted(w)] or list(range(len(words)))
        at = self.rng.choice(places)
        entry.sentences[k] = self.writer.said([*words[:at], change(words[at]), *words[at + 1 :]])

    def _append(self, entry: Entry) -> None:
        entry.sentences += self.writer.text(entry.topic, self.rng.randint(1, 2))

    def _prepend(self, entry: Entry) -> None:
        entry.sentences[:0] = self.writer.text(entry.topic, 1)

    def _drop(self, entry: Entry) -> None:
        del entry.sentences[self.rng.randrange(len(entry.sentences))]

    def _rewrite(self, entry: Entry) -> None:
        entry.sentences = self.writer.rewritten(entry.sentences, entry.topic, self.rng.uniform(0.55, 0.70))

    def _merged(self, new: Sequence[Entry], entries: Sequence[Entry]) -> dict[int, int]:
        """Each is taken in by the one below it: its number -> the number of that one."""
        found: dict[int, int] = {}
        places = {e.number: k for k, e in enumerate(new)}
        for entry in entries:
            below = places[entry.number] + 1
            if below < len(new) and new[below].number not in found and new[below].plain:
                taker = new[below]
                first, second = self.rng.sample((entry.sentences, taker.sentences), 2)
                taker.sentences = first + second
                found[entry.number] = taker.number
        return found

    def _split(self, new: list[Entry], entries: Sequence[Entry]) -> dict[int, int]:
        """The shorter half becomes an update of its own: its number -> the number of the one it was in."""
        found: dict[int, int] = {}
        for entry in entries:
            if len(entry.sentences) < 2:
                continue
            half = (len(entry.sentences) + 1) // 2
            self.count += 1
            part = replace(entry, number=self.count, sentences=entry.sentences[half:])
            entry.sentences = entry.sentences[:half]
            new.insert(next(k for k, e in enumerate(new) if e.number == entry.number), part)
            found[part.number] = entry.number
        return found

    def _moved(self, new: list[Entry], entries: Sequence[Entry]) -> set[int]:
        """To another place, at least three away, so that there is no doubt about who moved."""
        found = set()
        for entry in entries:
            at = next((k for k, e in enumerate(new) if e.number == entry.number), None)
            if at is None:
                continue
            to = self.rng.randrange(len(new))
            if abs(to - at) >= 3:
                new.insert(to, new.pop(at))
                found.add(entry.number)
        return found

    def _truth(self, new: Sequence[Entry], rewritten: set[int], merged: dict[int, int], split: dict[int, int],
               moved: set[int], *, timed: bool) -> Made:  # fmt: skip
        at_old = {e.number: k for k, e in enumerate(self.old)}
        at_new = {e.number: k for k, e in enumerate(new)}
        olds, news = ([self._update(e, timed=timed) for e in side] for side in (self.old, new))
        pairs = {(i, at_new[n]) for n, i in at_old.items() if n in at_new}
        changed = {(i, j) for i, j in pairs if olds[i].text != news[j].text}
        return Made(
            tuple(olds),
            tuple(news),
            frozenset(pairs),
            frozenset(changed),
            frozenset((at_old[n], at_new[n]) for n in rewritten if (at_old[n], at_new[n]) in changed),
            frozenset(at_old[n] for n in moved if n in at_old),
            frozenset((at_old[n], at_new[into]) for n, into in merged.items() if into in at_new),
            frozenset((at_old[whole], at_new[part]) for part, whole in split.items() if whole in at_old),
        )

    def _update(self, entry: Entry, *, timed: bool) -> Update:
        published = entry.published.replace(second=0) if timed else None
        return Update(text=self.writer.joined(entry.sentences), published=published)
