"""A spool that the crawler's user may not write is refused at the start, by name."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.running import PATIENCE, ROOT, environment

AS_NOBODY = """
import os, pathlib, sys
from pipelines.store.spool import SpoolLock
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
SpoolLock(pathlib.Path(sys.argv[1]))
"""


def test_a_spool_of_another_user_or_without_write_permission_is_refused_at_the_start() -> None:
    """As root another user is asked to write there; as anybody else the folder is made read-only."""
    home = Path(tempfile.mkdtemp(prefix="stoppress-spool-"))  # not pytest's: others may not walk into that
    spool = home / "spool"
    spool.mkdir(mode=0o555)
    home.chmod(0o755)
    try:
        ran = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, str(spool)],
            capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=ROOT, env=environment(),
        )  # fmt: skip
    finally:
        spool.chmod(0o755)
        shutil.rmtree(home)

    assert ran.returncode != 0
    assert f"the spool {spool} cannot be written: Permission denied" in ran.stderr
    assert "open this folder to the crawler's user" in ran.stderr
