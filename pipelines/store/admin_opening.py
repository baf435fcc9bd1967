"""Which store an administrator's command means."""

from __future__ import annotations

from pathlib import Path

from pipelines.errors import StoreError

from .admin import AdminStore


def open_admin_store(url: str, *, endpoint_url: str | None = None, region: str | None = None) -> AdminStore:
    """As ``open_store``, with this process's credentials."""
    if url.startswith("s3://"):
        from .s3_admin import S3AdminStore

        return S3AdminStore.at(url, endpoint_url=endpoint_url, region=region)
    if "://" in url and not url.startswith("file:///"):
        raise StoreError(f"store {url!r} is not known; write a directory or s3://bucket/prefix")
    from .local_admin import LocalAdminStore

    return LocalAdminStore(Path(url.removeprefix("file://")))
