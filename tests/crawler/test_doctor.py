"""Each thing that ``stoppress doctor`` looks at, made wrong for real: it is named, with the next step."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text
from starlette.requests import Request

from crawler import checkup
from pipelines.checkup import catalog_checks, machine, spool_checks, spooling, store_checks, version_checks
from pipelines.checkup.folders import obstacle
from pipelines.checkup.keeping import SKEW
from pipelines.config import load_config
from pipelines.control import watch_to_json
from pipelines.health_facts import found_now
from pipelines.model import Visit, Watch
from pipelines.store.catalog import Catalog
from pipelines.store.disk import make_folders
from pipelines.store.spool import SpoolLock
from pipelines.store.stored import LearntPage
from pipelines.urlkey import urlkey
from retrieval.archive import open_archive
from retrieval.web.metrics import Metrics
from tests.running import PATIENCE, ROOT, environment, stoppress, write_config
from tests.servers.buckets import Bucket
from tests.servers.fault_proxy import FaultProxy
from tests.servers.processes import free_port
from tests.servers.raw_http import RawServer

URL = "http://127.0.0.1:9/live"
FILE = "stoppress-20260103100000000-00001-w1.warc.gz"


def doctor(config: Path, **env: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """Exit code, and by name what was found."""
    ran = stoppress("doctor", "--json", config=config, env=env)
    found: dict[str, list[dict[str, Any]]] = {}
    for line in ran.lines:
        found.setdefault(line["check"], []).append(line)
    assert found, ran.err
    return ran.code, found


def wrong(found: dict[str, list[dict[str, Any]]], name: str) -> list[tuple[str, str]]:
    """What is not ok of one name: state and all that is said."""
    return [(c["state"], f"{c['detail']} {c.get('next', '')}") for c in found.get(name, []) if c["state"] != "ok"]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = write_config(tmp_path, URL, every="1h")
    assert stoppress("apply", str(path)).code == 0
    return path


def opened(config: Path) -> Catalog:
    return Catalog.open(f"sqlite:///{config.parent / 'archive/catalog.db'}")


def test_where_all_is_well_nothing_is_wrong_and_nothing_is_changed(config: Path) -> None:
    before = sorted(path for path in config.parent.rglob("*") if path.name not in ("catalog.db-shm", "catalog.db-wal"))
    code, found = doctor(config)
    after = sorted(path for path in config.parent.rglob("*") if path.name not in ("catalog.db-shm", "catalog.db-wal"))

    assert code == 0, found
    assert {name for name in found if wrong(found, name)} == set()
    assert set(found) == {
        "config", "versions", "machine", "store", "clock", "catalog", "spool", "egress", "wire", "watches", "browser",
    }  # fmt: skip
    assert [path for path in after if path not in before] == [config.parent / "archive/.incoming"] * (
        config.parent / "archive/.incoming" not in before
    )


def test_it_can_be_read_by_people(config: Path) -> None:
    ran = stoppress("doctor", config=config)

    assert ran.code == 0, ran.out
    assert re.fullmatch(r"\d+ ok, 0 warning\(s\), 0 failed", ran.err.splitlines()[-1])
    assert all(re.match(r"ok +[a-z]+ +\S", line) for line in ran.out.decode().splitlines())


def test_in_an_empty_folder_it_says_how_to_begin_and_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "stoppress.toml").write_text("")
    code, found = doctor(tmp_path / "stoppress.toml")

    assert code == 0, found
    assert wrong(found, "config") == [
        ("warning", 'newsrooms cannot reach you: no contact is sent write [crawl] contact = "mailto:you@example.org"')
    ]
    assert wrong(found, "catalog") == [("warning", "there is none yet it is made by: stoppress watch URL")]
    assert [path.name for path in tmp_path.iterdir()] == ["stoppress.toml"]


def test_secrets_that_others_can_read_are_named_and_not_shown(tmp_path: Path) -> None:
    config = write_config(tmp_path, catalog="postgresql://me:hunter2@127.0.0.1:9/x")
    (tmp_path / "token").write_text("t")
    for path in (config, tmp_path / "token"):
        path.chmod(0o644)
    code, found = doctor(config)
    said = json.dumps(found)

    assert code == 1, said  # no server answers there
    assert [detail.split(" holds ")[1] for _, detail in wrong(found, "config")] == [
        f"the catalog's password, and others may read it chmod 600 {config}",
        f"the token of stoppress serve, and others may read it chmod 600 {tmp_path / 'token'}",
    ]
    assert "hunter2" not in said


def test_too_few_files_are_named(config: Path) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    done = subprocess.run(
        [sys.executable, str(ROOT / "stoppress.py"), "-c", str(config), "doctor"], capture_output=True, text=True,
        timeout=PATIENCE, check=False, env=environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard)),
    )  # fmt: skip

    assert "warning  machine   256 files may be open at once" in done.stdout
    assert "-> ulimit -n 4096" in done.stdout


@pytest.mark.parametrize(("scrapy", "told"), [("2.20.0", "Scrapy 2.20.0, made for 2.19.x"), (None, "missing: Scrapy")])
def test_another_scrapy_is_named(monkeypatch: pytest.MonkeyPatch, scrapy: str | None, told: str) -> None:
    monkeypatch.setattr(machine, "_version", lambda name: scrapy if name == "Scrapy" else "1")
    [check] = version_checks()

    assert check.state == "failed"
    assert check.detail.startswith(told)


# the store ------------------------------------------------------------------------------------------------------


def on_s3(folder: Path, endpoint_url: str, url: str = "s3://nowhere") -> Path:
    return write_config(folder, store=url, endpoint_url=endpoint_url)


def test_a_store_that_is_not_there_is_named_and_the_rest_is_looked_at(tmp_path: Path) -> None:
    code, found = doctor(
        on_s3(tmp_path, f"http://127.0.0.1:{free_port()}"), AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="hunter2"
    )

    assert code == 1, found
    assert [state for state, _ in wrong(found, "store")] == ["failed"]
    assert {"catalog", "spool", "egress", "wire"} <= set(found)


@pytest.mark.swift
def test_a_wrong_secret_is_named_and_not_shown(swift_s3: Bucket, tmp_path: Path) -> None:
    code, found = doctor(on_s3(tmp_path, swift_s3.endpoint_url, swift_s3.url), AWS_SECRET_ACCESS_KEY="hunter2")

    assert code == 1, found
    assert [state for state, _ in wrong(found, "store")] == ["failed"]
    assert "hunter2" not in json.dumps(found)


@pytest.mark.swift
@pytest.mark.parametrize(("off", "word"), [(-3600, "ahead of"), (3600, "behind")])
def test_a_clock_that_is_off_is_named(
    swift_s3: Bucket, raw_server: RawServer, tmp_path: Path, off: int, word: str
) -> None:
    proxy = FaultProxy(raw_server, swift_s3.endpoint_url)

    def dated(_: bytes, answer: bytes) -> bytes:
        theirs = format_datetime(datetime.now(UTC) + timedelta(seconds=off), usegmt=True)
        return re.sub(rb"(?im)^date: [^\r\n]*", f"Date: {theirs}".encode(), answer, count=1)

    proxy.on_answer = dated
    code, found = doctor(on_s3(tmp_path, proxy.url, swift_s3.url))
    [(state, detail)] = wrong(found, "clock")

    assert (code, state) == (1, "failed"), found
    assert re.match(rf"this machine's clock is 3(5|6)\d\d s {word} the store's clock set both by NTP", detail)
    assert wrong(found, "store") == []


@pytest.mark.parametrize(
    ("last", "state", "told"),
    [
        ({"run": "deep", "at": "2026-01-01T00:00:00Z", "result": "complete", "damaged": 0}, "warning", "days ago"),
        ({"run": "fast", "at": "now", "result": "complete", "damaged": 2}, "failed", "2 damaged or missing"),
        ({"at": 1}, "warning", "is no record of a run"),
        ({"run": "deep", "at": "2026-01-01T00:00:00", "result": "x", "damaged": 0}, "warning", "is no record of a run"),
    ],
)
def test_what_the_last_verify_run_found_is_told(config: Path, last: dict[str, Any], state: str, told: str) -> None:
    if last.get("at") == "now":
        last["at"] = datetime.now(UTC).isoformat()
    folder = config.parent / "archive/fixity/2026/01/01"
    folder.mkdir(parents=True)
    (folder / "20260101000000000-w1.jsonl").write_text(json.dumps(last) + "\n")
    code, found = doctor(config)

    assert [(s, told in detail) for s, detail in wrong(found, "fixity")] == [(state, True)]
    assert code == (state == "failed"), found


# a machine or a store that is slow ---------------------------------------------------------------------------------


class Passing:
    """A clock that goes on by more than clocks may differ whenever something is asked that is slow."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 3, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def slowly(self) -> datetime:
        self.at += 2 * SKEW
        return self.at


