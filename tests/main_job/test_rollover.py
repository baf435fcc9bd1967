"""A page that says that its coverage goes on at another one: followed by the real crawler, day after day."""

from __future__ import annotations

from pathlib import Path

from tests.running import crawl_until, stoppress, write_config
from tests.servers.raw_http import RawServer, page

TEXTS = (
    "The ferry to Marrow Island stays in port until the wind drops below gale force, the harbour office says.",
    "Firefighters have pumped out thirty-one cellars since the morning; nobody has been hurt so far.",
    "The weather service raises its warning for the estuary to the second-highest level until midnight.",
)


def live(day: int, onward: str = "") -> bytes:
    entries = "".join(
        f'<article id="d{day}e{9 - i}"><time datetime="2026-03-0{day}T1{5 - i}:42:00Z">1{5 - i}:42</time>'
        f"<p>{t}</p></article>"
        for i, t in enumerate(TEXTS)
    )
    title = f"Storm live, day {day}"
    return (
        f"<html lang=en><head><title>{title}</title></head><body><main><h1>{title}</h1>{onward}<div>{entries}</div>"
        "</main></body></html>"
    ).encode()


def onward(path: str) -> str:
    return f'<p>Our live coverage continues <a href="{path}">here</a>.</p>'


def test_coverage_is_followed_from_page_to_page_and_not_off_the_site(raw_server: RawServer, tmp_path: Path) -> None:
    raw_server.route("/robots.txt", page(b"User-agent: *\nAllow: /\n", content_type="text/plain"))
    first = raw_server.route("/live/1", page(live(1, onward("/live/2"))))
    second = raw_server.route("/live/2", page(live(2, onward("/live/3"))))
    third = raw_server.route("/live/3", page(live(3, onward("http://elsewhere.example/live/4"))))
    config = write_config(tmp_path, first)
    assert stoppress("apply", str(config)).code == 0

    visits = crawl_until(config, lambda seen: any(v["url"] == third for v in seen))

    assert {v["url"] for v in visits} == {first, second, third}
    watches = {w["url"]: w for w in stoppress("watches", "--json", config=config).lines}
    assert {url: w["reason"] for url, w in watches.items()} == {
        first: "", second: f"continues {first}", third: f"continues {second}",
    }  # fmt: skip
    assert {w["schedule"] for w in watches.values()} == {"every 1s"}

    (tmp_path / "archive" / "catalog.db").unlink()
    assert stoppress("rebuild", config=config).code == 0
    again = {w["url"]: w for w in stoppress("watches", "--json", config=config).lines}
    assert again == watches


def test_one_look_at_each_page_follows_one_page_further(raw_server: RawServer, tmp_path: Path) -> None:
    raw_server.route("/robots.txt", page(b"User-agent: *\nAllow: /\n", content_type="text/plain"))
    first = raw_server.route("/live/1", page(live(1, onward("/live/2"))))
    second = raw_server.route("/live/2", page(live(2, onward("/live/1"))))
    config = write_config(tmp_path, first)
    assert stoppress("apply", str(config)).code == 0

    looked = []
    for _ in range(3):
        ran = stoppress("crawl", "--once", "--json", config=config)
        looked.append([line["url"] for line in ran.lines])

    assert [sorted(urls) for urls in looked] == [[first], [first, second], [first, second]]
