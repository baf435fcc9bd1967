"""The store as a bucket of any S3-compatible server. The only file that knows boto3.

Keys are unique by construction; ``If-None-Match`` is sent and never relied on. Every body is signed by its sha256,
which each server checks while it reads; the sha256 of the whole file stays in the object's metadata, and what was
sent is looked at again after every put.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal, Self, cast
from urllib.parse import urlsplit

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pipelines.crashpoint import crashpoint
from pipelines.errors import ObjectExists, ObjectNotFound, StoreError, StoreUnavailable

from .objects import Source, Stat, checked_key, checked_prefix, checked_range, sha256_of, size_of
from .s3_errors import NO_SUCH_BYTES, TAKEN, UNKNOWN_TO_IT, cause, code_of

PART_SIZE = 16 * 2**20  # bytes; what is larger goes in parts of this size (S3: 5 MiB to 5 GiB)
_MOST_PARTS = 10_000  # S3's own limit
_BLOCK = 2**20  # bytes read at once where only a digest is wanted

CONFIG = Config(
    connect_timeout=5,
    read_timeout=30,  # three times that is less than a service manager waits for a crawler to end
    max_pool_connections=32,  # threads of a service that read at the same time
    retries={"mode": "standard", "total_max_attempts": 3},
    # Stores other than AWS may refuse the SDK's own checksums; the signature's sha256 they all know.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


_TALKERS = ("boto3", "botocore", "urllib3")


def _keep_secrets() -> None:
    """At DEBUG, which a Scrapy project logs unless told otherwise, the client prints what it signs, tokens too."""
    for logger in map(logging.getLogger, _TALKERS):
        if logger.level == logging.NOTSET:  # else somebody wants it so
            logger.setLevel(logging.INFO)


class S3Store:
    def __init__(self, client: Any, bucket: str, prefix: str = "", *, part_size: int = PART_SIZE) -> None:
        self._client, self._bucket = client, bucket
        self._prefix = checked_key(prefix.strip("/")) + "/" if prefix.strip("/") else ""
        self._part_size = part_size

    @classmethod
    def at(cls, url: str, *, endpoint_url: str | None = None, region: str | None = None) -> Self:
        """``s3://bucket/prefix``; credentials by environment, file or role, never by configuration."""
        parts = urlsplit(url)
        if not parts.netloc or "@" in parts.netloc or parts.query or parts.fragment:
            raise StoreError("the store names no bucket; write s3://bucket/prefix, credentials go elsewhere")
        _keep_secrets()
        style: Literal["path", "auto"] = "path" if endpoint_url else "auto"
        try:
            session = Session()
            client = session.client(
                "s3",
                endpoint_url=endpoint_url,
                region_name=region or session.region_name or "us-east-1",
                config=CONFIG.merge(Config(s3={"payload_signing_enabled": True, "addressing_style": style})),
            )
        except (BotoCoreError, ValueError) as e:
            raise StoreError(f"[s3] cannot be used: {type(e).__name__}: {e}") from e
        client.meta.events.register("before-call.s3.HeadBucket", _ask_no_further)
        return cls(client, parts.netloc, parts.path)

    def put_if_absent(self, key: str, source: Source) -> Stat:
        sha256, size = sha256_of(source), size_of(source)
        there = self._find(key)
        if there is None:
            self._send(key, source, sha256)
            there = self._find(key)
        if there is None:
            raise StoreUnavailable(f"{self._name(key)}: the store took the bytes and does not show them; try again")
        if there.size != size or (there.sha256 or self._read_sha256(key)) != sha256:
            raise ObjectExists(f"{self._name(key)} exists with other bytes; stored objects are never overwritten")
        return replace(there, sha256=sha256)

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        start, length = checked_range(start, length)
        if length == 0:
            return self._nothing(key, start)
        wanted = f"bytes={start}-" if length is None else f"bytes={start}-{start + length - 1}"
        ranged = {"Range": wanted} if start or length is not None else {}
        with translated(self._name(key)):
            answer = self._client.get_object(**self._at(key), **ranged)
            with closing(answer["Body"]) as body:  # its own "with" hands out a stream that raises urllib3's errors
                if ranged and answer["ResponseMetadata"]["HTTPStatusCode"] != 206:
                    raise StoreError(f"{self._name(key)}: this store does not serve ranges, which the archive needs")
                if length not in (None, answer["ContentLength"]):
                    raise ObjectNotFound(f"{self._name(key)} has no {length} bytes at {start}")
                return cast("bytes", body.read())

    def open(self, key: str) -> BinaryIO:
        with translated(self._name(key)):
            body = self._client.get_object(**self._at(key))["Body"]
        return cast("BinaryIO", io.BufferedReader(_Stream(body, self._name(key)), _BLOCK))

    def list(self, prefix: str = "") -> Iterator[Stat]:
        with translated(self._name(prefix)):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + checked_prefix(prefix)):
                for item in page.get("Contents", ()):
                    yield Stat(item["Key"].removeprefix(self._prefix), item["Size"], item["LastModified"])

    def stat(self, key: str) -> Stat:
        there = self._find(key)
        if there is None:
            self._ask_bucket()
            raise ObjectNotFound(f"{self._name(key)} does not exist")
        return there

    def check(self) -> None:
        """Reading is tried by a listing, writing by an upload in parts that is begun and given up."""
        self._ask_bucket()
        with translated(self._name("")):
            upload = self._client.create_multipart_upload(**self._at("check"))
            self._client.abort_multipart_upload(**self._at("check"), UploadId=upload["UploadId"])

    def now(self) -> datetime | None:
        with translated(self._name("")):
            answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, MaxKeys=1)
        said = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        return parsedate_to_datetime(said) if said else None

    def give_up_uploads(self, suffix: str) -> int:
        abandoned = 0
        with translated(self._name("")):
            pages = self._client.get_paginator("list_multipart_uploads")
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
                for upload in page.get("Uploads", ()):
                    if upload["Key"].startswith(self._prefix) and upload["Key"].endswith(suffix):
                        at = {"Bucket": self._bucket, "Key": upload["Key"]}
                        self._client.abort_multipart_upload(**at, UploadId=upload["UploadId"])
                        abandoned += 1
        return abandoned

    def close(self) -> None:
        self._client.close()

    def _find(self, key: str) -> Stat | None:
        at = self._at(key)
        try:
            with translated(self._name(key)):
                answer = self._client.head_object(**at)
        except ObjectNotFound:
            return None
        except StoreUnavailable as e:
            if e.__cause__ and code_of(e.__cause__):  # the answer to a HEAD has no words; this one names the cause
                self._ask_bucket()
            raise
        return Stat(key, answer["ContentLength"], answer["LastModified"], answer["Metadata"].get("sha256"))

    def _ask_bucket(self) -> None:
        with translated(self._name("")):
            self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, MaxKeys=1)

    def _nothing(self, key: str, start: int) -> bytes:
        """HTTP has no range of no bytes."""
        if start > self.stat(key).size:
            raise ObjectNotFound(f"{self._name(key)} ends before {start}")
        return b""

    def _read_sha256(self, key: str) -> str:
        """For what others put there without saying its digest."""
        digest = hashlib.sha256()
        with self.open(key) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest()

    def _send(self, key: str, source: Source, sha256: str) -> None:
        """Somebody may have been faster, or our own first try was and its answer was lost: the caller looks."""
        metadata = {"Metadata": {"sha256": sha256}}
        with translated(self._name(key)):
            try:
                if isinstance(source, Path) and size_of(source) > self._part_size:
                    self._send_parts(key, source, metadata)
                else:
                    body = source if isinstance(source, bytes) else source.read_bytes()
                    _must_be(sha256, hashlib.sha256(body), self._name(key))
                    crashpoint("mid_put")
                    self._only_if_absent(self._client.put_object, **self._at(key), Body=body, **metadata)
            except ClientError as e:
                if code_of(e) not in TAKEN:
                    raise

    def _send_parts(self, key: str, source: Path, metadata: dict[str, Any]) -> None:
        at, sent = self._at(key), hashlib.sha256()
        upload = {**at, "UploadId": self._client.create_multipart_upload(**at, **metadata)["UploadId"]}
        try:
            parts = []
            for number, part in enumerate(_parts(source, self._part_size), 1):
                sent.update(part)
                etag = self._client.upload_part(**upload, PartNumber=number, Body=part)["ETag"]
                parts.append({"PartNumber": number, "ETag": etag})
            _must_be(metadata["Metadata"]["sha256"], sent, self._name(key))
            crashpoint("mid_put")
            self._only_if_absent(self._client.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts})
        except BaseException:
            self._give_up(upload)
            raise

    def _give_up(self, upload: dict[str, Any]) -> None:
        """Parts cost money until they are aborted; if that fails too, the bucket's lifecycle rule does it."""
        try:
            self._client.abort_multipart_upload(**upload)
        except (ClientError, BotoCoreError):
            return

    @staticmethod
    def _only_if_absent(method: Any, **request: Any) -> None:
        try:
            method(**request, IfNoneMatch="*")
        except ClientError as e:
            if code_of(e) not in UNKNOWN_TO_IT:
                raise
            method(**request)

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + checked_key(key)}

    def _name(self, key: str) -> str:
        return f"s3://{self._bucket}/{self._prefix}{key}"


