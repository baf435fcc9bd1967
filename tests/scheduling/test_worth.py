"""The index against the integrals that it is."""

from __future__ import annotations

import numpy as np
import pytest

from crawler.schedule.habits import FADES, HOUR, LOSSES
from crawler.schedule.worth import GRID, Expected, index, interval, loss, loss_of_fading, risk, unseen
from pipelines.lifetimes import HAZARDS, USUAL

SPANS = [1.0, 59.0, 240.0, 1500.0, 7200.0, 86_400.0]


def one(steady: float, *fading: float) -> Expected:
    return Expected(np.array([steady]), np.array([fading or (0.0,) * len(FADES)]))


def integral(values: np.ndarray, steps: np.ndarray) -> float:  # type: ignore[type-arg]
    return float(np.trapezoid(values, steps))


@pytest.mark.parametrize("u", SPANS)
def test_loss_is_the_risk_of_all_that_came(u: float) -> None:
    ages = np.linspace(0, u, 20_001)

    assert loss(u) == pytest.approx(integral(risk(ages), ages), rel=1e-4)


@pytest.mark.parametrize("fades", [*FADES, *(1 / hazard for _, hazard in LOSSES), 1 / LOSSES[0][1] * 1.0001])
@pytest.mark.parametrize("u", SPANS)
def test_loss_of_what_fades_is_that_too_also_where_both_are_as_quick(u: float, fades: float) -> None:
    at = np.linspace(0, u, 200_001)

    assert loss_of_fading(u, fades) == pytest.approx(integral(np.exp(-at / fades) * risk(u - at), at), rel=1e-3)


def test_a_burst_that_fades_is_worth_less_than_a_rate_that_stays() -> None:
    stays, burst, lull = one(0.002), one(0.001, 0.001, 0.0, 0.0), one(0.002, -0.002, 0.0, 0.0)

    assert index(stays, 3600.0)[0] > index(burst, 3600.0)[0] > index(one(0.001), 3600.0)[0]
    assert 0 <= index(lull, 60.0)[0] < index(stays, 60.0)[0]
    assert unseen(burst, 1e9)[0] == pytest.approx(1e6 + 0.001 * FADES[0], rel=1e-6)


def test_nothing_is_worth_less_than_nothing() -> None:
    assert index(one(1e-9, -1.0, -1.0, -1.0), 600.0)[0] == 0
    assert index(one(1.0), 0.0)[0] == 0
    assert np.isfinite(index(one(1.0, 1.0, 1.0, 1.0), np.array([1e-12, 1e12, np.inf]))).all()


@pytest.mark.parametrize("rate", [0.2, 3.0, 40.0])
@pytest.mark.parametrize("price", [0.01, 0.3, 5.0])
def test_an_interval_ends_where_the_index_reaches_the_price(rate: float, price: float) -> None:
    of, bounds = one(rate / HOUR, rate / HOUR, 0.0, 0.0), (np.array([30.0]), np.array([1e7]))
    found = float(interval(of, price, 0.0, *bounds)[0])

    assert index(of, found)[0] >= price
    assert found == 30.0 or index(of, found * 0.99)[0] < price


@pytest.mark.parametrize("shares", [(0.5, 0.3, 0.0, 0.0), (0.0, 0.0, 0.1, 0.3), (0.0,) * 4])
@pytest.mark.parametrize("price", [0.01, 0.3, 5.0])
def test_it_does_so_for_each_newsroom_too(shares: tuple[float, ...], price: float) -> None:
    of = Expected(np.full(2, 3.0 / HOUR), np.full((2, len(FADES)), 1.0 / HOUR))
    both = np.array([shares, USUAL])
    losses = tuple(zip(both.T, HAZARDS, strict=True))
    found = interval(of, price, 0.0, np.full(2, 30.0), np.full(2, 1e7), both)

    assert (index(of, found, 1.0, losses) >= price * (1 - 1e-9)).all()
    assert ((found == 30.0) | (index(of, found * 0.99, 1.0, losses) < price)).all()
    assert found[1] == pytest.approx(interval(of, price, 0.0, np.full(2, 30.0), np.full(2, 1e7))[1], rel=1e-9)


def test_bounds_hold_whatever_the_price() -> None:
    of = Expected(np.full(3, 1e-3), np.zeros((3, len(FADES))))
    least, most = np.array([45.0, 60.0, 1e9]), np.array([46.0, 7200.0, 1e12])

    assert interval(of, 1e12, 0.0, least, most)[:2].tolist() == [46.0, 7200.0]
    assert (interval(of, 0.0, 0.0, least, most) == least).all()
    assert (interval(of, 0.0, 0.5, least, most) >= least).all()
    assert GRID[0] == 1.0
