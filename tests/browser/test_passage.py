"""What may leave for a page, decided without a browser: by kind, by number, by host, and only once it was announced."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.browser.certificate import own_certificate
from crawler.browser.look import Look
from crawler.browser.passage import Answer, Asked, Limits, Passage, Refused, TooManyHops
from crawler.browser.proxy import Proxy
from pipelines.model import Exchange, Visit, Watch
from tests.servers.raw_http import page

URL = "http://www.example.org/live"
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
OK = page(b"<p>hi</p>")


@dataclass
class World:
    """Stands for the crawler behind a passage: what was sent, kept, waited for."""

    answers: dict[str, bytes | str] = field(default_factory=dict)  # by URL; text: the reason why nothing came
    sent: list[Request] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    followed: list[str] = field(default_factory=list)
    left_alone: list[str] = field(default_factory=list)
    forbidden: Iterable[str] = ()
    refuse: Exception | None = None

    def passage(self, *, seconds: float = 60, requisites: bool = False, **limits: int) -> Passage:
        async def follow(url: str) -> None:
            self.followed.append(url)
            if self.refuse:
                raise self.refuse

        async def second(url: str) -> None: ...

        look = Look(
            visit=Visit(id="v", url=URL, urlkey="org,example)/live", started=NOW),
            watch=Watch(url=URL, render="browser", requisites=requisites),
            follow=follow, forbids=lambda url: url in self.forbidden, second=second,
            refused=lambda url, status, after, date: self.left_alone.append(url), taken=lambda url, at: None,
        )  # fmt: skip
        return Passage(look=look, send=self.send, seconds=seconds,
                       record=lambda exchange, role: self.kept.append((exchange.url, role)),
                       limits=Limits(**{"size": 1000, "total": 10_000, **limits}))  # fmt: skip

    async def send(self, request: Request, keep: Callable[[Exchange, Response | None], Any]) -> Response:
        self.sent.append(request)
        answer = self.answers.get(request.url, OK)
        asked = b"GET / HTTP/1.1\r\n\r\n"
        if isinstance(answer, str):
            sent = b"" if answer == "blocked" else asked
            keep(Exchange(url=request.url, started=NOW, request=sent, error=answer, detail=answer), None)
            raise OSError(answer)
        status = int(answer.split(b" ", 2)[1])
        keep(Exchange(url=request.url, started=NOW, request=asked, response=answer, status=status), None)
        return Response(request.url, status=status)


def asked(url: str, method: str = "GET", **headers: str) -> Asked:
    return Asked(method, url, tuple((name.replace("_", "-"), value) for name, value in headers.items()))


def run(act: Awaitable[Any]) -> Any:
    async def main() -> Any:
        return await act

    return asyncio.run(main())


def opened(world: World, **more: Any) -> Passage:
    """A passage whose page has come."""
    passage = world.passage(**more)
    assert passage.wanted(URL, "document", main=True)
    assert isinstance(run(passage.passed(asked(URL))), Answer)
    return passage


def test_what_was_not_announced_has_no_way_out() -> None:
    world = World()
    passage = opened(world)

    assert isinstance(run(passage.passed(asked("http://www.example.org/beacon", "POST"))), Refused)
    assert [request.url for request in world.sent] == [URL]


def test_what_was_announced_once_passes_once() -> None:
    world = World()
    passage = opened(world)
    passage.wanted("http://api.example.org/feed#top", "fetch", main=False)

    answers = [run(passage.passed(asked("http://api.example.org/feed"))) for _ in range(2)]

    assert [type(answer) for answer in answers] == [Answer, Refused]
    assert world.kept == [("http://api.example.org/feed", "requisite")]


@pytest.mark.parametrize("kind", ["image", "media", "font", "websocket", "eventsource", "ping", "other", "prefetch"])
def test_what_a_page_is_not_read_from_is_not_asked_for(kind: str) -> None:
    assert not World().passage().wanted("http://www.example.org/x", kind, main=False)


def test_with_requisites_what_it_is_made_of_is_asked_for_and_kept() -> None:
    world = World()
    passage = opened(world, requisites=True)
    for kind in ("image", "script", "media"):
        passage.wanted(f"http://www.example.org/{kind}", kind, main=False)
        run(passage.passed(asked(f"http://www.example.org/{kind}")))

    assert world.kept == [("http://www.example.org/image", "requisite"), ("http://www.example.org/script", "requisite")]


@pytest.mark.parametrize(
    "url", ["file:///etc/hostname", "ftp://www.example.org/", "data:text/html,x", "chrome://crash"]
)
def test_only_http_has_a_way_out(url: str) -> None:
    assert not World().passage().wanted(url, "document", main=True)


def test_a_frame_and_a_page_that_reloads_itself_are_not_loaded() -> None:
    passage = opened(World())

    assert not passage.wanted("http://www.example.org/frame", "document", main=False)
    assert not passage.wanted(URL + "#again", "document", main=True)


def test_a_page_that_leads_on_waits_for_that_hosts_turn_and_only_so_often() -> None:
    world = World()
    passage = opened(world)
    for number in range(6):
        passage.wanted(f"http://{number}.example.org/", "document", main=True)
        run(passage.passed(asked(f"http://{number}.example.org/")))

    assert world.followed == [f"http://{number}.example.org/" for number in range(5)]
    assert passage.stopped is not None
    assert isinstance(passage.stopped.why, TooManyHops)


def test_where_it_may_not_lead_nothing_is_sent() -> None:
    world = World(refuse=PermissionError("robots.txt"))
    passage = opened(world)
    passage.wanted("http://other.example.org/", "document", main=True)

    assert isinstance(run(passage.passed(asked("http://other.example.org/"))), Refused)
    assert passage.stopped is not None
    assert passage.stopped.url == "http://other.example.org/"
    assert len(world.sent) == 1


def test_a_redirect_of_a_feed_is_followed_as_a_feed_without_being_announced() -> None:
    world = World({"http://www.example.org/a": page(b"", "Location: /b", status="302 Found")})
    passage = opened(world)
    passage.wanted("http://www.example.org/a", "xhr", main=False)
    for path in ("a", "b", "c"):
        run(passage.passed(asked(f"http://www.example.org/{path}")))

    assert world.kept == [("http://www.example.org/a", "requisite"), ("http://www.example.org/b", "requisite")]


@pytest.mark.parametrize("limits", [{"requests": 3}, {"total": 3 * len(OK)}])
def test_a_page_may_ask_for_so_much_and_no_more(limits: dict[str, int]) -> None:
    world = World()
    passage = opened(world, **limits)
    for number in range(9):
        passage.wanted(f"http://www.example.org/{number}", "fetch", main=False)
        run(passage.passed(asked(f"http://www.example.org/{number}")))

    assert len(world.sent) == 3
    assert passage.feeds.lacking(()) == ("http://www.example.org/2", "too-large")


def test_what_robots_txt_forbids_is_not_asked_for_by_scripts_either() -> None:
    world = World(forbidden=["http://www.example.org/private.json"])
    passage = opened(world)
    passage.wanted("http://www.example.org/private.json", "fetch", main=False)

    assert isinstance(run(passage.passed(asked("http://www.example.org/private.json"))), Refused)


def test_a_host_that_asks_to_be_left_alone_is_told_of() -> None:
    world = World({"http://api.example.org/feed": page(b"", "Retry-After: 60", status="429 Too Many Requests")})
    passage = opened(world)
    passage.wanted("http://api.example.org/feed", "fetch", main=False)
    run(passage.passed(asked("http://api.example.org/feed")))

    assert world.left_alone == ["http://api.example.org/feed"]


def test_the_password_of_the_proxy_stays_here_and_codings_are_those_that_can_be_replayed() -> None:
    world = World()
    passage = world.passage()
    passage.wanted(URL, "document", main=True)
    headers = {"Proxy_Authorization": "x", "Authorization": passage.authorization, "Connection": "keep-alive",
               "Accept_Encoding": "gzip, deflate, br, zstd", "Cookie": "a=b"}  # fmt: skip
    run(passage.passed(asked(URL, **headers)))

    assert world.sent[0].headers.to_unicode_dict() == {"Accept-Encoding": "gzip, br", "Cookie": "a=b"}


def test_a_host_that_the_browser_asks_over_tls_only_is_gone_to_as_by_a_hop() -> None:
    world = World()
    passage = world.passage()
    passage.wanted(URL, "document", main=True)

    assert isinstance(run(passage.passed(asked(URL.replace("http:", "https:")))), Answer)
    assert world.followed == [URL.replace("http:", "https:")]


def test_what_a_page_asks_a_login_for_is_its_own_affair() -> None:
    world = World()
    passage = world.passage()
    passage.wanted(URL, "document", main=True)
    run(passage.passed(asked(URL, Authorization="Basic " + base64.b64encode(b"a:b").decode())))

    assert world.sent[0].headers["Authorization"] == b"Basic YTpi"


def test_a_websocket_has_no_way_out() -> None:
    passage = opened(World())
    passage.wanted("http://www.example.org/socket", "fetch", main=False)

    assert isinstance(run(passage.passed(asked("http://www.example.org/socket", Upgrade="websocket"))), Refused)


def test_a_feed_held_back_by_the_guard_is_told_and_lacks_nothing() -> None:
    world = World({"http://10.0.0.1/feed": "blocked"})
    passage = opened(world)
    passage.wanted("http://10.0.0.1/feed", "fetch", main=False)
    answer = run(passage.passed(asked("http://10.0.0.1/feed")))

    assert answer == Refused(403, "blocked")
    assert passage.blocked == ["http://10.0.0.1/feed"]
    assert passage.feeds.lacking(()) is None
    assert world.kept == []


# The proxy before it


async def _say(address: str, *requests: bytes) -> bytes:
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for request in requests:
        writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return answer


@pytest.mark.parametrize(
    "request_line", [b"GET http://www.example.org/live HTTP/1.1", b"CONNECT www.example.org:443 HTTP/1.1"]
)
@pytest.mark.parametrize("password", ["", "Proxy-Authorization: Basic eDp5\r\n", "that of a page whose visit is over"])
def test_the_proxy_serves_nobody_but_an_open_page(request_line: bytes, password: str) -> None:
    world = World()

    async def act() -> bytes:
        proxy, passage, over = Proxy(own_certificate()[0]), world.passage(), world.passage()
        await proxy.start()
        for one in (passage, over):
            one.wanted(URL, "document", main=True)
            proxy.admit(one)
        await proxy.dismiss(over)
        field_ = f"Proxy-Authorization: {over.authorization}\r\n" if password.startswith("that") else password
        try:
            return await _say(proxy.address, request_line + b"\r\n" + field_.encode() + b"\r\n")
        finally:
            await proxy.close()

    assert run(act()).startswith(b"HTTP/1.1 407 ")
    assert world.sent == []


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("POST {0} HTTP/1.1\r\nContent-Length: 999999999\r\n", b"413"),
        ("POST {0} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", b"411"),
        ("POST {0} HTTP/1.1\r\nContent-Length: -1\r\n", b"411"),
        ("GET {0} HTTP/1.1\r\n", b"200"),
        ("nonsense\r\n", b""),
    ],
)
def test_the_proxy_takes_requests_as_browsers_send_them(head: str, status: bytes) -> None:
    async def act() -> bytes:
        proxy, passage = Proxy(own_certificate()[0]), World().passage()
        await proxy.start()
        passage.wanted(URL, "document", main=True)
        proxy.admit(passage)
        field_ = f"Proxy-Authorization: {passage.authorization}\r\n\r\n"
        try:
            return await _say(proxy.address, head.format(URL).encode() + field_.encode())
        finally:
            await proxy.close()

    assert run(act())[9:12] == status
