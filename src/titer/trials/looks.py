"""Interim looks: how much of alpha each look spends, where its boundary lies, and what a trial has left to hope for.

Lan and DeMets' spending functions need no fixed times of looks; boundaries follow from the joint normal distribution of
the test at all looks so far, by the recursion of Armitage, McPherson and Rowe.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.errors import InputError, nearest

Spending = Literal["obrien-fleming", "pocock"]
HIGHEST_Z = 12.0  # a boundary beyond this is never crossed
GRID_STEP = 0.03  # of the sum of scores, in standard deviations of the first look
LEAST_SPENT = 1e-14  # alpha below this leaves no boundary to speak of


def spent_alpha(fraction: ArrayLike, alpha: float, spending: Spending) -> NDArray:
    """Alpha that has been spent once a fraction of the information is in.

    Args:
        fraction: of the planned information, above 0; beyond 1 nothing more is spent.
        alpha: of the whole trial, one-sided.
        spending: shape.

    Source: Lan and DeMets 1983, Biometrika 70:659.

    Example:
        >>> spent_alpha([0.5, 1.0], 0.025, "pocock").round(5).tolist()
        [0.0155, 0.025]
    """
    t = np.clip(np.asarray(fraction, float), 1e-12, 1.0)
    if spending == "pocock":
        return alpha * np.log1p((np.e - 1) * t)
    if spending == "obrien-fleming":
        from scipy.special import ndtr, ndtri

        return 2 * ndtr(ndtri(alpha / 2) / np.sqrt(t))
    raise InputError(f"spending '{spending}' is not known", hint=nearest(spending, ("obrien-fleming", "pocock")))


def boundaries(fractions: Sequence[float], alpha: float, spending: Spending) -> NDArray:
    """Efficacy boundaries of the standard normal test at each look, one-sided.

    Args:
        fractions: of the planned information at each look, increasing. The last look spends what is left, also where
            it comes with less (or more) information than planned.
        alpha: of the whole trial, one-sided: half of a two-sided one.
        spending: shape of the spending function.

    Returns:
        z at or above which a look stops for efficacy. Shape (n_looks,).

    Raises:
        InputError: fractions that do not increase, or alpha outside (0, 0.5).

    Accuracy: within 0.001 of the tables of Reboussin et al. 2000 for five equal looks (tests/test_statistics.py).
    Source: Armitage, McPherson and Rowe 1969, J R Stat Soc A 132:235; Lan and DeMets 1983, Biometrika 70:659.

    Example:
        >>> boundaries([1.0], 0.025, "pocock").round(3).tolist()
        [1.96]
        >>> boundaries([0.2, 0.4, 0.6, 0.8, 1.0], 0.025, "obrien-fleming").round(2).tolist()
        [4.88, 3.36, 2.68, 2.29, 2.03]
    """
    t = np.asarray(fractions, float)
    if not len(t) or t[0] <= 0 or (np.diff(t) <= 0).any() or not 0 < alpha < 0.5:
        raise InputError(
            f"looks at {t.tolist()} with alpha {alpha}", right="increasing fractions above 0, alpha below 0.5"
        )
    to_spend = np.diff([0.0, *spent_alpha(t[:-1], alpha, spending), alpha])
    from scipy.special import ndtri

    limits, density, grid = [], np.ones(1), np.zeros(1)
    for look, now in enumerate(t):
        step = now - (t[look - 1] if look else 0.0)
        if look == 0:
            limit = min(float(-ndtri(max(to_spend[0], LEAST_SPENT))), HIGHEST_Z)
        else:
            limit = _limit_that_spends(to_spend[look], grid, density, step, now)
        limits.append(limit)
        grid, density = _still_going(grid, density, step, limit * np.sqrt(now), np.sqrt(t[0]), first=look == 0)
    return np.array(limits)


def _limit_that_spends(alpha: float, grid: NDArray, density: NDArray, step: float, now: float) -> float:
    """The z that is crossed for the first time at this look with probability alpha."""
    from scipy.optimize import brentq
    from scipy.special import ndtr

    def crossed(z: float) -> float:
        return float((density * ndtr((grid - z * np.sqrt(now)) / np.sqrt(step))).sum()) - alpha

    if alpha < LEAST_SPENT or crossed(HIGHEST_Z) >= 0:
        return HIGHEST_Z
    return float(brentq(crossed, -HIGHEST_Z, HIGHEST_Z, xtol=1e-10))


def _still_going(
    grid: NDArray, density: NDArray, step: float, highest: float, unit: float, *, first: bool
) -> tuple[NDArray, NDArray]:
    """Distribution of the sum of scores among trials that have crossed no boundary, as weights on a grid."""
    lowest = (0.0 if first else float(grid[0])) - 8 * np.sqrt(step)
    edge = min(highest, (0.0 if first else float(grid[-1])) + 8 * np.sqrt(step))
    n = int(np.ceil((edge - lowest) / (GRID_STEP * min(unit, np.sqrt(step))))) | 1
    n = min(max(n, 401), 6001) | 1
    points = np.linspace(lowest, edge, n)
    weights = np.full(n, 2.0)
    weights[1::2], weights[0], weights[-1] = 4.0, 1.0, 1.0
    weights *= (points[1] - points[0]) / 3
    spread = np.sqrt(step)
    gaps = (points[:, None] - grid[None, :]) / spread
    values = (np.exp(-0.5 * gaps**2) / (spread * np.sqrt(2 * np.pi))) @ density
    return points, values * weights


def conditional_power(z: float, fraction: float, final_boundary: float) -> float:
    """Chance of crossing the last boundary if the trend seen so far goes on.

    Args:
        z: of the test now, positive in favour of the arm.
        fraction: of the information that is in, between 0 and 1.
        final_boundary: z needed at the end.

    Source: Lan and Wittes 1988, Biometrics 44:579 (B-value).

    Example:
        >>> round(conditional_power(0.0, 0.5, 1.96), 4), round(conditional_power(2.0, 0.5, 1.96), 3)
        (0.0028, 0.89)
    """
    from scipy.special import ndtr

    expected = z / np.sqrt(fraction)
    return float(ndtr((expected - final_boundary) / np.sqrt(1 - fraction)))