@pytest.mark.parametrize("off", [timedelta(), -5 * SKEW, 5 * SKEW])
def test_a_slow_store_has_the_right_time_unless_it_said_it_neither_before_nor_after(
    config: Path, off: timedelta
) -> None:
    clock = Passing()
    slow: Any = SimpleNamespace(check=clock.slowly, now=lambda: clock.slowly() + off)
    _, found = store_checks(load_config(config), slow, clock)

    assert (found.name, found.state) == ("clock", "failed" if off else "ok"), found


def test_a_visit_that_began_while_doctor_was_looking_is_not_from_the_future(config: Path) -> None:
    clock = Passing()
    with opened(config) as catalog:
        catalog.visits_started([Visit(id="v", url=URL, urlkey=urlkey(URL), started=clock.at + 2 * SKEW)], worker="w")
    early = [check.state for check in catalog_checks(load_config(config), clock)]
    late = [check.state for check in catalog_checks(load_config(config), clock.slowly)]

    assert early == ["ok", "ok", "failed"]
    assert late == ["ok", "ok"]


def test_a_file_that_is_sent_while_doctor_is_looking_waits_no_more(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = config.parent / "spool"
    spool.mkdir()
    monkeypatch.setattr(spooling, "sealed", lambda folder: [folder / FILE])
    found = list(spool_checks(load_config(config), Passing()))

    assert [check.state for check in found] == ["ok", "ok"], found


# the catalog ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", [True, False])
def test_a_catalog_that_does_not_know_what_the_store_holds_is_named(config: Path, lost: bool) -> None:
    folder = config.parent / "archive/warc/2026/01/03"
    folder.mkdir(parents=True)
    (folder / FILE).touch()
    (folder / "of-others.warc.gz").touch()
    if lost:
        (config.parent / "archive/catalog.db").unlink()

    code, found = doctor(config)

    told = wrong(found, "catalog")[-1]
    assert code == 0, found
    assert told[0] == "warning"
    assert f"1 WARC file(s) of the store are not in the catalog, among them {FILE}" in told[1]
    assert "stoppress rebuild --replace" in told[1]


def test_a_schema_from_the_future_is_named(config: Path) -> None:
    with opened(config) as catalog:
        catalog.write(lambda c: c.execute(text("UPDATE alembic_version SET version_num = 'r9999'")))
    code, found = doctor(config)

    assert code == 1, found
    assert [(state, "upgrade Stoppress" in detail) for state, detail in wrong(found, "catalog")] == [("failed", True)]


@pytest.mark.postgres
def test_a_database_server_s_clock_is_looked_at(postgres_url: str, tmp_path: Path) -> None:
    config = write_config(tmp_path, URL, catalog=postgres_url)
    assert stoppress("apply", str(config)).code == 0
    code, found = doctor(config)

    assert code == 0, found
    assert any(c["detail"].startswith("the catalog's clock and this machine's agree") for c in found["clock"])


def test_a_visit_from_the_future_says_that_the_clock_went_back(config: Path) -> None:
    with opened(config) as catalog:
        later = datetime.now(UTC) + timedelta(hours=1)
        catalog.visits_started([Visit(id="v", url=URL, urlkey=urlkey(URL), started=later)], worker="w")
    code, found = doctor(config)

    assert code == 1, found
    assert [(s, "the clock has gone back" in detail) for s, detail in wrong(found, "clock")] == [("failed", True)]


# the spool ------------------------------------------------------------------------------------------------------


def _torn(spool: Path) -> None:
    (spool / "quarantine").mkdir()
    (spool / "quarantine" / "a.tail").write_bytes(b"x")


def _old(spool: Path) -> None:
    (spool / FILE).write_bytes(b"x")
    os.utime(spool / FILE, (time.time() - 7200,) * 2)


SPOOLS: dict[str, tuple[Callable[[Path], object], str]] = {
    "quarantine": (_torn, "1 torn tail(s) or damaged place(s) of spool files lie in quarantine: a.tail look at them"),
    "waits": (_old, "1 file(s) wait for the store, the oldest for 120 min stoppress crawl --once sends them"),
    "left open": (lambda spool: (spool / f"{FILE}.open").write_bytes(b"x"), "1 file(s) were left open by a crawler"),
    "nearly full": (lambda spool: (spool / FILE).write_bytes(bytes(900_000)), "nearly full: 0.9 MiB of 1.0 MiB taken"),
}


@pytest.mark.parametrize("name", SPOOLS)
def test_what_is_wrong_with_the_spool_is_told(config: Path, name: str) -> None:
    make, told = SPOOLS[name]
    config.write_text(config.read_text().replace("[archive]\n", '[archive]\nspool_limit = "1MiB"\n'))
    (config.parent / "spool").mkdir()
    make(config.parent / "spool")
    code, found = doctor(config)

    assert code == 0, found
    assert [(state, told in detail) for state, detail in wrong(found, "spool")] == [("warning", True)], found["spool"]


def test_a_spool_that_is_full_has_failed(config: Path) -> None:
    config.write_text(config.read_text().replace("[archive]\n", '[archive]\nspool_limit = "1kB"\n'))
    (config.parent / "spool").mkdir()
    (config.parent / "spool" / FILE).write_bytes(bytes(2000))
    code, found = doctor(config)

    assert code == 1, found
    assert [state for state, _ in wrong(found, "spool")] == ["failed"]


def test_a_disk_smaller_than_the_spool_may_become_is_named(config: Path) -> None:
    much = shutil.disk_usage(config.parent).free // 2**30 + 100
    config.write_text(config.read_text().replace("[archive]\n", f'[archive]\nspool_limit = "{much}GiB"\n'))
    code, found = doctor(config)

    assert code == 0, found
    assert [d.startswith("the disk is full before the spool is") for _, d in wrong(found, "spool")] == [True]


@pytest.mark.parametrize("make", [lambda path: path.write_text("x"), lambda path: path.symlink_to("nowhere")])
def test_a_quarantine_that_is_no_folder_is_named(config: Path, make: Callable[[Path], object]) -> None:
    (config.parent / "spool").mkdir()
    make(config.parent / "spool/quarantine")
    code, found = doctor(config)

    assert code == 1, found
    assert [(s, "quarantine is no folder" in detail) for s, detail in wrong(found, "spool")] == [("failed", True)]


def test_a_crawler_at_work_is_no_trouble_and_is_named(config: Path) -> None:
    with SpoolLock(config.parent / "spool"):
        code, found = doctor(config)

    assert code == 0, found
    assert found["spool"][0]["detail"].endswith(f"in use by process {os.getpid()}")


# what is not there yet ------------------------------------------------------------------------------------------


def test_what_could_not_be_made_is_named_before_a_crawl_needs_it(tmp_path: Path) -> None:
    config = write_config(tmp_path, store="file", catalog="sqlite:////proc/none/c.db")
    config.write_text(config.read_text().replace("[archive]\n", '[archive]\nspool = "link"\n'))
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("nowhere")
    code, found = doctor(config)

    assert code == 1, found
    assert [told[0] for name in ("store", "catalog", "spool") for told in wrong(found, name)] == ["failed"] * 3, found
    assert f"{tmp_path / 'file'} is no folder mend that" in wrong(found, "store")[0][1]
    assert "nothing can be made in /proc: No such file or directory" in wrong(found, "catalog")[0][1]
    assert f"{tmp_path / 'link'} is a link that leads nowhere; open this folder" in wrong(found, "spool")[0][1]


OBSTACLES: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda folder: None, ""),
    "folders": (lambda folder: (folder / "a/b").mkdir(parents=True), ""),
    "a link to a folder": (lambda folder: (folder / "a").symlink_to(folder), ""),
    "a file": (lambda folder: (folder / "a").write_text("x"), "a is no folder"),
    "a link to nowhere": (lambda folder: (folder / "a").symlink_to("nowhere"), "a is a link that leads nowhere"),
    "a link to itself": (lambda folder: (folder / "a").symlink_to("a"), "a is a link that leads nowhere"),
}


