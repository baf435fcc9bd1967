"""What every end-to-end test leaves is looked at by tools that are not ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.other_tools import complaints
from tests.servers.buckets import Bucket


@pytest.fixture(autouse=True)
def _others_read_it_too(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """All WARC files that were sealed, in the test's folder and in its bucket, and their indexes."""
    # Asked for now: what is asked for first is taken down last.
    bucket = request.getfixturevalue("swift_s3") if request.node.get_closest_marker("swift") else None
    yield
    if bucket:
        _fetch(bucket, tmp_path / "from the bucket")
    files = [path for path in tmp_path.rglob("*.warc.gz") if "quarantine" not in path.parts]
    indexes = {path.name.replace(".cdxj.", ".warc."): path.read_bytes() for path in tmp_path.rglob("*.cdxj.gz")}

    assert complaints(files, indexes) == []


def _fetch(bucket: Bucket, folder: Path) -> None:
    folder.mkdir()
    with bucket.server.client() as client:
        for item in client.list_objects_v2(Bucket=bucket.bucket).get("Contents", []):
            if item["Key"].endswith((".warc.gz", ".cdxj.gz")):
                client.download_file(bucket.bucket, item["Key"], str(folder / Path(item["Key"]).name))
