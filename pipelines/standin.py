"""Modules that a library imports and hardly ever uses, imported when something of them is first used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


class _StandIn(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import system's own questions
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:  # asked while it stands in
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def standing_in(name: str) -> Iterator[None]:
    """Whoever imports the module within gets a stand-in for it; later imports give the module itself."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = _StandIn(name)
    try:
        yield
    finally:
        if isinstance(sys.modules.get(name), _StandIn):
            del sys.modules[name]
