"""Which store a config means: the one place that knows all kinds."""

from __future__ import annotations

from pathlib import Path

from pipelines.errors import StoreError

from .objects import ObjectStore


def open_store(url: str, *, endpoint_url: str | None = None, region: str | None = None) -> ObjectStore:
    """``s3://bucket/prefix``, a directory, or ``file:///directory``. Nothing is asked of the store yet."""
    if url.startswith("s3://"):
        from .s3 import S3Store

        return S3Store.at(url, endpoint_url=endpoint_url, region=region)
    if "://" in url and not url.startswith("file:///"):
        raise StoreError(f"store {url!r} is not known; write a directory or s3://bucket/prefix")
    if not url:
        raise StoreError("the store has no name; write a directory or s3://bucket/prefix")
    from .local import LocalStore

    return LocalStore(Path(url.removeprefix("file://")))
