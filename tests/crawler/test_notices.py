"""Each thing that somebody is told of, caused for real: a crawl, and a receiver of notices on loopback."""

from __future__ import annotations

import json
import os
import queue
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from starlette.requests import Request

from pipelines.config import load_config
from retrieval.archive import open_archive
from retrieval.web.metrics import Metrics
from tests.running import PATIENCE, crawling, stoppress, write_config
from tests.servers.raw_http import RawServer, page

DENIED = page(b"no", status="403 Forbidden")


class Receiver:
    """Takes what Apprise's json:// sends; ``answers``: statuses of the first ones, then 200."""

    def __init__(self) -> None:
        self.got: queue.Queue[dict[str, str]] = queue.Queue()
        self.answers: list[int] = []
        self.silent = threading.Event()  # set: takes a notice and never answers
        self.over = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if receiver.silent.is_set():
                    receiver.got.put(said)
                    receiver.over.wait(PATIENCE)
                    return
                status = receiver.answers.pop(0) if receiver.answers else 200
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()
                receiver.got.put({**said, "status": status})

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"json://127.0.0.1:{self._server.server_port}/"

    def next(self) -> str:
        return self.got.get(timeout=PATIENCE)["message"]

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def told_to(receiver: Receiver, folder: Path, url: str, rule: str, *, every: str = "1s", more: str = "") -> Path:
    (folder / "notify.txt").write_text(f"# the desk\n{receiver.url}\n")
    (folder / "notify.txt").chmod(0o600)
    health = f'[health]\nnotify_file = "notify.txt"\nevery = "1s"\nrules = ["{rule}"]\n{more}'
    path = write_config(folder, url, every=every, more=health)
    assert stoppress("apply", str(path)).code == 0
    return path


def named_by_doctor(config: Path) -> str:
    lines = stoppress("doctor", "--json", config=config).lines
    return "\n".join(line["detail"] for line in lines if line["state"] != "ok")


def counted(config: Path, kind: str) -> bool:
    """Whether ``/metrics`` of ``stoppress serve`` counts one finding of this kind."""
    loaded = load_config(config)
    with open_archive(loaded) as archive:
        said = bytes(Metrics(archive, loaded).answer(Request({"type": "http"})).body).decode()
    return f'stoppress_findings{{kind="{kind}"}} 1.0\n' in said


def live(updates: bool) -> bytes:
    posts = [
        {"@type": "BlogPosting", "headline": f"Item {n}", "articleBody": f"The river rose by {n} metres in the night.",
         "datePublished": f"2026-01-03T10:0{n}:00Z"}
        for n in range(1, 4)
    ]  # fmt: skip
    blog = {"@context": "https://schema.org", "@type": "LiveBlogPosting", "headline": "Storm", "liveBlogUpdate": posts}
    script = f'<script type="application/ld+json">{json.dumps(blog)}</script>' if updates else ""
    shown = "".join(f"<p>{post['articleBody']}</p>" for post in posts) if updates else "<p>We will be back soon.</p>"
    return page(f"<!doctype html><html><head><title>Storm</title>{script}</head><body>{shown}</body></html>".encode())


def test_a_host_that_refuses_is_told_once_and_once_that_it_is_over(
    tmp_path: Path, raw_server: RawServer, receiver: Receiver
) -> None:
    raw_server.route("/live", DENIED)
    url = raw_server.url("/live")
    config = told_to(receiver, tmp_path, url, "refused")
    with crawling(config, "--for", "80s"):
        began = receiver.next()
        named, in_figures = named_by_doctor(config), counted(config, "refused")
    raw_server.route("/live", page(b"<!doctype html><title>Back</title><p>We are back now.</p>"))
    stoppress("crawl", "--once", config=config)  # by itself it is asked for once an hour now
    over = receiver.next()

    assert f"new: refused: 127.0.0.1 refuses: the last 3 visits of {url}" in began
    assert "127.0.0.1 refuses" in named
    assert in_figures
    assert f"over: refused: 127.0.0.1 refuses: the last 3 visits of {url}" in over
    assert receiver.got.empty()


def test_a_watch_without_a_good_capture_is_told_and_a_restart_does_not_tell_it_again(
    tmp_path: Path, raw_server: RawServer, receiver: Receiver
) -> None:
    raw_server.route("/live", page(b"broken", status="500 Oops"))
    url = raw_server.url("/live")
    config = told_to(receiver, tmp_path, url, "silent")
    with crawling(config, "--for", "80s") as process:
        began = receiver.next()
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
    again = stoppress("crawl", "--for", "5s", config=config)

    assert f"new: silent: {url}: no good capture at all" in began
    assert again.code == 0
    assert receiver.got.empty()
    assert f"{url}: no good capture at all" in named_by_doctor(config)
    assert counted(config, "silent")


def test_a_page_that_had_updates_and_yields_none_is_told(
    tmp_path: Path, raw_server: RawServer, receiver: Receiver
) -> None:
    raw_server.route("/live", live(updates=True))
    url = raw_server.url("/live")
    config = told_to(receiver, tmp_path, url, "no-updates")
    assert stoppress("crawl", "--once", config=config).code == 0
    assert receiver.got.empty()
    raw_server.route("/live", live(updates=False))
    assert stoppress("crawl", "--once", config=config).code == 0

    assert f"new: no-updates: {url}: no updates are found since 2" in receiver.next()
    assert f"{url}: no updates are found" in named_by_doctor(config)
    assert counted(config, "no-updates")


