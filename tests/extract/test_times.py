"""Reading printed and stated times, and giving clocks their days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipelines.extract.times import Place, attribute, leading_clock, settle, settle_one, shown

AT = datetime(2026, 1, 15, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-01-14T12:10:00Z", datetime(2026, 1, 14, 12, 10, tzinfo=UTC)),
        ("2026-01-14T13:10+01:00", datetime(2026, 1, 14, 12, 10, tzinfo=UTC)),
        ("2026-01-14 12:10:00 UTC", datetime(2026, 1, 14, 12, 10, tzinfo=UTC)),
        ("1768392600", datetime(2026, 1, 14, 12, 10, tzinfo=UTC)),
        ("1768392600000", datetime(2026, 1, 14, 12, 10, tzinfo=UTC)),
        ("Wed, 14 Jan 2026 12:10:00 GMT", datetime(2026, 1, 14, 12, 10, tzinfo=UTC)),
    ],
)
def test_stated_times(value: str, moment: datetime) -> None:
    read = attribute(value)

    assert read is not None
    assert read.moment == moment


@pytest.mark.parametrize("value", ["", "12345678", "99999999999999", "2026-13-40T00:00:00Z", "1970-01-01", "a" * 30])
def test_other_numbers_and_words_are_no_stated_times(value: str) -> None:
    assert attribute(value) is None


@pytest.mark.parametrize(
    "text", ["14.05 Uhr", "14:05", "2.05 pm", "Updated at 14.05 GMT", "14h05", "Wednesday 14 January 2026, 14:05"]
)
def test_printed_clocks(text: str) -> None:
    read = shown(text)

    assert read is not None
    assert ((read.moment and read.moment.time()) or read.clock).strftime("%H:%M") == "14:05"


@pytest.mark.parametrize(
    "text", ["2:1", "58:12", "12.50 euros", "Bridge shut 4 min ago", "3-1 (2-0)", "64.90 s", "Room 12", "25:10"]
)
def test_scores_prices_and_headlines_are_no_times(text: str) -> None:
    assert shown(text) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("14.05 Uhr: Die Brücke", "Die Brücke"),
        ("14:05 - The bridge", "The bridge"),
        ("8h20 Le pont", "Le pont"),
        ("• 9.15 pm The bridge", "The bridge"),
    ],
)
def test_a_paragraph_may_begin_with_its_clock(text: str, rest: str) -> None:
    led = leading_clock(text)

    assert led is not None
    assert text[led[1] :] == rest


@pytest.mark.parametrize("text", ["12.50 euros a litre", "64.90 s in the final", "20 people", "1.5 million"])
def test_a_paragraph_that_begins_with_a_measure_has_no_clock(text: str) -> None:
    assert leading_clock(text) is None


def moments(*clocks: str, place: Place) -> list[str]:
    stamps = settle([shown(c) for c in clocks], place)
    return [s.moment.strftime("%d %H:%M") if s else "-" for s in stamps]


def test_a_clock_that_steps_up_by_hours_is_of_the_day_before() -> None:
    assert moments("00:20", "00:05", "23:50", "23:52", "09:00", "17:30", place=Place(AT)) == [
        "15 00:20", "15 00:05", "14 23:50", "14 23:52", "14 09:00", "13 17:30",
    ]  # fmt: skip


def test_oldest_first_works_as_well() -> None:
    assert moments("22:00", "23:50", "00:10", place=Place(AT)) == ["14 22:00", "14 23:50", "15 00:10"]


# An entry of last evening was moved up, over the first ones of the night.
MOVED = ("00:12", "00:11", "22:13", "00:10", "23:49", "23:18", "22:56", "21:51")
MOVED_DAYS = ["15 00:12", "15 00:11", "14 22:13", "15 00:10", "14 23:49", "14 23:18", "14 22:56", "14 21:51"]


def test_an_entry_out_of_place_over_midnight_turns_no_day_back_for_those_after_it() -> None:
    assert moments(*MOVED, place=Place(AT)) == MOVED_DAYS
    assert moments(*MOVED[::-1], place=Place(AT)) == MOVED_DAYS[::-1]


def test_in_a_busy_stream_one_entry_hours_out_of_place_is_no_midnight() -> None:
    noon = Place(datetime(2026, 1, 15, 12, 30, tzinfo=UTC))

    assert moments("12:20", "12:00", "06:05", "11:50", "11:30", place=noon) == [
        "15 12:20", "15 12:00", "15 06:05", "15 11:50", "15 11:30",
    ]  # fmt: skip


def test_a_pinned_entry_of_the_morning_does_not_make_the_newest_ones_yesterdays() -> None:
    evening = Place(datetime(2026, 1, 15, 17, 30, tzinfo=UTC))

    assert moments("09:00", "17:10", "16:50", place=evening) == ["15 09:00", "15 17:10", "15 16:50"]


def test_a_quiet_night_is_a_midnight() -> None:
    evening = Place(datetime(2026, 1, 15, 20, 0, tzinfo=UTC))

    assert moments("09:00", "08:30", "17:00", place=evening) == ["15 09:00", "15 08:30", "14 17:00"]
    assert moments("09:00", "08:30", "17:00", "16:40", "12:00", place=evening)[2:] == [
        "14 17:00",
        "14 16:40",
        "14 12:00",
    ]


@pytest.mark.parametrize("minutes", [0, 5, 10])
def test_a_newsrooms_clock_may_be_minutes_ahead_over_midnight(minutes: int) -> None:
    before = Place(datetime(2026, 1, 14, 23, 58, tzinfo=UTC) - timedelta(minutes=minutes - 5))
    ahead = ("00:03", "23:50", "23:20")

    assert moments(*ahead, place=before) == ["15 00:03", "14 23:50", "14 23:20"]
    assert moments(*ahead[::-1], place=before) == ["14 23:20", "14 23:50", "15 00:03"]


def test_midnight_is_that_of_the_newsrooms_zone() -> None:
    berlin, new_york = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
    late = datetime(2026, 1, 14, 23, 30, tzinfo=UTC)

    assert moments("00:20", "23:50", place=Place(late, berlin)) == ["14 23:20", "14 22:50"]
    assert moments("19:25", "18:50", place=Place(AT, new_york)) == ["15 00:25", "14 23:50"]
    assert moments("00:25 GMT", "23:50 GMT", place=Place(AT, new_york)) == ["15 00:25", "14 23:50"]


def test_days_later_the_pages_own_last_change_gives_the_day() -> None:
    read = datetime(2026, 1, 18, 9, 0, tzinfo=UTC)
    changed = datetime(2026, 1, 15, 0, 25, tzinfo=UTC)

    assert moments(*MOVED, place=Place(read, changed=changed)) == MOVED_DAYS


def test_a_last_change_just_before_midnight_does_not_hold_back_what_came_just_after() -> None:
    changed = datetime(2026, 1, 14, 23, 50, tzinfo=UTC)

    assert moments("00:05", "23:50", place=Place(AT, changed=changed)) == ["15 00:05", "14 23:50"]


def test_no_update_is_a_day_older_than_its_page() -> None:
    evening, published = datetime(2026, 1, 15, 18, 0, tzinfo=UTC), datetime(2026, 1, 15, 7, 0, tzinfo=UTC)
    editors_order = ("16:00", "09:00", "13:00", "17:30")

    assert moments(*editors_order, place=Place(evening, published=published)) == [f"15 {c}" for c in editors_order]


def test_a_page_published_again_does_not_make_older_updates_newer() -> None:
    afternoon = datetime(2026, 1, 15, 15, 0, tzinfo=UTC)
    again = Place(afternoon, published=afternoon - timedelta(minutes=20))

    assert moments("14:40", "09:00", "18:00", "14:45", place=again) == ["15 14:40", "15 09:00", "14 18:00", "14 14:45"]


def test_an_age_beside_the_clock_settles_the_day() -> None:
    evening = Place(datetime(2026, 1, 15, 20, 0, tzinfo=UTC))

    assert moments("09:00, 11 h ago", "18:00 (2 hours ago)", "17:50", place=evening) == [
        "15 09:00", "15 18:00", "15 17:50",
    ]  # fmt: skip


def test_an_age_that_contradicts_its_clock_is_stale_and_settles_nothing() -> None:
    evening = Place(datetime(2026, 1, 15, 20, 0, tzinfo=UTC))

    assert moments("09:00, 3 min ago", "08:30", "17:00", place=evening) == ["15 09:00", "15 08:30", "14 17:00"]


def test_wall_times_are_read_in_the_newsrooms_zone() -> None:
    assert moments("01:10", place=Place(AT, ZoneInfo("Europe/Berlin"))) == ["15 00:10"]


def test_an_age_is_counted_back_from_the_fetch_and_marked() -> None:
    stamp = settle_one(shown("12 min ago"), Place(AT))

    assert stamp is not None
    assert (stamp.moment, stamp.source, stamp.precision) == (AT - timedelta(minutes=12), "relative", "min")
