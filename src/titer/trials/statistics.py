"""Figures with their uncertainty: fractions, means, Kaplan-Meier curves and paired differences.

All intervals are 95%. They say how far a figure would move with other virtual patients drawn from the same population;
they say nothing about how well the typical parameters are known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from titer.patients.streams import uniform

Floats = NDArray[np.float64]
Z95 = 1.959963984540054  # two-sided 95% point of the normal distribution
HALF = 0.5 * (1 + 1e-9)  # a product of steps that should be one half may come out a rounding above it
BLOCK = 4_000_000  # resampled weights in memory at once


@dataclass(frozen=True)
class Figure:
    """A value with its 95% interval. `nan` stands for what could not be estimated (a median not reached)."""

    value: float
    low: float
    high: float

    def as_json(self) -> dict[str, float | None]:
        """Plain numbers; None where there is no finite value."""
        return {name: _finite(getattr(self, name)) for name in ("value", "low", "high")}


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def fraction(flags) -> Figure:
    """Share of patients with the property, with Wilson's interval.

    Args:
        flags: true where the patient has it. Shape (n_patients,).

    Source: Wilson 1927, J Am Stat Assoc 22:209.

    Example:
        >>> fraction([True, False, False, False]).value
        0.25
    """
    flags = np.asarray(flags, bool)
    n = len(flags)
    if n == 0:
        return Figure(np.nan, np.nan, np.nan)
    share = float(flags.mean())
    centre = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 * np.sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2)) / (1 + Z95**2 / n)
    return Figure(share, float(centre - half) if share > 0 else 0.0, float(centre + half) if share < 1 else 1.0)


def exact_fraction(count: int, n: int) -> Figure:
    """Share of n with the property, with the exact interval of Clopper and Pearson.

    Args:
        count: how many have it.
        n: of how many.

    Accuracy: SciPy's binomial test, inverted; covers at least 95% whatever the true share.
    Source: Clopper and Pearson 1934, Biometrika 26:404.

    Example:
        >>> figure = exact_fraction(0, 10)
        >>> figure.value, figure.low, round(figure.high, 4)
        (0.0, 0.0, 0.3085)
    """
    if n == 0:
        return Figure(np.nan, np.nan, np.nan)
    from scipy.stats import binomtest

    interval = binomtest(count, n).proportion_ci(0.95, method="exact")
    return Figure(count / n, float(interval.low), float(interval.high))


def share_difference(flags, reference) -> Figure:
    """Difference of two shares in different patients, with Newcombe's interval.

    Args:
        flags: true where a patient of the arm has the property. Shape (n_patients,).
        reference: the same of the reference arm, with other patients.

    Source: Newcombe 1998, Stat Med 17:873, method 10.

    Example:
        >>> figure = share_difference([True] * 56 + [False] * 14, [True] * 48 + [False] * 32)
        >>> round(figure.value, 4), round(figure.low, 4), round(figure.high, 4)
        (0.2, 0.0524, 0.3339)
    """
    ours, theirs = fraction(flags), fraction(reference)
    difference = ours.value - theirs.value
    down = np.hypot(ours.value - ours.low, theirs.high - theirs.value)
    up = np.hypot(ours.high - ours.value, theirs.value - theirs.low)
    return Figure(difference, float(difference - down), float(difference + up))


def share_test(flags, treated, strata=None) -> tuple[float, float, str]:
    """Test of two shares: Cochran-Mantel-Haenszel over strata, with one stratum Fisher's exact test.

    Args:
        flags: true where a patient has the property. Shape (n_patients,).
        treated: true in the arm that is tested.
        strata: code of each patient's stratum; None for one.

    Returns:
        Standard normal (positive where more of the treated have it), two-sided p, and why there is none ("" where there
        is one).

    Source: Mantel and Haenszel 1959, J Natl Cancer Inst 22:719, through statsmodels, without continuity correction.

    Example:
        >>> z, p, reason = share_test([1, 1, 1, 1, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0, 0])
        >>> round(p, 4), reason
        (0.0286, '')
    """
    flags, treated = np.asarray(flags, bool), np.asarray(treated, bool)
    if not len(flags) or treated.all() or not treated.any():
        return np.nan, np.nan, "one arm has no patients"
    if flags.all() or not flags.any():
        return np.nan, np.nan, "all patients are alike"
    codes = np.zeros(len(flags), np.int64) if strata is None else np.asarray(strata, np.int64)
    tables = [_two_by_two(flags[codes == code], treated[codes == code]) for code in np.unique(codes)]
    more = sum(_more_than_expected(table) for table in tables)
    if len(tables) == 1:
        from scipy.special import ndtri
        from scipy.stats import fisher_exact

        p = min(float(fisher_exact(tables[0]).pvalue), 1.0)
        return float(np.sign(more) * -ndtri(p / 2)), p, ""
    tables = [table for table in tables if table.sum(axis=0).all() and table.sum(axis=1).all()]
    if not tables:
        return np.nan, np.nan, "in no stratum do patients differ within and between arms"
    from statsmodels.stats.contingency_tables import StratifiedTable

    found = StratifiedTable([table.astype(float) for table in tables]).test_null_odds(correction=False)
    return float(np.sign(more) * np.sqrt(found.statistic)), float(found.pvalue), ""


def _two_by_two(flags: NDArray[np.bool_], treated: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rows: treated, reference; columns: with, without the property."""
    cells = [(flags & treated), (~flags & treated), (flags & ~treated), (~flags & ~treated)]
    return np.array([int(cell.sum()) for cell in cells]).reshape(2, 2)


