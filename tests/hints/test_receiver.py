"""What the service says to those that bring hints, asked without a socket."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive

from pipelines.config import parse_config
from pipelines.errors import ConfigError
from pipelines.hints import LARGEST as LARGEST_PUSH
from pipelines.model import Watch
from pipelines.store.catalog import Catalog
from pipelines.store.stored import Subscription
from pipelines.urlkey import urlkey
from pipelines.webhook import LARGEST, MOST
from retrieval.web import hints
from retrieval.web.guard import Guard, Rules
from retrieval.web.hints import Receiver, receiver_of
from tests.store import test_catalog as shared

address = shared.address
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PAGE = "https://www.example.org/live"
TOPIC = "https://www.example.org/feed"
SECRET = "0123456789abcdef-secret"
TOKEN = "t" * 20  # of the service
OURS, OURS_TO_HUBS = "archive.example.net", "hooks.example.net"
FEED = f'<feed><link rel="self" href="{TOPIC}"/><entry><id>1</id><link href="{PAGE}"/></entry></feed>'.encode()


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(f"sqlite:///{tmp_path}/catalog.db") as opened:
        opened.save_watches([Watch(url=PAGE, schedule="adaptive")], now=NOW)
        hub = "https://hub.example.com/"
        opened.subscribe(Subscription(source=TOPIC, topic=TOPIC, hub=hub, path="p", secret=SECRET))
        yield opened


@pytest.fixture
def app(catalog: Catalog) -> ASGIApp:
    return guarded(catalog)


def guarded(catalog: Catalog, now: datetime = NOW, **more: Any) -> ASGIApp:
    receiver = Receiver(catalog, secret=SECRET, callback=f"https://{OURS_TO_HUBS}", now=lambda: now)
    own = {"own_secret": receiver.paths, "own_hosts": receiver.hosts}
    rules = Rules(**({"hosts": [OURS], "token": TOKEN, "headers": {}} | own | more))
    return Guard(Starlette(routes=receiver.routes()), rules, clock=lambda: 0.0)


Body = bytes | Receive | None  # all at once, as it comes, or a GET


def ask(
    app: ASGIApp, path: str, body: Body = None, host: str = OURS, client: str = "192.0.2.1", **headers: str
) -> tuple[int, str]:
    path, _, query = path.partition("?")
    fields = [(b"host", host.encode())]
    fields += [(name.replace("_", "-").lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope: dict[str, Any] = {
        "type": "http", "method": "GET" if body is None else "POST", "path": path, "raw_path": path.encode(),
        "query_string": query.encode(), "headers": fields, "client": (client, 5), "http_version": "1.1",
        "scheme": "http", "server": ("x", 80), "root_path": "",
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> Any:
        return piece(body if isinstance(body, bytes) else b"", more=False)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, body if callable(body) else receive, send))
    return sent[0]["status"], b"".join(one.get("body", b"") for one in sent[1:]).decode()


def piece(body: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def unread() -> Any:
    raise AssertionError("its body was read")


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()


def verification(**more: str) -> str:
    asked = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "c-1", "hub.lease_seconds": "60"} | more
    return f"/websub/p?{urlencode(asked)}"


def test_a_hint_with_the_secret_is_handed_on_and_what_is_not_watched_is_named(app: ASGIApp, catalog: Catalog) -> None:
    body = json.dumps([{"url": PAGE, "time": "2026-03-01T11:59:00Z"}, {"url": "https://other.example/"}]).encode()
    status, said = ask(app, "/hint", body, X_Hub_Signature_256=signed(body))

    assert (status, json.loads(said)) == (202, {"taken": 1, "not_watched": ["https://other.example/"]})
    [hint] = catalog.hints_after(0)
    assert (hint.source, hint.urlkey, hint.at) == ("webhook", urlkey(PAGE), NOW - timedelta(minutes=1))


def test_what_is_wrong_with_a_hint_is_said_and_nothing_is_taken(app: ASGIApp, catalog: Catalog) -> None:
    bearer = f"Bearer {SECRET}"
    said = [
        ask(app, "/hint", b"{}")[0],
        ask(app, "/hint", b"{}", Authorization=f"Bearer {TOKEN}")[0],  # of the service, not of hints
        ask(app, "/hint", b"{}", Authorization=bearer)[0],
        ask(app, "/hint", b" " * (LARGEST + 1), Authorization=bearer)[0],
        ask(app, "/hint", b"{}", Authorization=bearer, Content_Length=str(10**9))[0],
        ask(app, "/hint", Authorization=bearer)[0],
        ask(app, "/hint", b"{}", host="evil.example", Authorization=bearer)[0],
    ]

    assert said == [401, 401, 400, 413, 413, 405, 421]
    assert catalog.hints_after(0) == []


def test_a_time_of_a_clock_that_was_never_set_is_refused(app: ASGIApp, catalog: Catalog) -> None:
    body = json.dumps([{"url": PAGE}, {"url": PAGE, "time": "1970-01-01T00:00:00Z"}]).encode()
    status, said = ask(app, "/hint", body, Authorization=f"Bearer {SECRET}")

    assert (status, said.startswith("hint 2: time '1970-01-01T00:00:00Z' is before 1990-01-01")) == (400, True)
    assert catalog.hints_after(0) == []


def test_a_hub_verifies_and_then_its_signed_words_count(app: ASGIApp, catalog: Catalog) -> None:
    early = ask(app, "/websub/p", FEED, X_Hub_Signature=signed(FEED))[0]
    other = ask(app, verification(**{"hub.topic": "https://evil.example/"}), host=OURS_TO_HUBS)[0]
    verified = ask(app, verification(), host=OURS_TO_HUBS)
    answers = [
        ask(app, "/websub/p", FEED, host=OURS_TO_HUBS, X_Hub_Signature=signed(FEED, "wrong"))[0],
        ask(app, "/websub/p", FEED)[0],
        ask(app, "/websub/p", b"no feed", X_Hub_Signature=signed(b"no feed"))[0],
        ask(app, "/websub/q", FEED, X_Hub_Signature=signed(FEED))[0],
    ]
    before = catalog.hints_after(0)
    good = ask(app, "/websub/p", FEED, X_Hub_Signature=signed(FEED))[0]

    assert (early, other, verified) == (410, 404, (200, "c-1"))
    assert (answers, before, good) == ([202, 202, 202, 410], [], 202)
    assert [(hint.source, hint.urlkey, hint.at) for hint in catalog.hints_after(0)] == [(TOPIC, urlkey(PAGE), NOW)]


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer wrong", f"Bearer {SECRET}x", f"Bearer {TOKEN}", SECRET, f"Basic {SECRET}", "\xe9",
     "Bearer \xe9", f"Bearer {SECRET} {SECRET}", f"Bearer,{SECRET}"],
)  # fmt: skip
def test_a_stranger_is_refused_before_the_body_is_read(app: ASGIApp, authorization: str) -> None:
    assert ask(app, "/hint", unread, Authorization=authorization)[0] == 401


def test_a_wrong_token_is_not_made_good_by_a_signature(app: ASGIApp) -> None:
    assert ask(app, "/hint", unread, Authorization="Bearer wrong", X_Hub_Signature=signed(b"{}"))[0] == 401


@pytest.mark.parametrize("signature", ["", "sha256", "sha256=", "md5=00", "=", "sha256=" + "0" * 64, "\xe9"])
def test_a_signature_is_compared_with_the_body_whoever_else_let_it_through(app: ASGIApp, signature: str) -> None:
    good = ask(app, "/hint", b"{}", Authorization="Basic of-a-proxy", X_Hub_Signature_256=signed(b"{}"))[0]

    assert ask(app, "/hint", b"{}", X_Hub_Signature=signature)[0] == 401
    assert good == 400  # it is read, and has no url


def test_no_body_is_read_for_a_subscription_that_takes_none(app: ASGIApp, catalog: Catalog) -> None:
    said = [ask(app, path, unread, X_Hub_Signature=signed(FEED))[0] for path in ("/websub/q", "/websub/p")]  # asked
    assert ask(app, verification())[0] == 200
    later = guarded(catalog, now=NOW + timedelta(minutes=2))
    said.append(ask(later, "/websub/p", unread, X_Hub_Signature=signed(FEED))[0])  # its lease is over
    assert ask(app, verification(**{"hub.mode": "denied"}))[0] == 200
    said.append(ask(app, "/websub/p", unread, X_Hub_Signature=signed(FEED))[0])

    assert said == [410] * 4


def test_a_subscription_that_ends_while_the_body_comes_takes_nothing(app: ASGIApp, catalog: Catalog) -> None:
    async def last_words() -> Any:
        catalog.unsubscribe([TOPIC])
        return piece(FEED, more=False)

    assert ask(app, verification())[0] == 200
    assert ask(app, "/websub/p", last_words, X_Hub_Signature=signed(FEED))[0] == 410
    assert catalog.hints_after(0) == []


@pytest.mark.parametrize("path", ["/hint", "/websub/p"])
def test_a_body_that_comes_in_drops_is_waited_for_so_long(
    app: ASGIApp, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(hints, "LONGEST_WAIT", 0.2)
    left = iter(range(100))

    async def drop() -> Any:
        await asyncio.sleep(0.02)
        return piece(b" ", more=next(left, None) is not None)

    assert ask(app, verification())[0] == 200
    status, said = ask(app, path, drop, X_Hub_Signature=signed(b" " * 101))

    assert (status, said) == (408, "the body did not come within 0.2 seconds\n")
    assert catalog.hints_after(0) == []


@pytest.mark.parametrize("path", ["/hint", "/websub/p"])
def test_a_body_without_a_length_is_read_so_far(app: ASGIApp, path: str) -> None:
    taken: list[int] = []

    async def endless() -> Any:
        assert sum(taken) <= LARGEST_PUSH, "it is read on and on"
        taken.append(2**20)
        return piece(bytes(2**20), more=True)

    assert ask(app, verification())[0] == 200
    assert ask(app, path, endless, X_Hub_Signature=signed(b""))[0] == 413


def test_a_body_that_ends_early_is_taken_for_none(app: ASGIApp, catalog: Catalog) -> None:
    pieces = iter([piece(FEED, more=True), {"type": "http.disconnect"}])

    async def cut() -> Any:
        return next(pieces)

    assert ask(app, verification())[0] == 200
    assert ask(app, "/websub/p", cut, X_Hub_Signature=signed(FEED))[0] == 400
    assert catalog.hints_after(0) == []


def test_a_hub_that_refuses_is_remembered(app: ASGIApp, catalog: Catalog) -> None:
    status, _ = ask(app, verification(**{"hub.mode": "denied", "hub.reason": "not you"}))
    known = catalog.subscription("p")

    assert status == 200
    assert known is not None
    assert (known.state, known.detail) == ("denied", "not you")


def test_by_the_name_for_hubs_nothing_else_is_reached(app: ASGIApp) -> None:
    assert ask(app, "/api/pages", host=OURS_TO_HUBS)[0] == 421
    assert ask(app, "/websub", host=OURS_TO_HUBS)[0] == 421
    assert ask(app, "/api/pages")[0] == 401


@pytest.mark.parametrize("path", ["/hintfoo", "/hint/", "/hint/foo", "/hints", "/websub", "/websubfoo"])
def test_what_only_begins_like_a_path_with_a_secret_of_its_own_asks_for_the_token(app: ASGIApp, path: str) -> None:
    assert ask(app, path, b"{}", Authorization=f"Bearer {SECRET}")[0] == 401
    assert ask(app, path, b"{}", host=OURS_TO_HUBS, Authorization=f"Bearer {SECRET}")[0] == 421


@pytest.mark.parametrize("token", [TOKEN, None], ids=["open", "loopback"])  # there a proxy lets strangers in
@pytest.mark.parametrize("path", ["/hint", "/websub/p", "/websub/nobody"])
def test_who_comes_without_the_token_may_come_so_often_and_shuts_nobody_out(
    catalog: Catalog, path: str, token: str | None
) -> None:
    for authorization in ("", "Bearer ", "Bearer wrong", f"Bearer {SECRET}"):
        app = guarded(catalog, token=token, rate=1.0, burst=3.0)
        said = [ask(app, path, b"{}", Authorization=authorization)[0] for _ in range(5)]
        other = ask(app, path, b"{}", client="192.0.2.2", Authorization=authorization)[0]
        ours = [ask(app, "/api/pages", Authorization=f"Bearer {TOKEN}")[0] for _ in range(3)]

        assert said[3:] == [429, 429]
        assert 429 not in [*said[:3], other, *ours]


def test_who_has_the_token_may_come_as_often_everywhere_as_it_always_could(catalog: Catalog) -> None:
    app = guarded(catalog, rate=1.0, burst=2.0)
    bearer = f"Bearer {TOKEN}"
    said = [ask(app, path, Authorization=bearer)[0] for path in ("/hint", "/api/pages", "/hint", "/api/pages")]

    assert said == [405, 404, 429, 429]
    assert ask(app, "/hint")[0] == 405


def test_what_is_not_configured_is_not_there_and_a_secret_that_all_may_read_is_refused(tmp_path: Path) -> None:
    path, secret = tmp_path / "stoppress.toml", tmp_path / "secret"
    config = parse_config("[serve]\nhint_secret_file = 'secret'", path)

    assert receiver_of(parse_config("", path)) is None
    with pytest.raises(ConfigError, match="no such file"):
        receiver_of(config)
    secret.write_text(SECRET)
    secret.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        receiver_of(config)
    secret.write_text("short")
    secret.chmod(0o600)
    with pytest.raises(ConfigError, match="less than 16"):
        receiver_of(config)


def test_as_much_as_may_be_sent_at_once_is_taken_without_reading_what_else_is_watched(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = [f"https://www.example.org/live/{number}" for number in range(5_000)]
    entries = "".join(f'<entry><id>{url}</id><link href="{url}"/></entry>' for url in urls)
    feed = f"<feed>{entries}</feed>".encode()
    body = json.dumps([{"url": url} for url in [*urls[: MOST - 1], "https://other.example/"]]).encode()
    with Catalog.open(address) as catalog:
        catalog.save_watches([Watch(url=url) for url in urls], now=NOW)
        catalog.subscribe(Subscription(source=TOPIC, topic=TOPIC, hub="https://h.example/", path="p", secret=SECRET))
        app = guarded(catalog)
        assert ask(app, verification())[0] == 200
        monkeypatch.setattr(Catalog, "watches", None)  # all of them: thousands of rows, each parsed
        pushed = ask(app, "/websub/p", feed, X_Hub_Signature=signed(feed))[0]
        status, said = ask(app, "/hint", body, Authorization=f"Bearer {SECRET}")
        told = catalog.hints_after(0)

    assert (pushed, status) == (202, 202)
    assert json.loads(said) == {"taken": MOST - 1, "not_watched": ["https://other.example/"]}
    assert len(told) == len(urls) + MOST - 1
    assert {hint.urlkey for hint in told} == {urlkey(url) for url in urls}
