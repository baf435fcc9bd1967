"""A fresh bucket for one test, and the environment that opens it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config


@dataclass(frozen=True)
class S3Server:
    """Where an S3 server listens and who may enter; ``env`` holds the credentials as AWS names them."""

    endpoint_url: str
    access_key: str
    secret_key: str

    @property
    def env(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    @contextmanager
    def client(self) -> Iterator[Any]:
        """A plain boto3 client, to look at a bucket by other means than ours; one for the whole run."""
        yield self._client

    def close(self) -> None:
        self._client.close()

    @cached_property
    def _client(self) -> Any:
        return boto3.client(
            "s3", endpoint_url=self.endpoint_url, region_name="us-east-1",
            aws_access_key_id=self.access_key, aws_secret_access_key=self.secret_key,
            config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bucket:
    """One test's own bucket on an S3 server."""

    server: S3Server
    bucket: str

    @property
    def endpoint_url(self) -> str:
        return self.server.endpoint_url

    @property
    def env(self) -> Mapping[str, str]:
        return self.server.env

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}"


def fresh_bucket(server: S3Server, monkeypatch: pytest.MonkeyPatch, home: Path) -> Bucket:
    """Makes the bucket and sets this process's credentials to the server's, hiding the user's own."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in server.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "no-aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "no-aws-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    bucket = Bucket(server, f"test-{uuid.uuid4().hex[:12]}")
    with server.client() as client:
        client.create_bucket(Bucket=bucket.bucket)
    return bucket
