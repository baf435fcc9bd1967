"""An environment as pip would make it, with the stand-in for pywb in it."""

from __future__ import annotations

import sys
from pathlib import Path

STAND_IN = Path(__file__).parent
# Not exec: a Python may be a script around one, which neither becomes it nor ends it.
LISTENS = """#!/bin/sh
PYTHONPATH={stand_in} STAND_IN_TOLD={told} {python} "$@"
"""


def program(folder: Path, python: str = LISTENS) -> str:
    """pywb's, in an environment whose Python is ``python``."""
    interpreter, script = folder / "python-of-pywb", folder / "wayback"
    interpreter.write_text(python.format(python=sys.executable, stand_in=STAND_IN, told=folder / "told.json"))
    script.write_text(f"#!{interpreter}\nfrom pywb.apps.cli import wayback\nwayback()\n")
    for path in (interpreter, script):
        path.chmod(0o755)
    return str(script)
