"""Where an archive is read from: a config file, an archive's directory, or a bare store without a catalog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipelines.config import DEFAULT_NAME, Config, load_config
from pipelines.errors import StoreError
from pipelines.opened import open_catalog
from pipelines.store.catalog import Catalog
from pipelines.store.opening import open_store
from pipelines.store.warcs import WarcReader

CATALOG = "catalog.db"


@dataclass(frozen=True, slots=True)
class Source:
    """What reading needs. ``prepare(url)`` is called before a page is read, with None before all are; it has nothing to
    do where all ``was_read``."""

    catalog: Catalog
    reader: WarcReader
    prepare: Callable[[str | None], None] = lambda url: None
    close: Callable[[], None] = lambda: None
    was_read: bool = True


def find(where: str | Path | Config | None, *, endpoint_url: str | None, region: str | None) -> Source:
    """ConfigError, StoreError or CatalogError name what is missing there."""
    if where is None or isinstance(where, Config):
        return _configured(where or load_config())
    if "://" in str(where):
        return _bare(str(where), endpoint_url, region)
    path = Path(where)
    return _directory(path) if path.is_dir() else _configured(load_config(path))


def _configured(config: Config) -> Source:
    archive = config.archive
    catalog = open_catalog(config, read_only=True)
    store = open_store(archive.store, endpoint_url=config.s3.endpoint_url, region=config.s3.region)
    return Source(catalog, WarcReader(store, archive.spool), close=catalog.close)


def _directory(path: Path) -> Source:
    if (path / CATALOG).is_file():
        catalog = Catalog.open(f"sqlite:///{path.absolute() / CATALOG}", read_only=True)
        # What is not uploaded yet lies in the spool; without a config, where a new config puts it.
        reader = WarcReader(open_store(str(path)), path.absolute().parent / "spool")
        return Source(catalog, reader, close=catalog.close)
    if (path / DEFAULT_NAME).is_file():
        return _configured(load_config(path / DEFAULT_NAME))
    if (path / "index").is_dir():
        return _bare(str(path), None, None)
    raise StoreError(f"{path} is no archive: it holds no {CATALOG}, index/ or {DEFAULT_NAME}; name another")


def _bare(url: str, endpoint_url: str | None, region: str | None) -> Source:
    from .bare import BareCatalog  # brings extraction along, which nobody pays for who has a catalog

    store = open_store(url, endpoint_url=endpoint_url, region=region)
    bare = BareCatalog(store, where=url)
    return Source(bare.catalog, bare.reader, bare.read_page, bare.close, was_read=False)
