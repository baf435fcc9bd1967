"""Redirects: followed, endless, broken, and those that lead where nobody from outside should get.

``/good-already`` is a good page that is watched as well; on the private address only a closed door listens.
"""

from __future__ import annotations

from tests.servers.raw_http import page

from .answers import PRIVATE, hop, live
from .case import VERSION, Case, error

LOST = error("redirect")
BLOCKED = error("blocked")


def _hop(name: str, to: bytes, ends: tuple[str, str | None, str], **more: object) -> Case:
    return Case(row="redirects", name=name, answer=hop(to), ends=ends, **more)  # type: ignore[arg-type]


HOPS = [
    _hop("a_redirect_is_followed_and_its_page_is_the_page", b"/moved-here", VERSION),
    _hop("a_redirect_to_a_page_seen_before_is_followed_too", b"/good-already", VERSION),
    _hop("a_redirect_in_utf_8_and_with_blanks_is_followed", "/f\u00e4hre hier".encode(), VERSION),
    _hop("a_redirect_to_itself_is_redirect", b"", LOST),
    _hop("a_redirect_to_itself_by_a_fragment_is_redirect", b"#top", LOST),
    _hop("redirects_without_end_are_redirect_after_six_requests", b"/endless/1", LOST),
    Case(row="redirects", name="a_redirect_without_location_is_redirect", ends=LOST,
         answer=page(b"moved", status="302 Found")),
    _hop("a_redirect_to_a_broken_url_is_blocked", b"http://[::1", BLOCKED),
    _hop("a_redirect_to_a_port_that_is_none_is_blocked", b"http://127.0.0.1:99999/", BLOCKED),
    Case(row="redirects", name="a_300_with_a_location_is_http_status", ends=error("http-status"),
         answer=page(b"choose", "Location: /moved-here", status="300 Multiple Choices")),
    *(Case(row="redirects", name=f"a_{status[:3]}_is_followed", answer=hop(b"/moved-here", status), ends=VERSION)
      for status in ("301 Moved Permanently", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect")),
]  # fmt: skip

SPELLINGS = {
    "dotted": b"127.0.0.66",
    "as_one_number": b"2130706498",
    "as_a_hexadecimal_number": b"0x7f000042",
    "in_octal": b"0177.0.0.0102",
    "with_two_numbers": b"127.66",
    "as_mapped_ipv6": b"[::ffff:127.0.0.66]",
    "as_mapped_ipv6_in_hexadecimal": b"[::ffff:7f00:42]",
    "percent_encoded": b"127.0.0.%36%36",
    "in_full_width_digits": "\uff11\uff12\uff17.0.0.66".encode(),
    "with_a_user_before_it": b"public.example.org@127.0.0.66",
}
PRIVATE_HOPS = [
    Case(row="private-address", name=f"a_redirect_to_a_private_address_{how}_is_blocked", ends=BLOCKED,
         answer=hop(b"http://%s:%s/secret" % (host, PRIVATE)))
    for how, host in SPELLINGS.items()
]  # fmt: skip

_URL = "http://127.0.0.66:@PRV@/secret"
MENTIONS = [
    Case(row="private-address", name=f"{name}_to_a_private_address_is_not_followed", ends=VERSION,
         answer=page(live((4, 3, 2, 1), head=head, end=end)))
    for name, head, end in [
        ("a_meta_refresh", f'<meta http-equiv="refresh" content="0; url={_URL}">', b""),
        ("a_base", f'<base href="{_URL}">', b""),
        ("a_canonical", f'<link rel="canonical" href="{_URL}">', b""),
        ("a_next_page", f'<link rel="next" href="{_URL}"><link rel="amphtml" href="{_URL}">', b""),
        ("an_iframe", "", f'<iframe src="{_URL}"></iframe><img src="{_URL}"><script src="{_URL}"></script>'.encode()),
    ]
]  # fmt: skip

SCHEMES = [
    Case(row="other-schemes", name=f"a_redirect_to_{name}_is_blocked", ends=BLOCKED, answer=hop(to))
    for name, to in {
        "a_file": b"file:///etc/passwd", "data": b"data:text/html,<p>hi</p>", "ftp": b"ftp://127.0.0.1/x",
        "s3": b"s3://bucket/key", "javascript": b"javascript:alert(1)",
    }.items()
]  # fmt: skip

INJECTIONS = [
    Case(row="header-injection", name="a_location_with_encoded_line_ends_injects_no_header", ends=VERSION,
         answer=hop(b"/moved-here?x=%0d%0aX-Injected:%20yes")),
    Case(row="header-injection", name="a_hop_to_another_host_takes_no_cookie_and_no_token_there", ends=VERSION,
         answer=page(b"", "Set-Cookie: session=42; Path=/; Domain=localhost", "Location: http://localhost:@PRT@/moved-here",
                     status="302 Found")),
]  # fmt: skip

RELOADING = [
    Case(row="reloads-itself", name="a_page_that_reloads_itself_is_archived_with_one_request", ends=VERSION,
         answer=page(live((4, 3, 2, 1), head='<meta http-equiv="refresh" content="0">'))),
]  # fmt: skip

CASES = [*HOPS, *PRIVATE_HOPS, *MENTIONS, *SCHEMES, *INJECTIONS, *RELOADING]
