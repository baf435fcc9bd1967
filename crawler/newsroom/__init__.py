"""A newsroom to practise on: a real web server in its own process that edits its live page and books what it did.

with Newsroom(markup="dom", manual=True) as newsroom:
    newsroom.url            # watch this
    newsroom.next_state()   # the next edits are published
    newsroom.truth()        # what was done, to hold recorded changes against: score(truth, changes)
"""

from .desk import seconds_for
from .markups import MARKUPS
from .process import Newsroom, NewsroomError
from .score import Score, Tally, score
from .script import load_story

__all__ = ["MARKUPS", "Newsroom", "NewsroomError", "Score", "Tally", "load_story", "score", "seconds_for"]