def _more_than_expected(table: NDArray[np.int64]) -> float:
    return float(table[0, 0] - table[0].sum() * table[:, 0].sum() / max(table.sum(), 1))


def mean(values, *, lowest: float = -np.inf, highest: float = np.inf) -> Figure:
    """Mean over the patients that have a value, with the normal interval, kept within what is possible.

    Example:
        >>> mean([1.0, 2.0, 3.0]).value
        2.0
    """
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return Figure(np.nan, np.nan, np.nan)
    centre = float(values.mean())
    half = Z95 * float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else np.nan
    return Figure(centre, max(centre - half, lowest), min(centre + half, highest))


@dataclass(frozen=True)
class SurvivalCurve:
    """Kaplan-Meier estimate: at each time the fraction without event, its band, and how many are still at risk.

    The band is NaN where the curve has come down to 0, where its variance is not defined.
    """

    time: Floats
    survival: Floats
    low: Floats
    high: Floats
    at_risk: Floats

    def median(self) -> Figure:
        """First time at which the curve is at or below one half, with Brookmeyer and Crowley's interval."""
        return Figure(*(self._first_at_half(curve) for curve in (self.survival, self.low, self.high)))

    def _first_at_half(self, curve: Floats) -> float:
        below = np.flatnonzero(curve <= HALF)
        return float(self.time[below[0]]) if len(below) else np.nan


