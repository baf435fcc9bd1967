"""What a look at a page is worth: the archive index and its parts, for many pages at once. Pure.

An archive wants every revision of an update, also those that are soon overwritten. One that appears while nobody
looks is lost if it is overwritten before the next look; the longer it waits to be seen, the later it is known. Of one
event that has waited for ``a`` seconds that is

    risk(a) = sum_i rho_i*delta_i*a*exp(-delta_i*a) + kappa*a

with shares ``rho_i`` that are overwritten, at the hazards ``delta_i`` (``losses``: as is usual, or of each page's
newsroom, ``pipelines.lifetimes``). What is expected of a page is a rate that is
steady, and rates that fade since its last look, what has begun by then: a burst, edits of new updates. So ``u`` later

    r(s) = steady + sum_k fading_k*exp(-s/F_k)          expected events per second, s after the last look
    L(u) = integral of r(s), 0 <= s <= u                expected unseen events
    I(u) = weight * integral of r(s)*risk(u - s)

``I`` is an index in Whittle's sense: looking wherever it passes one price spends a budget where it brings most. An
event that is known of (a hint) adds its own risk to it. Seconds throughout; rates in events per second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.lifetimes import HAZARDS

from .habits import DELAY, FADES, FLOOR, LOSSES

Number = Any  # a float, or an array of them
Losses = Sequence[tuple[Number, float]]  # (share, hazard) of each kind
Floats = NDArray[np.float64]
SMALL = 1e-3
LONG = 1e9  # seconds: nothing is different after that


class Expected(NamedTuple):
    """Of n pages, or of one: ``steady`` (n), ``fading`` (n, 3), events per second at the time of the last look."""

    steady: Floats
    fading: Floats


def risk(age: Number, losses: Losses = LOSSES) -> Number:
    """Of one known event that nobody has looked at for ``age``."""
    cost = DELAY * age
    for share, hazard in losses:
        x = hazard * age
        cost = cost + share * x * np.exp(-x)
    return cost


def loss(u: Number, losses: Losses = LOSSES, delay: float = DELAY) -> Number:
    """The integral of ``risk`` over 0 to ``u``: what one event a second costs over such a gap."""
    cost = delay * u * u / 2
    for share, hazard in losses:
        x = hazard * u
        cost = cost + share / hazard * (1 - np.exp(-x) * (1 + x))
    return cost


def loss_of_fading(u: Number, fades: float, losses: Losses = LOSSES, delay: float = DELAY) -> Number:
    """The same of a rate that is 1 a second at the last look and fades: of exp(-s/fades)*risk(u - s)."""
    left = np.exp(-u / fades)
    cost = delay * fades * (u - fades * (1 - left))
    for share, hazard in losses:
        x = (hazard - 1 / fades) * u
        small = np.abs(x) < SMALL  # the series, where the difference of two equal numbers would be left
        whole = (left - np.exp(-hazard * u) * (1 + x)) / np.where(small, 1.0, x) ** 2
        cost = cost + share * hazard * u * u * np.where(small, left * (0.5 - x / 3), whole)
    return cost


def unseen(of: Expected, u: Number) -> Number:
    """``L``."""
    count = of.steady * u
    for k, fades in enumerate(FADES):
        count = count - of.fading[..., k] * fades * np.expm1(-u / fades)
    return np.maximum(count, 0.0)


def index(of: Expected, u: Number, weight: Number = 1.0, losses: Losses = LOSSES) -> Number:
    """``I``; 0 where no time has passed."""
    u = np.clip(u, 0.0, LONG)
    cost = of.steady * loss(u, losses)
    for k, fades in enumerate(FADES):
        cost = cost + of.fading[..., k] * loss_of_fading(u, fades, losses)
    return weight * np.maximum(cost, 0.0)


GRID = np.geomspace(1.0, 1e8, 4096)  # seconds, half a per cent apart


def _costs(losses: Losses, delay: float) -> Floats:
    """(grid, parts): of a steady rate of one, and of each that fades."""
    fading = (loss_of_fading(GRID, fades, losses, delay) for fades in FADES)
    return np.stack([loss(GRID, losses, delay), *fading], axis=1)


_COSTS, _DELAYS = _costs(LOSSES, DELAY), _costs((), DELAY)
_OVERWRITTEN = np.concatenate([_costs(((1.0, hazard),), 0.0) for hazard in HAZARDS], axis=1)  # (grid, kinds * parts)
_COUNTS = np.stack([GRID, *(-fades * np.expm1(-GRID / fades) for fades in FADES)], axis=1)


def interval(of: Expected, price: Number, floor: float, least: Floats, most: Floats,
             shares: NDArray[Any] | None = None) -> Floats:  # fmt: skip
    """How long after a look ``I`` reaches the price and ``L`` the floor, within these bounds. By bisection on the grid:
    of a burst, whose worth may fall again, it may be a later time. ``shares`` (n, kinds): of each page's newsroom."""
    parts = np.concatenate([of.steady[:, None], of.fading], axis=1)
    costs = _COSTS if shares is None else _DELAYS
    lost = None if shares is None else (shares[:, :, None] * parts[:, None, :]).reshape(-1, _OVERWRITTEN.shape[1])
    low, high = np.searchsorted(GRID, least, side="right") - 1, np.searchsorted(GRID, most)
    low, high = np.maximum(low, 0), np.minimum(high, len(GRID) - 1)
    for _ in range(len(GRID).bit_length()):
        at = (low + high) // 2
        cost = np.einsum("nk,nk->n", parts, costs[at])
        if lost is not None:
            cost += np.einsum("nk,nk->n", lost, _OVERWRITTEN[at])
        reached = (cost >= price) & (np.einsum("nk,nk->n", parts, _COUNTS[at]) >= floor)
        low, high = np.where(reached, low, np.minimum(at + 1, high)), np.where(reached, at, high)
    found: Floats = np.clip(GRID[high], least, most)
    return found


def least_price(shortest: float, floor: float = FLOOR) -> float:
    """The price at which nothing but ``shortest`` and ``floor`` bind: a lower one would only drift away."""
    return float(floor / shortest * loss(shortest))
