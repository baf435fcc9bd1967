"""Records as the page holds them: elements of one kind, and the signs of time in each."""

from __future__ import annotations

from dataclasses import dataclass

from .marks import Mark
from .source import Node


@dataclass(frozen=True, slots=True)
class Row:
    """One record and the times in it."""

    node: Node
    marks: tuple[Mark, ...]
    distrust: tuple[str, ...] = ()  # rules that took a time from it


@dataclass(frozen=True, slots=True)
class Rows:
    """Records of one kind under one parent."""

    parent: Node
    tag: str
    tokens: frozenset[str]  # class tokens they share
    rows: tuple[Row, ...]
