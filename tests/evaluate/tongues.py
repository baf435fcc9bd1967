"""Made prose with the statistics of the real thing: frequent small words, topics, names, numbers, quotes.

Words are invented from syllables, so no text of a publisher is here and any number of texts can be made. What
matters for comparing is kept: a few words make half of every text, updates on one topic share their words and
names, phrases repeat. Everything follows from the seed.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Tongue:
    name: str
    syllables: tuple[str, ...]
    small: tuple[str, ...]  # what every text has, most frequent first
    joint: str = " "  # between words
    stop: str = "."
    quotes: tuple[str, str] = ("“", "”")


def _t(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TONGUES = (
    Tongue(
        "en",
        _t("ba ton ver lin sa mer dor wick ham es tra pol ni co per sta ro min fi gel shan ter lo wes cre hol"),
        _t("the of to and a in said that for on was is with has been by at from it as were he after will police not"),
    ),
    Tongue(
        "de",
        _t("ver ge stal lung ber ken dorf lich heit schnei auf bru ter wald hof mar kra nen sel gru bach ste rin"),
        _t("der die und in den von zu das mit sich auf für ist im dem nicht ein eine als auch es an werden aus er hat"),
        quotes=("„", "“"),
    ),
    Tongue(
        "fr",
        _t("mar tion ve lle pré con cha teau dé ni er beau sur lo ment fran gou ri val cour pe ti sou re ga"),
        _t("de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec"),
        quotes=("« ", " »"),
    ),
    Tongue(
        "ru",
        _t("го ро ста ник ков ле мо при вер нов бор та сти пре за лов ка мир ду рен сен про гра ви"),
        _t("в и не на что он с как по из но это к у за от о для же так мы был при до"),
        quotes=("«", "»"),
    ),
    Tongue(
        "ja",
        _t("港 市 警察 消防 大臣 川 橋 東 西 南 北 山 田 中 村 車 両 知事 学校 病院 雨 風 火 道路"),
        _t("の は を に が と で た し て いる した こと から され など も へ や ます という"),
        joint="",
        stop="。",
        quotes=("「", "」"),
    ),
)


@dataclass(slots=True)
class Topic:
    words: list[str]
    names: list[str]


@dataclass(slots=True)
class Writer:
    """One live page's voice: a vocabulary, and topics that its updates keep coming back to."""

    tongue: Tongue
    rng: random.Random
    topics: list[Topic] = field(default_factory=list)
    _common: list[str] = field(default_factory=list)
    _weights: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._common = [self._invented() for _ in range(1200)]
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(len(self._common))))  # Zipf
        for _ in range(14):
            names = [self._name() for _ in range(6)]
            self.topics.append(Topic([self._invented() for _ in range(70)], names))

    def sentence(self, topic: Topic, length: int | None = None) -> str:
        rng = self.rng
        words = [self._word(topic) for _ in range(length or rng.randint(6, 22))]
        if rng.random() < 0.3:
            words.insert(rng.randrange(len(words)), str(rng.randint(2, 400)))
        if rng.random() < 0.2:
            words.insert(rng.randrange(len(words)), rng.choice(topic.names))
        return self.said(words)

    def quote(self, topic: Topic) -> str:
        before, after = self.tongue.quotes
        said = self.sentence(topic, self.rng.randint(6, 14)).removesuffix(self.tongue.stop)
        speaker = self.rng.choice(topic.names)
        return f"{before}{said}{after}{self.tongue.joint}{speaker}{self.tongue.stop}"

    def text(self, topic: Topic, sentences: int | None = None) -> list[str]:
        """Sentences of one update."""
        count = sentences or self.rng.choice((1, 1, 2, 2, 2, 3, 3, 4, 5, 7))
        return [self.quote(topic) if self.rng.random() < 0.12 else self.sentence(topic) for _ in range(count)]

    def rewritten(self, sentences: Sequence[str], topic: Topic, share: float) -> list[str]:
        """The same said anew: ``share`` of the words are others, of the same topic."""
        made = []
        for sentence in sentences:
            words = self.words(sentence)
            swapped = set(self.rng.sample(range(len(words)), round(share * len(words))))
            made.append(self.said([self._word(topic) if k in swapped else w for k, w in enumerate(words)]))
        self.rng.shuffle(made)
        return made

    def words(self, sentence: str) -> list[str]:
        bare = sentence.removesuffix(self.tongue.stop)
        if self.tongue.joint:
            return bare.split()
        return [bare[k : k + 2] for k in range(0, len(bare), 2)]

    def said(self, words: Sequence[str]) -> str:
        text = self.tongue.joint.join(w for w in words if w)
        return text[:1].upper() + text[1:] + self.tongue.stop

    def joined(self, sentences: Sequence[str]) -> str:
        return self.tongue.joint.join(sentences)

    def _word(self, topic: Topic) -> str:
        """Small words 0.42, the topic's 0.28, its names 0.06, the rest from everybody's vocabulary."""
        rng, dice = self.rng, self.rng.random()
        if dice < 0.42:
            small = self.tongue.small
            return small[min(int(rng.expovariate(1 / 7)), len(small) - 1)]
        if dice < 0.70:
            return topic.words[min(int(rng.expovariate(1 / 22)), len(topic.words) - 1)]
        if dice < 0.76:
            return rng.choice(topic.names)
        return self._common[bisect(self._weights, rng.random() * self._weights[-1])]

    def _invented(self) -> str:
        return "".join(self.rng.choice(self.tongue.syllables) for _ in range(self.rng.choice((1, 2, 2, 3, 3))))

    def _name(self) -> str:
        return self._invented().capitalize()
