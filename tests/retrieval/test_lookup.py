from datetime import UTC, datetime, timedelta, timezone

import pytest

from retrieval.lookup import MomentError, Target, aware, instant, moment, target

NOW = datetime(2026, 1, 3, 12, 0, tzinfo=UTC)
PAGE = "https://news.example.org/live/storm"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-01-03T10:00Z", datetime(2026, 1, 3, 10, tzinfo=UTC)),
        ("2026-01-03T10:00:05.250Z", datetime(2026, 1, 3, 10, 0, 5, 250000, tzinfo=UTC)),
        ("2026-01-03T10:00+02:00", datetime(2026, 1, 3, 8, tzinfo=UTC)),
        ("2026-01-03 10:00", datetime(2026, 1, 3, 10, tzinfo=UTC)),
        ("2026-01-03", datetime(2026, 1, 3, tzinfo=UTC)),
        ("2026-02", datetime(2026, 2, 1, tzinfo=UTC)),
        ("20260103100005", datetime(2026, 1, 3, 10, 0, 5, tzinfo=UTC)),
        ("202601031", datetime(2026, 1, 3, 10, tzinfo=UTC)),
        ("20261", datetime(2026, 10, 1, tzinfo=UTC)),
        ("2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("now", NOW),
        ("@now", NOW),
        ("-2h", NOW - timedelta(hours=2)),
        ("-1h30m", NOW - timedelta(minutes=90)),
        ("v3", 3),
        ("@V12", 12),
    ],
)
def test_a_moment_is_read_as_it_is_meant(written: str, meant: datetime | int) -> None:
    assert moment(written, now=NOW) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2024-02", datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
        ("2026-01-03", datetime(2026, 1, 3, 23, 59, 59, tzinfo=UTC)),
        ("202601031", datetime(2026, 1, 3, 19, 59, 59, tzinfo=UTC)),
        ("20260103100005", datetime(2026, 1, 3, 10, 0, 5, tzinfo=UTC)),
    ],
)
def test_an_end_is_filled_with_the_last_moment(written: str, meant: datetime) -> None:
    assert moment(written, now=NOW, last=True) == meant


@pytest.mark.parametrize(
    "written",
    [
        "", "yesterday", "v", "v0", "v" + "9" * 40, "-2x", "-h", "2026-13-01", "2026-02-30", "20261301",
        "20260103250000", "2026-01-03T25:00", "0001-01-01T00:00+14:00", "²026", "v１", "-٢h", "２０２６", "1", "202",
        "\udcff",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused_with_its_own_words(written: str) -> None:
    with pytest.raises(MomentError) as refused:
        moment(written, now=NOW)

    assert repr(written) in str(refused.value)
    assert any(form in str(refused.value) for form in ("v1", "-2h", "2026-01-03T10:00Z"))


def test_a_time_far_before_now_is_refused_not_wrapped_around() -> None:
    with pytest.raises(MomentError, match="longer than ten years"):
        moment("-99999d", now=NOW)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (PAGE, Target(PAGE)),
        (f"{PAGE}@v3", Target(PAGE, 3)),
        (f"{PAGE}@now", Target(PAGE, NOW)),
        (f"{PAGE}@-2h", Target(PAGE, NOW - timedelta(hours=2))),
        (f"{PAGE}@2026-01-03T10:00Z", Target(PAGE, datetime(2026, 1, 3, 10, tzinfo=UTC))),
        ("https://social.example/@desk/live@v1", Target("https://social.example/@desk/live", 1)),
        ("https://social.example/@desk", Target("https://social.example/@desk")),
        ("https://social.example/@desk/10", Target("https://social.example/@desk/10")),
        ("https://photos.example/12345678@N00", Target("https://photos.example/12345678@N00")),
        ("https://social.example/@nowish", Target("https://social.example/@nowish")),
        (f"{PAGE}@", Target(f"{PAGE}@")),
    ],
)
def test_a_target_is_split_at_the_last_at_only_before_a_time(written: str, meant: Target) -> None:
    assert target(written, now=NOW) == meant


@pytest.mark.parametrize(
    "tail", ["v0", "2026-13-01", "-2x", "20261301000000", "2026-01-03T99:00", "v１", "-٢h", "1", "202"]
)
def test_what_was_meant_as_a_time_never_becomes_part_of_the_url(tail: str) -> None:
    with pytest.raises(MomentError, match=tail):
        target(f"{PAGE}@{tail}", now=NOW)


def test_since_counts_back_from_now() -> None:
    assert instant("2h", now=NOW) == instant("-2h", now=NOW) == NOW - timedelta(hours=2)
    assert instant("2026-01-02", now=NOW) == datetime(2026, 1, 2, tzinfo=UTC)
    assert instant("2026-01-02", now=NOW, last=True) == datetime(2026, 1, 2, 23, 59, 59, tzinfo=UTC)


def test_a_year_has_four_digits() -> None:
    with pytest.raises(MomentError, match=r"'1' is not a date: a year has four digits; write 2026.* or v3"):
        moment("1", now=NOW)


@pytest.mark.parametrize("written", ["tomorrow", "٢h", "v３", "1"])
def test_what_is_no_time_to_count_from_is_told_the_forms_that_are_taken(written: str) -> None:
    with pytest.raises(MomentError, match="write 2026-01-03T10:00Z, 2026-01-03, 20260103100000, now or 2h") as refused:
        instant(written, now=NOW)

    assert "isoformat" not in str(refused.value)


def test_a_version_is_no_time_to_count_from() -> None:
    with pytest.raises(MomentError, match="'v3' is a version"):
        instant("v3", now=NOW)


def test_a_datetime_without_a_zone_is_refused() -> None:
    with pytest.raises(MomentError, match="no time zone"):
        aware(datetime(2026, 1, 3))  # noqa: DTZ001

    assert aware(datetime(2026, 1, 3, 2, tzinfo=timezone(timedelta(hours=2)))) == datetime(2026, 1, 3, tzinfo=UTC)