def test_a_source_of_hints_that_cannot_be_read_is_told_and_that_it_is_over(
    tmp_path: Path, raw_server: RawServer, receiver: Receiver
) -> None:
    raw_server.route("/live", page(b"<!doctype html><title>Storm</title><p>The river rises.</p>"))
    feed = raw_server.route("/feed.xml", page(b"moved", status="404 Not Found"))
    config = told_to(receiver, tmp_path, raw_server.url("/live"), "hints", every="1h")
    config.write_text(config.read_text() + f'[[hint]]\nurl = "{feed}"\nevery = "1s"\n')
    with crawling(config, "--for", "80s"):
        began = receiver.next()
        named, in_figures = named_by_doctor(config), counted(config, "hints")
        raw_server.route("/feed.xml", page(b"<rss><channel><title>Storm</title></channel></rss>"))
        over = receiver.next()

    assert f"new: hints: {feed}: no hints at all, the last 3 tries to read it failed" in began
    assert f"{feed}: no hints at all" in named
    assert in_figures
    assert f"over: hints: {feed}: no hints at all" in over


def test_a_spool_that_is_nearly_full_is_told(tmp_path: Path, raw_server: RawServer, receiver: Receiver) -> None:
    raw_server.route("/live", page(b"<!doctype html><p>Storm</p>" + os.urandom(60_000).hex().encode()))
    config = told_to(receiver, tmp_path, raw_server.url("/live"), "spool", every="1h", more="spool_share = 0.5\n")
    config.write_text(config.read_text().replace("[archive]\n", '[archive]\nspool_limit = "100KiB"\n', 1))
    with crawling(config, "--for", "80s"):
        began = receiver.next()
        named, in_figures = named_by_doctor(config), counted(config, "spool")

    assert in_figures
    assert "new: spool: the spool is " in began
    assert "nearly full" in named


@contextmanager
def broken(store: Path) -> Iterator[None]:
    """A store that takes no WARC file: a file lies where their folder should be."""
    store.mkdir(exist_ok=True)
    (store / "warc").write_text("in the way")
    yield
    (store / "warc").unlink()


def test_uploads_that_fail_are_told_and_that_they_are_over(
    tmp_path: Path, raw_server: RawServer, receiver: Receiver
) -> None:
    raw_server.route("/live", live(updates=True))
    config = told_to(receiver, tmp_path, raw_server.url("/live"), "uploads", every="1h")
    with broken(tmp_path / "archive"):
        assert "wait in the spool" in stoppress("crawl", "--once", config=config).err
        assert receiver.got.empty()  # not yet
        for path in (tmp_path / "spool").glob("*.warc.gz"):
            an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
            os.utime(path, (an_hour_ago, an_hour_ago))
        with crawling(config, "--for", "80s"):
            began = receiver.next()
            named, in_figures = named_by_doctor(config), counted(config, "uploads")
    assert stoppress("crawl", "--for", "4s", config=config).code == 0

    assert in_figures
    assert "new: uploads: " in began
    assert "file(s) wait in the spool for the store, the oldest since" in began
    assert "wait for the store, the oldest for" in named
    assert "over: uploads: " in receiver.next()


def test_a_notice_that_cannot_be_sent_is_tried_again_and_stops_no_crawl(
    tmp_path: Path, raw_server: RawServer, receiver: Receiver
) -> None:
    receiver.answers = [500, 503]
    raw_server.route("/live", DENIED)
    config = told_to(receiver, tmp_path, raw_server.url("/live"), "refused")
    with crawling(config, "--for", "80s"):
        tries = [receiver.got.get(timeout=PATIENCE) for _ in range(3)]
    log = (tmp_path / "crawl.log").read_text()

    assert [one["status"] for one in tries] == [500, 503, 200]
    assert len({one["title"] for one in tries}) == 1
    assert "a notice could not be sent (Stoppress: 1 new); it is tried again" in log
    assert receiver.url not in log


def test_a_receiver_that_never_answers_does_not_keep_a_crawl_from_ending(
    tmp_path: Path, raw_server: RawServer, receiver: Receiver
) -> None:
    receiver.silent.set()
    raw_server.route("/live", DENIED)
    config = told_to(receiver, tmp_path, raw_server.url("/live"), "refused")
    with crawling(config, "--for", "80s") as process:
        receiver.next()
        process.send_signal(signal.SIGTERM)

        assert process.wait(PATIENCE) == 0
    assert not (tmp_path / "spool/notices.json").exists()  # nobody has it: it is said again


@pytest.mark.parametrize(
    ("written", "mode", "told"),
    [
        ("nothing://that-is:known@secret", 0o600, "address 1 is none that Apprise knows"),
        ("json://127.0.0.1:9/secret", 0o644, "everybody on this machine may read it; chmod 600"),
        (None, 0, "cannot be read"),
    ],
)
def test_a_file_of_receivers_that_cannot_be_used_stops_the_start_and_is_not_repeated(
    tmp_path: Path, written: str | None, mode: int, told: str
) -> None:
    config = write_config(tmp_path, "http://127.0.0.1:9/", more='[health]\nnotify_file = "notify.txt"\n')
    if written:
        (tmp_path / "notify.txt").write_text(written)
        (tmp_path / "notify.txt").chmod(mode)
    assert stoppress("apply", str(config)).code == 0

    ran = stoppress("crawl", "--once", config=config)

    assert ran.code != 0
    assert told in ran.err
    assert "secret" not in ran.err
