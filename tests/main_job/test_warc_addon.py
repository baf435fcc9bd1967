"""The add-on for everybody's spiders: an ordinary Scrapy project, two lines more in its settings."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.running import PATIENCE, ROOT, Ran, environment
from tests.servers.raw_http import RawServer, page, sending

SPIDER = """
import scrapy

class Quotes(scrapy.Spider):
    name = "quotes"
    start_urls = [%r]
    handle_httpstatus_list = [404]

    def parse(self, response):
        for quote in response.css("div.quote::text").getall():
            yield {"text": quote, "url": response.url, "meta": response.meta.get("visit")}
        # Words that are ours in our own crawl are the project's own here.
        yield from response.follow_all(css="a", meta={"visit": "number two", "role": 7}, dont_filter=True)
"""
SETTINGS = """
BOT_NAME = "tutorial"
SPIDER_MODULES = ["tutorial.spiders"]
ROBOTSTXT_OBEY = True
USER_AGENT = "tutorial (+mailto:somebody@example.org)"
TELNETCONSOLE_ENABLED = REMOTE_CONTROL_ENABLED = False
DOWNLOAD_DELAY = 0
RETRY_TIMES = 1
"""
ADDON = """
ADDONS = {"stoppress.WarcAddon": 500}
STOPPRESS_STORE = "archive"
"""
LINKS = "".join(f'<a href="{path}">on</a>' for path in ("/two", "/go", "/none", "/cut"))
START = page(b'<div class="quote">A</div>' + LINKS.encode())
ODD = b"HTTP/1.1 200 Quite  OK\r\nx-ODD: 1\r\nX-Odd:2\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
CODED = gzip.compress('<div class="quote">B ü</div>'.encode(), mtime=0)
TWO = ODD + b"Content-Length: %d\r\n\r\n" % len(CODED) + CODED
CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nContent-Type: text/html\r\n\r\nhalf"
HOP = b"HTTP/1.1 302 Found\r\nLocation: /two\r\nContent-Length: 0\r\n\r\n"
NONE = b"HTTP/1.1 404 Nothing\r\nContent-Length: 2\r\n\r\nno"
ROBOTS = page(b"User-agent: *\nDisallow: /private\n", content_type="text/plain")
SENT = {"/": START, "/two": TWO, "/go": HOP, "/none": NONE, "/cut": CUT, "/robots.txt": ROBOTS}
ASKED = Counter({"/": 1, "/two": 2, "/go": 1, "/none": 1, "/cut": 2, "/robots.txt": 1})  # a cut one is tried again
OTHER_HANDLER = "scrapy.core.downloader.handlers.http2.H2DownloadHandler"
ITEMS = [("A", "/"), ("B ü", "/two"), ("B ü", "/two")]


class Project:
    """A Scrapy project as its tutorial leaves it."""

    def __init__(self, folder: Path, server: RawServer) -> None:
        self.folder, self.server = folder, server
        for path, answer in SENT.items():
            server.route(path, answer if path != "/cut" else sending(answer))
        spiders = folder / "tutorial" / "spiders"
        spiders.mkdir(parents=True)
        for place in (spiders.parent, spiders):
            (place / "__init__.py").touch()
        (folder / "scrapy.cfg").write_text("[settings]\ndefault = tutorial.settings\n")
        (spiders / "quotes.py").write_text(SPIDER % server.url("/"))
        self.settings()

    def settings(self, more: str = ADDON) -> None:
        (self.folder / "tutorial" / "settings.py").write_text(SETTINGS + more)

    def start(self, *words: str, spider: str = "quotes") -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "scrapy", "crawl", spider, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=self.folder, env=environment(),
        )  # fmt: skip

    def crawl(self, *words: str, spider: str = "quotes") -> Ran:
        process = self.start(*words, spider=spider)
        out, err = process.communicate(timeout=PATIENCE)
        return Ran(process.returncode, out, err.decode())

    def items(self, name: str) -> list[tuple[str, str]]:
        lines = json.loads((self.folder / name).read_text("utf-8"))
        return sorted((line["text"], line["url"].removeprefix(self.server.url(""))) for line in lines)

    def responses(self) -> list[tuple[str, bytes]]:
        """(path, block) of all responses in the archive, as warcio reads them."""
        return [
            (uri.removeprefix(self.server.url("")), block)
            for kind, uri, block in records(self.folder / "archive")
            if kind == "response"
        ]

    def ask(self, *words: str) -> Ran:
        """A command typed in the project's folder: no config file is needed."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "stoppress.py"), *words], capture_output=True, cwd=self.folder,
            env=environment(), timeout=PATIENCE, check=False,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr.decode())


