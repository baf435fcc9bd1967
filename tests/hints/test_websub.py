"""The subscriber's words and checks, and the webhook's."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.store.stored import Subscription
from pipelines.webhook import MOST, BadHint, hints_in, is_allowed
from pipelines.websub import agreed, form, is_due, is_signed, linked, takes

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOPIC = "https://www.example.org/feed"
SECRET = "0123456789abcdef-secret"


def subscription(**more: Any) -> Subscription:
    facts = {"source": TOPIC, "topic": TOPIC, "hub": "https://hub.example.com/", "path": "p4th", "secret": SECRET,
             "asked": NOW}  # fmt: skip
    return Subscription(**(facts | more))


def asked(**more: str) -> dict[str, str]:
    told = {"mode": "subscribe", "topic": TOPIC, "challenge": "c", "lease_seconds": "86400"} | more
    return {f"hub.{name}": value for name, value in told.items()}


@pytest.mark.parametrize(
    ("value", "target"),
    [
        ('<https://hub.example.com/>; rel="hub"', "https://hub.example.com/"),
        ('</h>; rel=self, <https://hub.example.com/x>; title="a, b"; rel="other hub"', "https://hub.example.com/x"),
        ("<https://hub.example.com/>; rel=hubs", ""),
        ("<" * 10_000, ""),
        ('<a>;rel="' * 2_000, ""),
    ],
)
def test_a_hub_is_found_in_the_header(value: str, target: str) -> None:
    assert linked([value], "hub", TOPIC) == target


def test_a_subscription_says_what_it_wants_and_hides_its_secret_in_messages() -> None:
    said = parse_qs(form(subscription(), "https://our.example.net/").decode())

    assert said["hub.callback"] == ["https://our.example.net/websub/p4th"]
    assert (said["hub.mode"], said["hub.topic"], said["hub.secret"]) == (["subscribe"], [TOPIC], [SECRET])
    assert SECRET not in repr(subscription())


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_every_method_of_the_recommendation_is_checked(method: str) -> None:
    good = hmac.new(SECRET.encode(), b"body", method).hexdigest()

    assert is_signed(b"body", f"{method}={good}", SECRET)
    assert not is_signed(b"Body", f"{method}={good}", SECRET)
    assert not is_signed(b"body", f"{method}={good[:-1]}", SECRET)


@pytest.mark.parametrize("header", ["", "sha256", "sha256=", "md5=" + hashlib.md5(b"").hexdigest(), "=x", "sha1=ü"])
def test_what_is_no_signature_is_none(header: str) -> None:
    assert not is_signed(b"body", header, SECRET)


def test_only_what_was_asked_for_is_confirmed() -> None:
    known = subscription()
    active = agreed(known, asked(), NOW)
    assert active is not None
    denied = agreed(known, {"hub.mode": "denied", "hub.topic": TOPIC, "hub.reason": "no"}, NOW)

    assert (active.state, active.expires) == ("active", NOW + timedelta(days=1))
    assert denied is not None
    assert (denied.state, denied.detail) == ("denied", "no")
    assert agreed(None, asked(), NOW) is None
    assert agreed(known, asked(topic="https://evil.example.com/"), NOW) is None
    assert agreed(known, asked(mode="unsubscribe"), NOW) is None  # we never ask for that
    assert agreed(known, asked(challenge=""), NOW) is None
    assert agreed(denied, asked(), NOW) is None


@pytest.mark.parametrize("lease", ["", "-5", "1e9", "9" * 400, "٣"])
def test_any_lease_ends_one_day(lease: str) -> None:
    active = agreed(subscription(), asked(lease_seconds=lease), NOW)

    assert active is not None
    assert active.expires is not None
    assert NOW < active.expires <= NOW + timedelta(days=365)


def test_a_lease_is_renewed_before_it_ends_and_a_hub_that_said_no_is_left_alone_for_a_day() -> None:
    active = subscription(state="active", verified=NOW, expires=NOW + 10 * HOUR)
    waiting, denied = subscription(), subscription(state="denied")

    assert [is_due(active, NOW + hours * HOUR) for hours in (1, 7, 9.5)] == [False, False, True]
    assert [is_due(waiting, NOW + hours * HOUR) for hours in (0.5, 1)] == [False, True]
    assert [is_due(denied, NOW + hours * HOUR) for hours in (23, 24)] == [False, True]
    assert is_due(None, NOW)
    assert [takes(active, NOW + hours * HOUR) for hours in (9, 10)] == [True, False]
    assert not takes(waiting, NOW)


def test_a_hint_is_let_in_by_the_secret_or_its_signature() -> None:
    good = "sha256=" + hmac.new(SECRET.encode(), b"x", "sha256").hexdigest()

    assert is_allowed(b"x", f"Bearer {SECRET}", [], SECRET)
    assert is_allowed(b"x", "", [good], SECRET)
    assert not is_allowed(b"y", "", [good], SECRET)
    assert not is_allowed(b"x", "Bearer ", [good], SECRET)
    assert not is_allowed(b"x", "", [], SECRET)


def test_one_or_several_hints_are_read_and_none_is_later_than_now() -> None:
    url = "https://www.example.org/a"
    one = hints_in(json.dumps({"url": url}).encode(), NOW)
    several = hints_in(json.dumps([{"url": url, "time": "2026-03-01T11:00:00+01:00"}]).encode(), NOW)
    late = hints_in(json.dumps({"hints": [{"url": url, "time": "2099-01-01T00:00:00Z"}]}).encode(), NOW)

    assert [hint[2] for hint in (*one, *several, *late)] == [NOW, NOW - 2 * HOUR, NOW]


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"7", b"[]", b"[1]", b"{}", b'{"url": 1}', b'{"url": "ftp://x/"}',
     b'{"url": "https://a.example/", "when": 1}',
     b'{"url": "https://a.example/", "time": "soon"}', b'{"url": "https://a.example/", "time": 5}',
     b'{"url": "https://a.example/", "time": "2026-03-01T11:00:00"}', b"[" * 100_000,
     json.dumps([{"url": "https://a.example/"}] * (MOST + 1)).encode()],
)  # fmt: skip
def test_bad_input_is_told_what_is_wrong(body: bytes) -> None:
    with pytest.raises(BadHint) as told:
        hints_in(body, NOW)

    assert len(str(told.value)) < 300


@pytest.mark.parametrize(
    "time",
    ["1989-12-31T23:59:59.999999Z", "1990-01-01T00:30:00+01:00", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
     "1970-01-01T00:00:00." + "0" * 9_000 + "Z"],
    ids=lambda time: time[:30],
)  # fmt: skip
def test_a_time_before_there_were_pages_is_refused_with_the_limit(time: str) -> None:
    url = "https://www.example.org/a"
    first = "1990-01-01T00:00:00Z"

    with pytest.raises(BadHint, match=r"^hint 2: time '.{1,60}' is before 1990-01-01, "):
        hints_in(json.dumps([{"url": url}, {"url": url, "time": time}]).encode(), NOW)
    [(_, _, at)] = hints_in(json.dumps({"url": url, "time": first}).encode(), NOW)
    assert at == datetime(1990, 1, 1, tzinfo=UTC)


NAMES = st.sampled_from(["url", "time", "hints", "x"])
PLAIN = st.none() | st.booleans() | st.floats() | st.text()


@given(st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=10))
def test_any_json_is_hints_or_refused(value: Any) -> None:
    try:
        found = hints_in(json.dumps(value).encode(), NOW)
    except BadHint:
        return

    assert all(at <= NOW for _, _, at in found)
