"""The archive of a config, opened for one command: catalog and store, closed again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .addresses import masked
from .config import Config
from .errors import CatalogDamaged, CatalogError, StoreUnavailable
from .store.catalog import Catalog
from .store.catalog_trouble import next_step
from .store.objects import ObjectStore
from .store.opening import open_store


@contextmanager
def opened(config: Config, *, read_only: bool = False) -> Iterator[tuple[Catalog, ObjectStore]]:
    """For commands beside a running crawler: no spool, no lock. ``read_only`` is about the catalog."""
    store = open_store(config.archive.store, endpoint_url=config.s3.endpoint_url, region=config.s3.region)
    with open_catalog(config, read_only=read_only) as catalog:
        try:
            yield catalog, store
        except StoreUnavailable as e:
            raise StoreUnavailable(f"{e}; try again later, or correct [archive] store in {config.path}") from e


def open_catalog(config: Config, *, read_only: bool = False, relaxed: bool = False) -> Catalog:
    """The catalog alone. CatalogError: where its address is written, and what to do if nothing answers there."""
    try:
        return Catalog.open(config.archive.catalog, read_only=read_only, relaxed=relaxed)
    except CatalogDamaged:
        raise
    except CatalogError as e:
        if e.__cause__ is None:  # it was reached and says itself what is wrong
            raise
        is_file = config.archive.catalog.startswith("sqlite:")
        if is_file and (step := next_step(e.__cause__, Path(config.archive.catalog.removeprefix("sqlite:///")))):
            raise CatalogError(f"{masked(str(e))}; {step}") from e
        step = "see that you may write there" if is_file else "see that its server runs and lets you in"
        raise CatalogError(f"{masked(str(e))}; {step}, or correct [archive] catalog in {config.path}") from e
