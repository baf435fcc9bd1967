"""Addresses and titles that speak of live coverage, and those that do not."""

from __future__ import annotations

import pytest

from pipelines.extract.announced import announces_live

SITE = "https://www.example.org"


@pytest.mark.parametrize(
    "path",
    [
        "/world/live/2026/jan/14/storm",
        "/live-blog/storm-12345",
        "/liveblogs/storm/",
        "/jetzt/livebericht/3000001/storm",
        "/ticker/storm",
        "/eilmeldung/minute-f%C3%BCr-minute",
        "/2026/%E5%AE%9E%E6%97%B6%E6%9B%B4%E6%96%B0",
        "/kultur/folj-galan-direkt/a/9xQ2Lk",
        "/politik/wahl-newsticker.html",
        "/nouvelle/2201447/verglas-pannes-direct",
        "/amp/proces-direct.html",
        "/sport/fotboll/minut-for-minut",
        "/spor/dakika-dakika-mac/3451207",
        "/articles/live_storm",
        "/esporte/lance-a-lance",
    ],
)
def test_an_address_announces_live_coverage(path: str) -> None:
    assert announces_live(SITE + path)


@pytest.mark.parametrize("host", ["live.example.org", "liveblog.news.example.org", "direkte.example.no"])
def test_the_name_of_a_part_of_the_site_does_too(host: str) -> None:
    assert announces_live(f"https://{host}/2026/storm")


@pytest.mark.parametrize("host", ["live.org", "live.co.uk", "live.com.br", "liveleak.example.org", "example.live"])
def test_the_name_of_the_site_itself_does_not(host: str) -> None:
    assert not announces_live(f"https://{host}/2026/storm")


@pytest.mark.parametrize(
    "title",
    [
        "Storm: live updates",
        "DIRECT. Tempête : les vents faiblissent",
        "Unwetter – der Newsticker",
        "【随時更新】台風の情報",
        "[속보 라이브] 인사청문회",
        "Буря: текстовая трансляция",
        "Κακοκαιρία: λεπτό προς λεπτό",
        "आंधी लाइव: ताज़ा जानकारी",
        "Fırtına son durum: canlı anlatım",
        "מבזקים",
        "عاصفة: تغطية مباشرة",
        "Bouře živě",
        "Myrsky hetki hetkeltä",
    ],
)
def test_a_title_announces_live_coverage(title: str) -> None:
    assert announces_live(SITE, title)


@pytest.mark.parametrize(
    "title",
    [
        "They lived in the harbour",
        "A direct hit on the pier",
        "Storm - The Estuary Online",
        "ตารางการแสดงละคร",
        "드라이브 코스",
        "رانندگی سازنده",
        "Direkte Züge nach Wien",
        "Canlı türleri",
        "Der Kursticker",
        "Minuto de silencio",
        "Lively debate in parliament",
        "Une ligne directe vers la mer",
        "Delivery is late again",
        "Ein Ticket nach Hause",
        "How we deliver the news",
        "Le vol direct pour Oslo est plein",
    ],
)
def test_other_words_announce_nothing(title: str) -> None:
    assert not announces_live(SITE + "/2026/storm", title)


def test_online_is_a_word_for_it_in_some_countries() -> None:
    assert announces_live("https://www.example.cz/online/boure")
    assert not announces_live("https://www.example.org/online/storm")
