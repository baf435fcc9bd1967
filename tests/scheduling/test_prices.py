"""How the prices of looks move: the one for all by what waits for tokens, a host's by what waits for its turn there."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from crawler.schedule.prices import HOST_RATE, MOST, QUEUE, RATE, STEP, Prices

LEAST = 0.001
NAMES = {"one": 0, "other": 1}


def dispatched(prices: Prices, waiting: int, *, host: int = 0, times: int = 1) -> float:
    """The price of this host after so many looks there were begun while so many others of it waited."""
    for _ in range(times):
        prices.dispatched(np.array([host]), np.array([waiting]))
    return float(prices.hosts[host])


def rounds(prices: Prices, *, short: int, unspent: bool, count: int, begin: float = 0.0) -> float:
    """The price for all after rounds of this kind, one every ten seconds."""
    for number in range(count + 1):
        prices.asked(begin + number * STEP, short=short, unspent=unspent)
    return prices.price


def test_a_host_at_which_a_queue_waits_becomes_dearer_by_one_step_with_each_look() -> None:
    prices = Prices(LEAST)

    assert dispatched(prices, QUEUE + 1) == pytest.approx(1.05)
    assert dispatched(prices, QUEUE + 1, times=9) == pytest.approx(1.05**10)
    assert float(prices.hosts[1]) == 1.0  # its neighbour does not


def test_few_that_wait_are_no_queue_and_a_host_without_one_becomes_cheaper_by_one_step() -> None:
    prices = Prices(LEAST)
    dispatched(prices, QUEUE + 1, times=10)

    assert dispatched(prices, QUEUE) == pytest.approx(1.05**9)
    assert dispatched(prices, 0) == pytest.approx(1.05**8)


def test_a_host_costs_no_less_than_others_however_long_nothing_waits_there() -> None:
    prices = Prices(LEAST)

    assert dispatched(prices, 0, times=100) == 1.0
    assert dispatched(prices, QUEUE + 1) == pytest.approx(HOST_RATE)  # nothing has to be made up for first


def test_a_host_at_which_a_queue_waits_for_ever_has_a_highest_price_and_comes_down_from_it_at_once() -> None:
    prices = Prices(LEAST)

    assert dispatched(prices, QUEUE + 1, times=1000) == MOST
    assert dispatched(prices, 0) == pytest.approx(MOST / HOST_RATE)


def test_several_hosts_of_one_round_go_each_its_own_way() -> None:
    prices = Prices(LEAST)
    dispatched(prices, QUEUE + 1, host=1, times=5)
    prices.dispatched(np.array([0, 1]), np.array([QUEUE + 1, QUEUE]))

    assert prices.hosts[:3] == pytest.approx([1.05, 1.05**4, 1.0])


def test_of_hosts_only_prices_that_are_not_at_rest_are_kept_and_a_new_host_costs_what_others_do() -> None:
    prices = Prices(LEAST)
    dispatched(prices, QUEUE + 1, host=1)
    prices.grow(40)

    assert prices.dump(NAMES) == {"other": pytest.approx(1.05)}
    assert len(prices.hosts) >= 40
    assert prices.hosts[2:] == pytest.approx(1.0)


def test_the_price_for_all_rises_while_hosts_wait_for_tokens_and_falls_while_tokens_are_left() -> None:
    prices = Prices(LEAST, 1.0)

    assert rounds(prices, short=QUEUE + 1, unspent=False, count=4) == pytest.approx(exp(4 * RATE))
    assert rounds(prices, short=0, unspent=True, count=3, begin=4 * STEP) == pytest.approx(exp(RATE))


def test_the_price_for_all_stays_where_few_hosts_wait_or_all_tokens_are_spent_and_nothing_waits() -> None:
    prices = Prices(LEAST, 1.0)

    assert rounds(prices, short=QUEUE, unspent=False, count=5) == 1.0


def test_the_price_for_all_is_corrected_every_ten_seconds_however_often_it_is_asked() -> None:
    prices = Prices(LEAST, 1.0)
    for tenth in range(10 * int(STEP)):
        prices.asked(tenth / 10, short=QUEUE + 1, unspent=False)

    assert prices.price == 1.0
    prices.asked(STEP, short=0, unspent=False)  # they did wait since the last correction
    assert prices.price == pytest.approx(exp(RATE))


def test_the_price_for_all_does_not_drift_below_its_least_nor_beyond_its_most() -> None:
    prices = Prices(LEAST)

    assert rounds(prices, short=0, unspent=True, count=500) == LEAST
    assert rounds(prices, short=QUEUE + 1, unspent=False, count=1, begin=500 * STEP) == pytest.approx(
        LEAST * exp(RATE)
    )  # no need to climb back from a millionth of it
    assert rounds(prices, short=QUEUE + 1, unspent=False, count=2000, begin=501 * STEP) == MOST


def test_a_price_that_was_read_from_a_damaged_row_is_within_the_bounds() -> None:
    prices = Prices(LEAST)

    for read, kept in ((float("nan"), LEAST), (float("inf"), LEAST), (-1.0, LEAST), (1e300, MOST), (2.0, 2.0)):
        prices.set(read)
        assert prices.price == kept


def test_a_lower_least_moves_a_price_that_is_at_rest_and_no_other() -> None:
    resting, moved = Prices(LEAST), Prices(LEAST, 1.0)
    for prices in (resting, moved):
        prices.at_least(LEAST / 10)

    assert (resting.price, moved.price) == (LEAST / 10, 1.0)
    assert moved.least == LEAST / 10
