"""An environment for each judge, made once: what one of them needs must not stand in the way of another, or of us."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KEPT = ROOT / ".judges"
_INSTALL = ["-m", "pip", "--disable-pip-version-check", "install", "-qq", "-r"]


def environment(name: str, named_in: Path = HERE) -> Path:
    """The ``bin`` folder of an environment with exactly what ``NAME.txt`` names."""
    wanted = named_in / f"{name}.txt"
    stamp = hashlib.sha256(wanted.read_bytes() + sys.version.encode()).hexdigest()
    folder, done = KEPT / name, KEPT / name / "made-of"
    if not done.is_file() or done.read_text() != stamp:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(folder / "bin" / "python"), *_INSTALL, str(wanted)], check=True)
        done.write_text(stamp)
    return folder / "bin"
