"""Version x Version -> Changes: pure functions, no files, no clock."""

from ..derivations import DIFFER
from .align import align
from .changes import changes, confirm, names
from .sentences import align_sentences, sentences
from .words import diff_words, tokens

__all__ = [
    "DIFFER",
    "align",
    "align_sentences",
    "changes",
    "confirm",
    "diff_words",
    "names",
    "sentences",
    "tokens",
]