@pytest.mark.parametrize("name", OBSTACLES)
def test_a_folder_can_be_made_unless_something_else_has_a_place_in_its_path(tmp_path: Path, name: str) -> None:
    make, told = OBSTACLES[name]
    make(tmp_path)
    before = sorted(tmp_path.iterdir())
    folder = tmp_path / "a/b/c"

    assert obstacle(folder) == (f"{tmp_path}/{told}" if told else "")
    assert sorted(tmp_path.iterdir()) == before
    if told:
        with pytest.raises(FileExistsError):
            make_folders(folder)
    else:
        make_folders(folder)


# the crawler ----------------------------------------------------------------------------------------------------

NOTHING = """
PLAIN = "scrapy.resolver.CachingHostnameResolver"
import sys
from pathlib import Path
import crawler.settings as production
from crawler.checkup import crawl_nothing
from pipelines.config import load_config
{change}
print(crawl_nothing(load_config(Path(sys.argv[1]))))
"""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("", "('wire', '')"),
        ("production.TWISTED_DNS_RESOLVER = PLAIN", "('wire', 'nothing was sent: the egress guard is not installed"),
        ("import scrapy.core.downloader.handlers.http11 as h; del h._ScrapyAgent._cb_timeout", "('reconstructed', '')"),
    ],
)
def test_a_crawl_of_nothing_finds_out_what_the_next_crawl_would(config: Path, change: str, told: str) -> None:
    code = NOTHING.format(change=change)
    done = subprocess.run(
        [sys.executable, "-c", code, str(config)], capture_output=True, text=True, check=False, timeout=PATIENCE,
        env=environment(), cwd=ROOT,
    )  # fmt: skip

    assert done.stdout.startswith(told), done.stderr[-2000:]


