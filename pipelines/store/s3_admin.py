"""The bucket with deletion, by an administrator's credentials. boto3 itself stays in ``s3``."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.errors import StoreUnavailable

from .admin import Upload
from .objects import checked_key
from .ours import indexed_by, is_our_warc
from .s3 import S3Store, translated
from .s3_errors import UNKNOWN_TO_IT, code_of

_NOBODY = "check-delete"  # no object of ours has this key
_CHECKED = "check"  # ``S3Store.check`` begins an upload of it


class S3AdminStore(S3Store):
    """A bucket whose administrator is at work."""

    def may_delete(self) -> None:
        with translated(self._name("")):  # deleting what is not there succeeds, where deleting is allowed
            self._client.delete_object(**self._at(_NOBODY))

    def delete(self, key: str) -> None:
        with translated(self._name(key)):
            self._client.delete_object(**self._at(key))

    def erase(self, key: str) -> None:
        self.delete(key)
        for version in self._versions(key):
            with translated(self._name(key)):
                self._client.delete_object(**self._at(key), VersionId=version)

    def _versions(self, key: str) -> list[str]:
        """Of a bucket that keeps none, or whose server knows none: nothing."""
        at = self._at(key)
        try:
            with translated(self._name(key)):
                pages = self._client.get_paginator("list_object_versions")
                found = [
                    item["VersionId"]
                    for page in pages.paginate(Bucket=self._bucket, Prefix=at["Key"])
                    for kind in ("Versions", "DeleteMarkers")
                    for item in page.get(kind, ())
                    if item["Key"] == at["Key"]
                ]
        except StoreUnavailable as e:
            if e.__cause__ and code_of(e.__cause__) in UNKNOWN_TO_IT:
                return []
            raise
        return found

    def uploads(self) -> Iterator[Upload]:
        with translated(self._name("")):
            pages = self._client.get_paginator("list_multipart_uploads")
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
                for upload in page.get("Uploads", ()):
                    key = upload["Key"].removeprefix(self._prefix)
                    if is_our_warc(key) or indexed_by(key) or key == _CHECKED:
                        yield Upload(key, upload["Initiated"], upload["UploadId"])

    def give_up(self, upload: Upload) -> None:
        key = self._prefix + checked_key(upload.key)
        with translated(self._name(upload.key)):
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload.name)