def kaplan_meier(time, event) -> SurvivalCurve:
    """Kaplan-Meier curve with the log-log band (Kalbfleisch and Prentice 1980; Greenwood's variance).

    Args:
        time: time to event or censoring. Shape (n_patients,).
        event: true where the event happened.

    Accuracy: equal to scipy.stats.ecdf to 12 digits (tests/test_statistics.py).

    Example:
        >>> kaplan_meier([1.0, 2.0, 3.0, 4.0], [1, 1, 1, 1]).median().value
        2.0
    """
    time, event = np.asarray(time, float), np.asarray(event, bool)
    moments = np.unique(time)
    deaths = np.bincount(np.searchsorted(moments, time[event]), minlength=len(moments))
    at_risk = len(time) - np.searchsorted(np.sort(time), moments, side="left")
    survival: Floats = np.cumprod(1 - deaths / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(deaths / (at_risk * (at_risk - deaths)))
        width = Z95 * np.sqrt(variance) / np.log(survival)
        low, high = survival ** np.exp(-width), survival ** np.exp(width)
    certain = survival >= 1
    low, high = np.where(certain, 1.0, low), np.where(certain, 1.0, high)
    return SurvivalCurve(moments, survival, low, high, at_risk.astype(float))


def paired_difference(values, reference) -> Figure:
    """Mean of the patient-by-patient differences, with the normal interval.

    The same virtual patients stand on both sides, so most of the spread between patients cancels.

    Example:
        >>> paired_difference([2.0, 3.0, 5.0], [1.0, 2.0, 4.0])
        Figure(value=1.0, low=1.0, high=1.0)
    """
    return mean(np.asarray(values, float) - np.asarray(reference, float))


def paired_share_difference(flags, reference) -> Figure:
    """Difference of two shares in the same patients, with the interval of Agresti and Min.

    The interval adds half a patient to each cell of the two-by-two table, so that it does not shrink to nothing where
    no patient differs.

    Source: Agresti and Min 2005, Stat Med 24:729.

    Example:
        >>> figure = paired_share_difference([True, True, False, False], [True, False, False, False])
        >>> figure.value, round(figure.low, 2), round(figure.high, 2)
        (0.25, -0.28, 0.61)
    """
    flags, reference = np.asarray(flags, bool), np.asarray(reference, bool)
    n = len(flags)
    if n == 0:
        return Figure(np.nan, np.nan, np.nan)
    gained, lost = int((flags & ~reference).sum()), int((~flags & reference).sum())
    centre = (gained - lost) / (n + 2)
    variance = ((gained + lost + 1) - (gained - lost) ** 2 / (n + 2)) / (n + 2) ** 2
    half = Z95 * float(np.sqrt(variance))
    return Figure((gained - lost) / n, max(-1.0, centre - half), min(1.0, centre + half))


def median_difference(time, event, reference_time, reference_event, *, seed: int, resamples: int = 400) -> Figure:
    """Difference of two Kaplan-Meier medians on the same patients; the interval resamples patients in pairs.

    Returns:
        The difference; `nan` bounds where a median is not reached in more than 2.5% of the resamples.

    Source: percentile bootstrap, Efron 1979, Ann Stat 7:1.
    """
    value = kaplan_meier(time, event).median().value - kaplan_meier(reference_time, reference_event).median().value
    n, parts = len(time), []
    sides = [_ranked(time, event), _ranked(reference_time, reference_event)]
    for begin in range(0, resamples, rows := max(1, BLOCK // max(n, 1))):
        numbers = np.arange(begin, min(begin + rows, resamples))
        draws = (uniform(seed, numbers, "bootstrap", n) * n).astype(np.int64)
        parts.append(np.array([_median_of(*sides[0], row) - _median_of(*sides[1], row) for row in draws]))
    differences = np.concatenate(parts)
    if np.isnan(differences).mean() > 0.025:
        return Figure(value, np.nan, np.nan)
    low, high = np.nanquantile(differences, [0.025, 0.975])
    return Figure(value, float(low), float(high))


def _ranked(time, event) -> tuple[NDArray[np.int64], Floats, NDArray[np.bool_]]:
    """Place of each patient among the distinct (time, event) pairs in order, and those pairs.

    Events come before censorings at equal times. Patients share few visit days, so a resample is a count of places.
    """
    pairs = np.stack([np.asarray(time, float), ~np.asarray(event, bool)])
    distinct, places = np.unique(pairs, axis=1, return_inverse=True)
    return places.reshape(-1), distinct[0], distinct[1] == 0


def _median_of(places: NDArray[np.int64], time: Floats, event: NDArray[np.bool_], drawn: NDArray[np.int64]) -> float:
    """Kaplan-Meier median of the patients drawn; NaN where it is not reached."""
    count = np.bincount(places[drawn], minlength=len(time))
    at_risk = np.cumsum(count[::-1])[::-1]
    survival = np.cumprod(1 - np.where(event, count / np.maximum(at_risk, 1), 0.0))
    reached = np.flatnonzero(survival <= HALF)
    return float(time[reached[0]]) if len(reached) else np.nan
