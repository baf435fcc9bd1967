"""The config file, the machine, and what is installed on it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import resource
import stat
from collections.abc import Iterator
from pathlib import Path

from pipelines.addresses import masked
from pipelines.config import Config

from .check import Check

PARTS = ("Scrapy", "Twisted", "lxml", "trafilatura", "warcio", "FastWARC", "isal", "SQLAlchemy", "boto3")
SCRAPY = "2.19."  # private names of this minor version carry the wire capture
FEW_FILES = 1024  # descriptors: 256 requests at once, their look-ups, the spool and the catalog
_OTHERS = stat.S_IRGRP | stat.S_IROTH


def config_checks(config: Config) -> Iterator[Check]:
    """The file, whether newsrooms can reach the operator, and who else can read secrets."""
    found = config.path.exists()
    yield Check("config", "ok", f"{config.path}" if found else "no stoppress.toml here: the defaults hold")
    if config.crawl.contact:
        yield Check("config", "ok", f"asks as {config.crawl.agent!r}")
    else:
        step = 'write [crawl] contact = "mailto:you@example.org"'
        yield Check("config", "warning", "newsrooms cannot reach you: no contact is sent", step)
    for path, what in _secrets(config):
        if path.is_file() and path.stat().st_mode & _OTHERS:
            yield Check("config", "warning", f"{path} holds {what}, and others may read it", f"chmod 600 {path}")


def _secrets(config: Config) -> Iterator[tuple[Path, str]]:
    if masked(config.archive.catalog) != config.archive.catalog:
        yield config.path, "the catalog's password"
    yield config.path.parent / config.serve.token_file, "the token of stoppress serve"
    named = os.environ.get("AWS_SHARED_CREDENTIALS_FILE")
    yield Path(named) if named else Path.home() / ".aws" / "credentials", "the store's credentials"


def machine_checks() -> Iterator[Check]:
    """How many files a process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    few = soft != resource.RLIM_INFINITY and soft < FEW_FILES
    step = f"ulimit -n {4 * FEW_FILES}, or LimitNOFILE= in the service" if few else ""
    yield Check("machine", "warning" if few else "ok", f"{soft} files may be open at once", step)


def version_checks() -> Iterator[Check]:
    """What is installed; another minor version of Scrapy is the one that matters."""
    found = {name: _version(name) for name in PARTS}
    missing = [name for name, version in found.items() if version is None]
    told = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    told = f"Stoppress {_version('stoppress') or 'from a folder'}, Python {platform.python_version()}, {told}"
    scrapy = found["Scrapy"] or ""
    if missing or not scrapy.startswith(SCRAPY):
        wrong = f"missing: {', '.join(missing)}" if missing else f"Scrapy {scrapy}, made for {SCRAPY}x"
        yield Check("versions", "failed", f"{wrong}; {told}", "pip install stoppress -c constraints.txt")
    else:
        yield Check("versions", "ok", told)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
