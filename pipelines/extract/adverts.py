"""Advertisements among the updates, as items of the same list."""

from __future__ import annotations

from .places import names_of
from .source import Node
from .words import words_of

SAYS = 20  # characters; less is the word "advertisement"
_ADVERTS = words_of(
    "ad ads adv adslot advert adverts advertisement advertorial sponsored anzeige werbung publicidad reklama reklam"
)


def is_advert(node: Node, said: int, *, timed: bool, printed: bool) -> bool:
    """By its name, or that of something in it. ``said``: characters of its text: one with more than a word is an
    advertisement only if it has that name itself, and no time. ``printed``: a time that readers see, which none has.
    """
    if printed:
        return False
    if said >= SAYS:
        return not timed and not _ADVERTS.isdisjoint(names_of(node))
    named = (n for n in node.iter() if isinstance(n.tag, str))
    return any(n.tag == "amp-ad" or not _ADVERTS.isdisjoint(names_of(n)) for n in named)
