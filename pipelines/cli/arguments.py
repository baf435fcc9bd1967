"""How the words behind a verb are read: ``-2h`` is a time where a time is asked for, and no option."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from typer.core import TyperCommand, TyperOption

TIMES = {"TIME", "A", "B"}  # an argument that the help calls so is a time, as in URL@TIME
_BEFORE_NOW = re.compile(r"-\d.*")  # no option of ours begins with a digit


class Verb(TyperCommand):
    """A command whose TIME arguments may be written ``-2h``; whatever else begins with ``-`` is an option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        takes_times = any(param.metavar in TIMES for param in self.params if param.param_type_name == "argument")
        return super().parse_args(ctx, list(self._with_at(args)) if takes_times else args)

    def _with_at(self, words: Sequence[str]) -> Iterator[str]:
        """``-2h`` as ``@-2h``, the same moment, which cannot be taken for an option."""
        options = [param for param in self.params if isinstance(param, TyperOption)]
        with_value = {name for option in options if not option.is_flag for name in option.opts}
        before = ""
        for at, word in enumerate(words):
            if word == "--":
                yield from words[at:]
                return
            yield f"@{word}" if _BEFORE_NOW.fullmatch(word) and before not in with_value else word
            before = word
