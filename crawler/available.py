"""Is there a browser on this machine? Asked before anybody relies on it, without importing what drives it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile

TRIAL = 30.0  # seconds in which it must have shown an empty page
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def program(named: str = "") -> str | None:
    """The path of the configured Chromium, else of the first on PATH; None if there is none."""
    names = (named,) if named else NAMES
    return next((path for name in names if (path := shutil.which(name))), None)


def missing(named: str = "") -> str:
    """What ``render = "browser"`` lacks on this machine, with the next step; empty if nothing."""
    if importlib.util.find_spec("playwright") is None:
        return "render = \"browser\" needs Playwright, which is not installed: pip install 'stoppress[browser]'"
    if program(named) is None:
        if named:
            return f'[crawl] browser = "{named}" is no program here: correct it, or leave it out to use the PATH'
        where = ", ".join(NAMES)
        return (
            f'render = "browser" needs Chromium, and none is on the PATH ({where}): install it '
            '(Debian: apt install chromium), or name it: [crawl] browser = "/path/to/chromium"'
        )
    return ""


def without_sandbox() -> bool:
    """Chromium refuses to isolate its pages when it is run by root, and does not start unless told to go without."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def tried(named: str = "") -> str:
    """What keeps Chromium from showing an empty page, in its own words; empty if nothing does."""
    path = program(named)
    if path is None:
        return missing(named)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        words = ["--headless", "--disable-gpu", f"--user-data-dir={profile}", "--dump-dom", "about:blank"]
        words += ["--no-sandbox"] if without_sandbox() else []
        try:
            done = subprocess.run(  # noqa: S603 - what the operator's own config names
                [path, *words], capture_output=True, timeout=TRIAL, check=False, stdin=subprocess.DEVNULL
            )
        except (OSError, subprocess.TimeoutExpired) as e:
            return f"{path} cannot be run: {e}"
    if done.returncode == 0 and b"<html" in done.stdout:
        return ""
    said = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    return f"{path} shows no page (exit {done.returncode}): {said[-1][:300] if said else 'it says nothing'}"
