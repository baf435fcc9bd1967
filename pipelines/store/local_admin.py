"""The directory store with deletion."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pipelines.errors import StoreError, StoreUnavailable

from .admin import Upload
from .disk import sync_folder
from .local import DRAFTS, LocalStore
from .ours import is_our_draft


class LocalAdminStore(LocalStore):
    """A directory whose owner is at work."""

    def may_delete(self) -> None:
        if not self._root.is_dir():
            why = "is no directory" if self._root.exists() else "is not there"
            raise StoreError(f"the store {self._root} {why}; mount its disk, or correct [archive] store")
        for folder in (self._root, *(path for path in (self._root / "warc", self._root / "index") if path.is_dir())):
            if not os.access(folder, os.W_OK | os.X_OK):
                raise StoreUnavailable(f"nothing may be deleted in {folder}; run this as the user who owns it")

    def delete(self, key: str) -> None:
        path = self._path(key)
        try:
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                sync_folder(path.parent)
        except OSError as e:
            raise StoreUnavailable(f"{key} cannot be deleted from {self._root}: {e.strerror}") from e

    def erase(self, key: str) -> None:
        self.delete(key)

    def uploads(self) -> Iterator[Upload]:
        for path in sorted(path for path in (self._root / DRAFTS).glob("*") if is_our_draft(path.name)):
            with suppress(FileNotFoundError):
                begun = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield Upload(path.name.partition("-")[2] or path.name, begun, path.name)

    def give_up(self, upload: Upload) -> None:
        draft = self._root / DRAFTS / Path(upload.name).name
        try:
            draft.unlink(missing_ok=True)
        except OSError as e:
            raise StoreUnavailable(f"{draft} cannot be deleted: {e.strerror}") from e
