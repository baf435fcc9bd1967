"""An archive for a Scrapy project without a stoppress.toml: its settings say where; several crawls may run at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from scrapy.settings import BaseSettings

from pipelines.config import Config, config_of_tables

STORE = "STOPPRESS_STORE"
# Scrapy setting -> table and key of the config file, where its meaning and default are those of the file
KEYS = {
    STORE: ("archive", "store"),
    "STOPPRESS_CATALOG": ("archive", "catalog"),
    "STOPPRESS_SPOOL": ("archive", "spool"),
    "STOPPRESS_SPOOL_LIMIT": ("archive", "spool_limit"),
    "STOPPRESS_S3_ENDPOINT_URL": ("s3", "endpoint_url"),
    "STOPPRESS_S3_REGION": ("s3", "region"),
}


def config_of_settings(settings: BaseSettings) -> Config:
    """What the config file would say; relative paths are relative to where the crawl was started, as FEEDS are.

    ConfigError names the setting and its value.
    """
    tables: dict[str, dict[str, Any]] = {"crawl": {"user_agent": settings.get("USER_AGENT") or ""}}
    for name, (table, key) in KEYS.items():
        if (value := settings.get(name)) is not None:
            tables.setdefault(table, {})[key] = os.fspath(value) if isinstance(value, os.PathLike) else value
    names = {place: name for name, place in KEYS.items()}
    return config_of_tables(tables, Path.cwd() / "settings.py", lambda where: names.get(where[:2], ".".join(where)))
