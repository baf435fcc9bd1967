"""Numbers of a plan in words."""

from __future__ import annotations

import pytest

from crawler.cli.figures import about, amount, per_hour


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, "0"), (1.44e-6, "less than 0.01"), (0.01234, "0.01234"), (19.25, "19.25"), (999.4, "999.4"),
        (999.96, "1,000"), (72308.4, "72,308"), (1.2e9, "1,200,000,000"),
    ],
)  # fmt: skip
def test_an_amount_has_four_digits_or_all_before_the_point(number: float, told: str) -> None:
    assert amount(number) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.2, "1s"), (59.6, "1m"), (75.4, "1m15s"), (3599.7, "1h"), (4512, "1h15m"), (86399, "1d"), (91234, "1d1h"),
        (366639, "4d6h"), (49_999_980, "more than a year"),
    ],
)  # fmt: skip
def test_a_span_has_its_two_largest_units_rounded(seconds: float, told: str) -> None:
    assert about(seconds) == told


@pytest.mark.parametrize(
    ("rate", "told"),
    [(3600.0, "3,600/h"), (0.25, "0.25/h"), (0.005, "once in 8d8h"), (1.44e-6, "less than once a year"),
     (0.0, "less than once a year")],
)  # fmt: skip
def test_what_comes_seldom_is_told_by_how_seldom(rate: float, told: str) -> None:
    assert per_hour(rate) == told
