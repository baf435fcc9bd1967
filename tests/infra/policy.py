"""How S3 decides: what no statement allows is denied, and a Deny wins over every Allow."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

# Service Authorization Reference, Amazon S3: the actions that an operation of the API needs.
ACTIONS = {
    "PutObject": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "UploadPart": "s3:PutObject",
    "CompleteMultipartUpload": "s3:PutObject",
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "GetObject": "s3:GetObject",
    "HeadObject": "s3:GetObject",
    "ListObjectsV2": "s3:ListBucket",
    "ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "DeleteObject": "s3:DeleteObject",
    "DeleteObjects": "s3:DeleteObject",
    "ListObjectVersions": "s3:ListBucketVersions",
    "DeleteBucket": "s3:DeleteBucket",
    "PutObjectAcl": "s3:PutObjectAcl",
}


def allowed(policy: Mapping[str, Any], operation: str, bucket: str, parameters: Mapping[str, Any]) -> bool:
    """May the role do this? ``parameters`` are those of the API call."""
    resource = f"arn:aws:s3:::{bucket}" + (f"/{parameters['Key']}" if "Key" in parameters else "")
    action = "s3:DeleteObjectVersion" if "VersionId" in parameters else ACTIONS[operation]
    asked = {"s3:prefix": parameters.get("Prefix", "")}
    effects = {s["Effect"] for s in policy["Statement"] if _speaks_of(s, action, resource) and _holds(s, asked)}
    return effects == {"Allow"}


def _speaks_of(statement: Mapping[str, Any], action: str, resource: str) -> bool:
    return _any_matches(statement["Action"], action) and _any_matches(statement["Resource"], resource)


def _holds(statement: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
    conditions = statement.get("Condition", {})
    if set(conditions) - {"StringLike"}:
        raise ValueError(f"condition {sorted(conditions)} is not known here")
    return all(_any_matches(pattern, asked[key]) for key, pattern in conditions.get("StringLike", {}).items())


def _any_matches(patterns: str | list[str], value: str) -> bool:
    return any(fnmatchcase(value, p) for p in ([patterns] if isinstance(patterns, str) else patterns))