def records(archive: Path) -> list[tuple[str, str, bytes]]:
    found = []
    for path in sorted(archive.rglob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, no_record_parse=True):
                uri = record.rec_headers["WARC-Target-URI"] or ""
                found.append((record.rec_type, uri, record.raw_stream.read()))
    return found


@pytest.fixture
def project(tmp_path: Path, raw_server: RawServer) -> Project:
    return Project(tmp_path, raw_server)


def test_a_tutorial_spider_is_archived_byte_for_byte(project: Project) -> None:
    ran = project.crawl("-O", "quotes.json")
    kept = project.responses()

    assert ran.code == 0, ran.err[-3000:]
    assert Counter(path for path, _ in kept) + Counter({"/two": 1}) == ASKED  # the second /two is a revisit
    assert all(block == SENT[path] for path, block in kept)
    assert project.items("quotes.json") == ITEMS
    revisits = [block for kind, uri, block in records(project.folder / "archive") if kind == "revisit"]
    assert revisits == [TWO.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"]
    assert "'stoppress/fidelity': 'wire'" in ran.err
    assert "'stoppress/exchanges/wire': 8" in ran.err


def test_the_project_does_what_it_did_without_it(project: Project) -> None:
    project.crawl("-O", "with.json")
    hits = Counter(hit.path for hit in project.server.hits)
    project.settings("")
    project.crawl("-O", "without.json")

    assert project.items("with.json") == project.items("without.json") == ITEMS
    assert Counter(hit.path for hit in project.server.hits) == hits + hits
    assert hits == ASKED


def test_what_it_kept_can_be_read_back_without_a_config(project: Project) -> None:
    project.crawl()
    pages = {line["url"].removeprefix(project.server.url("")) for line in project.ask("pages", "--json").lines}

    assert pages == {"/", "/two", "/none", "/cut"}
    assert project.ask("get", f"{project.server.url('/two')}@now").out == CODED
    assert "captures by a spider that is not ours" in project.ask("versions", project.server.url("/two")).err
    assert project.ask("verify", "--deep").code == 0


def test_the_file_says_who_wrote_it_and_how(project: Project) -> None:
    project.crawl()
    [info] = {block for kind, _, block in records(project.folder / "archive") if kind == "warcinfo"}

    for line in (b"http-header-user-agent: tutorial (+mailto:", b"robots: obey", b"stoppress-fidelity: wire"):
        assert line in info


def test_the_reactor_may_be_any_and_the_store_a_path(project: Project) -> None:
    project.settings(
        ADDON.replace('"archive"', '__import__("pathlib").Path("archive")')
        + 'TWISTED_REACTOR = "twisted.internet.selectreactor.SelectReactor"\n'
    )

    ran = project.crawl("-O", "quotes.json")

    assert project.items("quotes.json") == ITEMS
    assert {path for path, _ in project.responses()} == set(SENT)
    assert "Error caught on signal handler" not in ran.err


def test_what_is_fetched_in_the_shell_is_in_the_archive_when_it_is_left(project: Project) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "shell", project.server.url("/two#part"), "-c", "response.status"],
        capture_output=True, cwd=project.folder, env=environment(), timeout=PATIENCE, check=False,
    )  # fmt: skip

    assert done.stdout == b"200\n"
    assert dict(project.responses()) == {"/robots.txt": ROBOTS, "/two": TWO}  # a fragment is no part of a target URI


