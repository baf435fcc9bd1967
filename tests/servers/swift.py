"""OpenStack Swift with its s3api as a real S3 server: three storage servers and a proxy on one device.

It refuses wrong keys and wrong checksums, which moto does not.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from .buckets import Bucket, S3Server, fresh_bucket
from .processes import READY_WITHIN, free_port, python_server
from .requirements import missing

STORAGE = {"account": "swift.account.server", "container": "swift.container.server", "object": "swift.obj.server"}

# 2**4 partitions, one replica, no minimum of hours between moves: what swift-ring-builder's
# "create 4 1 0", "add r1z1-127.0.0.1:PORT/d1 1" and "rebalance" do, in one process.
BUILD_RINGS = """
import sys
from swift.common.ring import RingBuilder
for kind, port in zip(sys.argv[2::2], sys.argv[3::2]):
    builder = RingBuilder(4, 1, 0)
    builder.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port), "device": "d1", "weight": 1})
    builder.rebalance()
    builder.get_ring().save(f"{sys.argv[1]}/{kind}.ring.gz")
"""

# A busy machine is slow: within Swift's own half second or second a listing would not hear of an object, and where
# nothing repairs that later, never.
COMMON = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
user = {user}
workers = 0
conn_timeout = 20
node_timeout = 60
container_update_timeout = 60
"""

PROXY = """
[pipeline:main]
pipeline = catch_errors gatekeeper proxy-logging cache listing_formats s3api tempauth copy bulk slo \
versioned_writes symlink proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
conn_timeout = 20
node_timeout = 60
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:s3api]
use = egg:swift#s3api
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
"""
PLAIN_FILTERS = [
    "catch_errors",
    "gatekeeper",
    "proxy-logging",
    "cache",
    "listing_formats",
    "copy",
    "bulk",
    "slo",
    "symlink",
]


@pytest.fixture(scope="session")
def swift_server() -> Iterator[S3Server]:
    """One Swift for the whole run."""
    if importlib.util.find_spec("swift") is None:
        missing("Swift is not installed (pip install 'stoppress[test]')")
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="stoppress-swift-")))
        if not _keeps_xattrs(folder):
            missing(f"Swift needs a file system with extended attributes, {folder.parent} has none (set TMPDIR)")
        server = start(folder, running)
        running.callback(server.close)
        yield server


@pytest.fixture
def swift_s3(swift_server: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bucket:
    """A fresh bucket on a real S3 server; the environment holds its credentials."""
    return fresh_bucket(swift_server, monkeypatch, tmp_path)


def start(folder: Path, running: ExitStack) -> S3Server:
    """Configure Swift in a folder and start it; the stack stops it."""
    ports = {kind: free_port() for kind in (*STORAGE, "proxy")}
    _configure(folder, ports)
    for kind, module in {**STORAGE, "proxy": "swift.proxy.server"}.items():
        args = ["-c", f"from {module} import main; main()", str(folder / f"{kind}.conf"), "-v"]
        running.enter_context(python_server(args, ports[kind], folder / f"{kind}.log"))
    server = S3Server(f"http://127.0.0.1:{ports['proxy']}", "test:tester", "testing")
    _wait_until_it_answers(server)
    return server


def _configure(folder: Path, ports: dict[str, int]) -> None:
    (folder / "devices" / "d1").mkdir(parents=True)
    (folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_prefix = stop\nswift_hash_path_suffix = press\n")
    user = pwd.getpwuid(os.geteuid()).pw_name
    for kind, port in ports.items():
        common = COMMON.format(port=port, folder=folder, user=user)
        (folder / f"{kind}.conf").write_text(common + (_proxy() if kind == "proxy" else _storage(kind)))
    rings = [word for kind in STORAGE for word in (kind, str(ports[kind]))]
    subprocess.run([sys.executable, "-W", "ignore", "-c", BUILD_RINGS, str(folder), *rings], check=True)


def _storage(kind: str) -> str:
    return f"\n[pipeline:main]\npipeline = {kind}-server\n[app:{kind}-server]\nuse = egg:swift#{kind}\n"


def _proxy() -> str:
    names = {name: name.replace("-", "_") for name in PLAIN_FILTERS}
    filters = (f"[filter:{name}]\nuse = egg:swift#{egg}\n" for name, egg in names.items())
    return PROXY + "".join(filters).replace("#cache", "#memcache")


def _wait_until_it_answers(server: S3Server) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            with server.client() as client:
                client.list_buckets()
            return
        except (BotoCoreError, ClientError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _keeps_xattrs(folder: Path) -> bool:
    try:
        os.setxattr(folder, "user.swift.metadata", b"x" * 1024)
    except OSError:
        return False
    return True
