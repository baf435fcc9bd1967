"""All cases, and the one crawl that visits them: four rounds of ``stoppress crawl --once``, each its own process."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from tests.running import stoppress, write_config
from tests.servers.raw_http import Hit, RawServer, page, serving

from . import cases_body, cases_page, cases_redirect, cases_validators, cases_wire
from .answers import LATER, Answer, Replies, Sends, filled, hop, routed
from .case import Case

CASES = [*cases_wire.CASES, *cases_body.CASES, *cases_redirect.CASES, *cases_validators.CASES, *cases_page.CASES]
ROUNDS = 4
ALLOWED = '["127.0.0.1/32", "::1/128"]'
PRIVATE_HOST = "127.0.0.66"


@dataclass(frozen=True)
class Record:
    kind: str
    fields: Mapping[str, str]
    block: bytes


@dataclass
class Told:
    """What the rounds left."""

    config: Path
    server: RawServer
    private: int
    knocked: bool = False  # somebody came to the private address
    rounds: list[list[dict[str, Any]]] = field(default_factory=list)
    said: str = ""
    records: list[Record] = field(default_factory=list)

    def url(self, case: Case) -> str:
        return self.server.url(path_of(case))

    def visits(self, case: Case) -> list[dict[str, Any]]:
        """The lines of the four visits, in their order."""
        return [line for lines in self.rounds for line in lines if line["url"] == self.url(case)]

    def answers(self, case: Case) -> Sequence[Answer]:
        later = case.answer if case.good else case.later
        return case.first, case.answer, case.again or case.answer, later

    def sent(self, case: Case, number: int) -> bytes | None:
        """What visit ``number`` was sent, as far as it is an answer; None where that depends on the request."""
        answer = self.answers(case)[number]
        if isinstance(answer, Replies):
            return None
        if case.kept is not None and answer is case.answer:
            return case.kept
        return filled(answer.data if isinstance(answer, Sends) else answer, self.server.port, self.private)

    def hits(self, case: Case) -> list[Hit]:
        return self.server.hits_of(path_of(case))


def path_of(case: Case) -> str:
    return f"/live/{case.name}"


def crawled(folder: Path, cases: Sequence[Case] = tuple(CASES)) -> Told:
    """Serve all cases and visit them; takes as long as the slowest of them in each round."""
    with serving(RawServer()) as server, _door() as (door, private):
        told = Told(write_config(folder, *_watched(server, cases), every="1h"), server, private)
        text = told.config.read_text().replace('["127.0.0.0/8"]', ALLOWED).replace('timeout = "5s"', 'timeout = "3s"')
        told.config.write_text(text.replace("workers = 1", "workers = 2"))
        applied = stoppress("apply", str(told.config))
        assert applied.code == 0, applied.err
        _route_places(server)
        for number in range(ROUNDS):
            for case in cases:
                server.route(path_of(case), routed(told.answers(case)[number], server, private))
            ran = stoppress("crawl", "--once", "--json", config=told.config)
            told.rounds.append(ran.lines)
            told.said += ran.err
        told.knocked = _knocked(door)
    told.records = [*_records(folder)]
    return told


def _watched(server: RawServer, cases: Sequence[Case]) -> list[str]:
    return [server.url(path_of(case)) for case in cases] + [server.url("/good-already")]


def _route_places(server: RawServer) -> None:
    """Where redirects lead."""
    server.route("/robots.txt", page(b"User-agent: *\nAllow: /\n", content_type="text/plain"))
    for path in ("/good-already", "/moved-here", "/f%C3%A4hre%20hier"):
        server.route(path, page(LATER))
    for n in range(1, 20):
        server.route(f"/endless/{n}", hop(b"/endless/%d" % (n + 1)))


@contextmanager
def _door() -> Iterator[tuple[socket.socket, int]]:
    """A port of the private address; the kernel itself notes who knocks."""
    with socket.create_server((PRIVATE_HOST, 0)) as door:
        door.setblocking(False)
        yield door, door.getsockname()[1]


def _knocked(door: socket.socket) -> bool:
    try:
        door.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def _records(folder: Path) -> Iterator[Record]:
    """Read by warcio, the blocks as they are."""
    for path in sorted(folder.glob("archive/warc/**/*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, no_record_parse=True):
                yield Record(record.rec_type, dict(record.rec_headers.headers), record.raw_stream.read())