def test_two_crawls_at_once_do_not_meet(project: Project) -> None:
    running = [project.start("-O", f"{n}.json") for n in range(2)]
    said = [process.communicate(timeout=PATIENCE)[1].decode() for process in running]

    assert [process.returncode for process in running] == [0, 0], said
    assert [project.items(f"{n}.json") for n in range(2)] == [ITEMS, ITEMS]
    assert len(list(project.folder.rglob("archive/warc/**/*.warc.gz"))) == 2
    assert project.ask("verify", "--deep").code == 0


def test_what_a_killed_crawl_left_is_taken_in_by_the_next(project: Project) -> None:
    """Also by one of another spider: nobody may ever start the first one again."""
    project.server.route("/go", sending(b"", then="stay"))
    process = project.start()
    project.server.wait_for("/go")
    process.kill()
    process.communicate()
    other = project.folder / "tutorial" / "spiders" / "other.py"
    other.write_text(SPIDER.replace('"quotes"', '"other"', 1) % project.server.url("/none"))

    ran = project.crawl(spider="other")

    assert ran.code == 0
    assert "recovered 1 spool file(s)" in ran.err
    assert {"/", "/robots.txt", "/none"} <= {path for path, _ in project.responses()}
    assert not list(project.folder.glob("spool/**/*.warc.gz*"))


def test_a_spider_that_raises_and_a_store_that_is_away_lose_nothing(project: Project) -> None:
    spider = project.folder / "tutorial" / "spiders" / "quotes.py"
    spider.write_text(spider.read_text().replace("for quote", 'if "two" in response.url: 1 / 0\n        for quote'))
    project.settings(
        ADDON.replace('"archive"', '"s3://nowhere/a"') + 'STOPPRESS_S3_ENDPOINT_URL = "http://127.0.0.1:9"\n'
    )

    ran = project.crawl()
    waiting = {uri.removeprefix(project.server.url("")) for kind, uri, _ in records(project.folder / "spool")
               if kind == "response"}  # fmt: skip

    assert "1 file(s) wait in the spool for the store" in ran.err
    assert waiting == set(SENT)


def test_what_the_spool_cannot_take_is_said_and_the_spider_goes_on(project: Project) -> None:
    project.settings(ADDON + 'STOPPRESS_SPOOL_LIMIT = "1 kB"\nCONCURRENT_REQUESTS = 1\n')

    ran = project.crawl("-O", "quotes.json")

    assert project.items("quotes.json") == ITEMS
    assert "is not archived: the spool could not be written" in ran.err
    assert "'stoppress/not_kept'" in ran.err


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ('ADDONS = {"stoppress.WarcAddon": 500}', 'set STOPPRESS_STORE = "archive"'),
        (ADDON.replace('"archive"', '"ftp://x"'), 'STOPPRESS_STORE = "ftp://'),
        (ADDON + 'STOPPRESS_SPOOL_LIMIT = "much"', "STOPPRESS_SPOOL_LIMIT = 'much'"),
        (ADDON + 'STOPPRESS_CATALOG = "sqlite:////proc/none/c.db"', "the catalog's folder /proc/none cannot be made"),
        (ADDON + "TWISTED_REACTOR_ENABLED = False", "with TWISTED_REACTOR_ENABLED = False there is none"),
        (ADDON + f"DOWNLOAD_HANDLERS = {{'https': '{OTHER_HANDLER}'}}", f"gives https to {OTHER_HANDLER}"),
    ],
)  # fmt: skip
def test_what_cannot_be_archived_is_not_crawled(project: Project, settings: str, told: str) -> None:
    project.settings(settings)

    ran = project.crawl()

    assert ran.code == 1
    assert told in ran.err
    assert project.server.hits == []


def test_a_folder_of_our_package_s_name_is_named(tmp_path: Path) -> None:
    (tmp_path / "crawler").mkdir()
    (tmp_path / "crawler" / "__init__.py").touch()
    # Without the finder of a development install, which a wheel does not bring.
    plain = "sys.meta_path[:] = [finder for finder in sys.meta_path if 'editable' not in repr(finder).lower()]"
    code = f"import sys; {plain}; sys.path.insert(0, {str(tmp_path)!r}); import stoppress; stoppress.WarcAddon"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment(), cwd=ROOT
    )

    assert done.returncode == 1
    assert f"{tmp_path / 'crawler'} stands in its way" in done.stderr