HANGING = """
import time
from types import SimpleNamespace
import crawler.checkup as checkup
checkup.PATIENCE, checkup.crawl_nothing = 0.5, time.sleep
with checkup.apart(3600) as trial:
    for check in checkup.crawler_checks(SimpleNamespace(), trial):
        print(check.name, check.state)
"""


def test_a_crawl_of_nothing_that_hangs_is_told_and_hangs_nobody_else() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HANGING], capture_output=True, text=True, check=False, timeout=PATIENCE,
        env=environment(), cwd=ROOT,
    )  # fmt: skip

    assert done.stdout == "egress failed\n", done.stderr[-2000:]


def test_a_crawl_of_nothing_that_cannot_begin_raises_why(config: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NOTHING.format(change='production.DOWNLOADER = "nowhere.Downloader"'), str(config)],
        capture_output=True, text=True, check=False, timeout=PATIENCE, env=environment(), cwd=ROOT,
    )  # fmt: skip

    raised = re.findall(r"(?m)^\w+Error: .*", done.stderr)
    assert raised[-1] == "ModuleNotFoundError: No module named 'nowhere'", done.stderr[-2000:]


def test_what_a_crawl_of_nothing_raises_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "crawl_nothing", int)
    nothing: Any = "x"
    with checkup.apart(nothing) as trial:
        [check] = checkup.crawler_checks(nothing, trial)

    assert (check.name, check.state) == ("egress", "failed")
    assert check.detail.startswith("a crawl of nothing did not end well (ValueError: invalid literal")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_a_doctor_that_is_ended_leaves_no_process_behind(tmp_path: Path, number: int, code: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # a store that keeps it waiting
        config = on_s3(tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}")
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "stoppress.py"), "-c", str(config), "doctor"], stdout=subprocess.PIPE,
            env={**environment(), "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}, start_new_session=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            process.stdout.readline()  # the crawl of nothing was begun before
            process.send_signal(number)
            process.communicate(timeout=PATIENCE / 3)  # whoever has its stdout has let go of it
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    assert process.returncode == code


def test_a_watch_without_a_good_capture_for_three_intervals_is_named(config: Path) -> None:
    with opened(config) as catalog:
        long_ago = datetime.now(UTC) - timedelta(hours=5)
        forgotten = Watch(url="http://127.0.0.1:9/other", schedule="every 1h")
        catalog.save_watches([forgotten], now=long_ago)
        rare = Watch(url="http://127.0.0.1:9/rare", schedule="cron 0 0 1 1 *")
        catalog.save_watches([rare], now=long_ago)
        assert watch_to_json(rare)["schedule"] == "cron 0 0 1 1 *"
    code, found = doctor(config)

    assert code == 0, found
    assert [detail for _, detail in wrong(found, "watches")] == [
        f"{forgotten.url}: no good capture at all is a crawler running? else: stoppress log {forgotten.url}"
    ]


def test_a_page_whose_coverage_has_ended_is_not_silent_between_its_closing_looks(config: Path) -> None:
    now = datetime.now(UTC)
    healthy, lost = (Watch(url=f"http://127.0.0.1:9/{name}", schedule="adaptive") for name in ("healthy", "lost"))
    with opened(config) as catalog:
        catalog.save_watches([healthy, lost], now=now - timedelta(days=9))
        for watch, hours in ((healthy, 3.68), (lost, 80)):
            looked = now - timedelta(hours=hours)
            visit = Visit(id=watch.url, url=watch.url, urlkey=urlkey(watch.url), started=looked, outcome="archived")
            catalog.visits_started([visit], worker="w")
            catalog.visits_recorded([visit])
            ended = LearntPage(urlkey=urlkey(watch.url), last=looked, ended=looked - timedelta(hours=2.1))
            catalog.remember_learnt([ended], {}, worker="w")
    _, found = doctor(config)
    loaded = load_config(config)
    with open_archive(loaded) as archive:
        noticed = [finding.subject for finding in found_now(loaded, archive.catalog, now)]
        counted = bytes(Metrics(archive, loaded).answer(Request({"type": "http"})).body).decode()

    (named,) = wrong(found, "watches")
    assert named[1].startswith(f"{lost.url}: no good capture since")
    assert noticed == [lost.url]
    assert 'stoppress_findings{kind="silent"} 1.0\n' in counted


def test_a_config_that_cannot_be_kept_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "stoppress.toml").write_text("[archive]\nstor = 1\n")
    ran = stoppress("doctor", config=tmp_path / "stoppress.toml")

    assert ran.code == 2
    assert "did you mean 'store'?" in ran.err
