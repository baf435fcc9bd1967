"""Is there a browser? Asked before anybody relies on it; nothing is imported or started for that."""

from __future__ import annotations

import importlib.util
import os
import shutil

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
