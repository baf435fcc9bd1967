"""A single update on an older page: nothing repeats there, so nothing tells that it is one, but its likeness to the
updates of the first page.

    two records of the page | put in front of what looks like them in the part | read | those of the page left out
"""

from __future__ import annotations

import copy
from dataclasses import replace

from ..model import Version
from . import records
from .marks import survey
from .merge import rekeyed
from .places import Sidelines
from .source import Node, Source

BESIDE = 2  # records of the page that are put beside it


def put_beside(page: Source, part: Source, *, url: str) -> int:
    """Records of the page come before the first element of the part that looks like them; how many."""
    found = records.read(page.body, survey(page.body), Sidelines(page.body), url, _nobody).found
    models = [f.nodes[0] for f in found]
    like = next((n for n in part.body.iter(models[0].tag) if _alike(n, models[0])), None) if models else None
    parent = like.getparent() if like is not None else None
    if like is None or parent is None:
        return 0
    for place, model in enumerate(models[:BESIDE], start=parent.index(like)):
        parent.insert(place, copy.deepcopy(model))
    return len(models[:BESIDE])


def without(version: Version, count: int) -> Version:
    """The version without the updates that were put in; with nothing else in it, none was recognised."""
    if not count:
        return version
    own = rekeyed(version.updates[count:])
    warnings = version.warnings if own else (*version.warnings, "not_segmented")
    return replace(version, updates=own, warnings=warnings)


def _alike(node: Node, model: Node) -> bool:
    """The same element with the same classes, in the same kind of place."""
    above, there = node.getparent(), model.getparent()
    same = set((node.get("class") or "").split()) == set((model.get("class") or "").split())
    return same and bool(model.get("class")) and (above is None) == (there is None) and (
        above is None or there is None or (above.tag, above.get("class")) == (there.tag, there.get("class"))
    )  # fmt: skip


def _nobody(node: Node) -> bool:
    return False
