"""The archive of a config, opened for a command that takes things away: apart from all that a crawler can reach."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .config import Config
from .errors import ObjectNotFound, StoreError, StoreUnavailable
from .opened import open_catalog
from .store.admin import AdminStore
from .store.admin_opening import open_admin_store
from .store.catalog import Catalog


@contextmanager
def opened_by_admin(config: Config, verb: str) -> Iterator[tuple[Catalog, AdminStore]]:
    """For commands that take things away: one at a time, with credentials that may delete.

    SpoolLocked: another one is at work. StoreUnavailable: nothing may be deleted, or nobody answers.
    """
    store = open_admin_store(config.archive.store, endpoint_url=config.s3.endpoint_url, region=config.s3.region)
    with open_catalog(config) as catalog, catalog.held_by(verb):
        catalog.refuse_unfinished()
        try:
            store.may_delete()
        except StoreUnavailable as e:
            raise StoreUnavailable(f"{e}; stoppress {verb} deletes: run it with an administrator's credentials") from e
        try:
            yield catalog, store
        except StoreUnavailable as e:
            raise StoreUnavailable(f"{e}; nothing is lost: run stoppress {verb} again") from e
        except ObjectNotFound as e:
            raise StoreError(
                f"{e}, though the catalog says so; if the catalog is an old copy, run stoppress rebuild --replace, "
                "else see: stoppress verify"
            ) from e
        finally:
            store.close()
