"""The story as a newsroom writes it: a state, an edit, the next state, and what was really done.

    opening(story, at) -> State;  advance(story, state, edits, at) -> (State, [Truth])

Pure and deterministic: the clock is an argument, the words are data (``storm.json``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from .state import Picture, State, Update
from .truth import Truth, truth

Story = Mapping[str, Any]
Edit = Mapping[str, Any]


def load_story() -> Story:
    """The story's words and edits; the only reading done here."""
    story: Story = json.loads(Path(__file__).with_name("storm.json").read_text("utf-8"))
    return story


def steps(story: Story, n_states: int) -> list[list[Edit]]:
    """The story's edits in ``n_states - 1`` steps, in their order, spread evenly.

    ValueError if there are fewer than two states or more than the story has steps for.
    """
    written: Sequence[Sequence[Edit]] = story["steps"]
    if not 2 <= n_states <= len(written) + 1:
        raise ValueError(f"n_states is {n_states}; this story can be told in 2 to {len(written) + 1} states")
    bounds = [round(i * len(written) / (n_states - 1)) for i in range(n_states)]
    return [[edit for step in written[a:b] for edit in step] for a, b in pairwise(bounds)]


def opening(story: Story, at: datetime) -> State:
    """The page as it stands when the story begins at ``at`` (aware)."""
    updates = tuple(_update(u, published=_minute(at) - timedelta(minutes=u["minutes_ago"])) for u in story["updates"])
    return State(number=0, at=at, opened=at, headline=story["headline"], updates=updates)


def advance(state: State, edits: Iterable[Edit], at: datetime) -> tuple[State, list[Truth]]:
    """The next state after ``edits`` at ``at``, and what was done as a reader of page 1 could know it."""
    edits = list(edits)
    new = replace(state, number=state.number + 1, at=at)
    for edit in edits:
        new = _DOES[edit["do"]](new, edit)
    return new, truth(state, new, moved={e["update"] for e in edits if e["do"] == "move"})


def tell(story: Story, moments: Sequence[datetime]) -> tuple[list[State], list[Truth]]:
    """The whole story: one state for each of ``moments``, and everything that was done on the way."""
    states, done = [opening(story, moments[0])], []
    for edits, at in zip(steps(story, len(moments)), moments[1:], strict=True):
        state, entries = advance(states[-1], edits, at)
        states.append(state)
        done += entries
    return states, done


def _minute(moment: datetime) -> datetime:
    """Newsrooms print minutes."""
    return moment.replace(second=0, microsecond=0)


def _update(words: Mapping[str, Any], *, published: datetime) -> Update:
    picture = words.get("picture")
    return Update(
        id=words["id"],
        published=published,
        headline=words["headline"],
        paragraphs=tuple(words["paragraphs"]),
        picture=Picture(**picture) if picture else None,
    )


def _find(state: State, update_id: str) -> Update:
    for update in state.updates:
        if update.id == update_id:
            return update
    raise ValueError(f"the story edits update {update_id}, which is not on the page at step {state.number}")


def _with(state: State, changed: Update) -> State:
    return replace(state, updates=tuple(changed if u.id == changed.id else u for u in state.updates))


def _add(state: State, edit: Edit) -> State:
    new = _update(edit["update"], published=_minute(state.at))
    return replace(state, updates=(new, *state.updates))


def _silently(state: State, edit: Edit) -> State:
    old = _find(state, edit["update"])
    wrong, right = edit["replace"]
    if wrong not in old.text:
        raise ValueError(f"the story corrects {wrong!r} in update {old.id}, which does not say it")
    return _with(state, replace(old, paragraphs=tuple(p.replace(wrong, right) for p in old.paragraphs)))


def _correct(state: State, edit: Edit) -> State:
    state = _silently(state, edit)
    new = _find(state, edit["update"])
    return _with(state, replace(new, paragraphs=(*new.paragraphs, edit["notice"]), updated=_minute(state.at)))


def _delete(state: State, edit: Edit) -> State:
    gone = _find(state, edit["update"])
    return replace(state, updates=tuple(u for u in state.updates if u is not gone))


def _move(state: State, edit: Edit) -> State:
    update = _find(state, edit["update"])
    others = [u for u in state.updates if u is not update]
    return replace(state, updates=(*others[: edit["to"]], update, *others[edit["to"] :]))


def _retime(state: State, edit: Edit) -> State:
    old = _find(state, edit["update"])
    return _with(state, replace(old, published=old.published + timedelta(minutes=edit["minutes"])))


def _headline(state: State, edit: Edit) -> State:
    return replace(state, headline=edit["new"])


def _paginate(state: State, edit: Edit) -> State:
    cut = len(state.updates) - edit["behind"]
    return replace(state, updates=tuple(replace(u, older=i >= cut) for i, u in enumerate(state.updates)))


def _end(state: State, edit: Edit) -> State:
    return replace(state, headline=edit["headline"], ended=_minute(state.at))


_DOES: dict[str, Callable[[State, Edit], State]] = {
    "add": _add,
    "correct": _correct,
    "silently": _silently,
    "delete": _delete,
    "move": _move,
    "retime": _retime,
    "headline": _headline,
    "paginate": _paginate,
    "end": _end,
}
