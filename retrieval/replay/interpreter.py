"""The Python of the environment that a program was installed in, as its first lines say."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

from pipelines.errors import ConfigError

_READ = 4096  # bytes; the kernel reads 256
# What pip writes where the path is too long for a kernel, or has spaces: sh reads the rest as an exec of that Python.
_LONG = re.compile(rb"#!/bin/sh\n'''exec' (.+) \"\$0\" \"\$@\"\n")


def python_of(program: str) -> list[str]:
    """The words that start it. ConfigError: it is no script that pip, pipx or uv have made."""
    try:
        with Path(program).open("rb") as file:
            head = file.read(_READ)
    except OSError as e:
        raise ConfigError(f"{program} cannot be read: {e.strerror}") from e
    found = _LONG.match(head)
    line = found[1] if found else head.partition(b"\n")[0].removeprefix(b"#!") if head.startswith(b"#!") else b""
    try:
        words = shlex.split(os.fsdecode(line))
    except ValueError:
        words = []
    if not any(Path(word).name.startswith(("python", "pypy")) for word in words):
        raise ConfigError(
            f"{program} is no script for Python, so pywb cannot be told whom to answer; "
            "name the wayback of the environment that pywb was installed in: --pywb pywb/bin/wayback"
        )
    if shutil.which(words[0]) is None:
        raise ConfigError(f"{program} is for {words[0]}, which is not here; make that environment anew")
    return words
