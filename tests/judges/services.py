"""``stoppress serve`` and ``stoppress replay`` of an archive, each a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.running import ROOT, environment
from tests.servers.processes import stop


@contextmanager
def running(config: Path, *words: str, port: int = 0) -> Iterator[dict[str, Any]]:
    """What the command says once it is ready, as JSON; its ``pid`` too."""
    command = [sys.executable, str(ROOT / "stoppress.py"), "-c", str(config), *words, "--port", str(port), "--json"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=environment())
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                errors.seek(0)
                raise RuntimeError(f"{' '.join(words)} ended: {errors.read().decode()}")
            yield json.loads(line) | {"pid": process.pid}
        finally:
            stop(process)
            if process.stdout:
                process.stdout.close()