def _ask_no_further(**_: Any) -> None:
    """The client asks for a bucket's region whenever it is sent elsewhere, and again when that is the answer to it."""
    answer: Any = {"Error": {"Code": "301"}, "ResponseMetadata": {"HTTPHeaders": {}}}
    raise ClientError(answer, "HeadBucket")


@contextmanager
def translated(name: str) -> Iterator[None]:
    """The one place where foreign trouble becomes ours."""
    try:
        yield
    except ClientError as e:
        if code_of(e) in NO_SUCH_BYTES:
            raise ObjectNotFound(f"{name} does not exist, or not these bytes of it") from e
        raise StoreUnavailable(f"{name}: {cause(e)}") from e
    except BotoCoreError as e:
        raise StoreUnavailable(f"{name}: {cause(e)}") from e


def _must_be(sha256: str, sent: Any, name: str) -> None:
    """The servers prove that they got what we read; this, that we read what was hashed before."""
    if sent.hexdigest() != sha256:
        raise StoreError(f"{name}: the file read differently the second time; look at this machine's disk")


class _Stream(io.RawIOBase):
    """An answer's body as a file: its errors are ours, and it is closed with the file."""

    def __init__(self, body: Any, name: str) -> None:
        self._body, self._name = body, name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with translated(self._name):
            data = self._body.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._body.close()
        super().close()


def _parts(source: Path, size: int) -> Iterator[bytes]:
    size = max(size, -(-source.stat().st_size // _MOST_PARTS))
    with source.open("rb") as file:
        while part := file.read(size):
            yield part
