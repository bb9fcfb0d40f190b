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
    for begin in range(0, resamples, rows := max(1, BLOCK // max(n, 1))):
        numbers = np.arange(begin, min(begin + rows, resamples))
        draws = (uniform(seed, numbers, "bootstrap", n) * n).astype(np.int64)
        weights = np.stack([np.bincount(row, minlength=n) for row in draws])
        ours, theirs = (
            _weighted_medians(*pair, weights) for pair in ((time, event), (reference_time, reference_event))
        )
        parts.append(ours - theirs)
    differences = np.concatenate(parts)
    if np.isnan(differences).mean() > 0.025:
        return Figure(value, np.nan, np.nan)
    low, high = np.nanquantile(differences, [0.025, 0.975])
    return Figure(value, float(low), float(high))


def _weighted_medians(time, event, weights) -> Floats:
    """Kaplan-Meier median for each row of patient weights; events come before censorings at equal times."""
    time, event = np.asarray(time, float), np.asarray(event, bool)
    order = np.lexsort((~event, time))
    sorted_weights = weights[:, order].astype(float)
    at_risk = np.cumsum(sorted_weights[:, ::-1], axis=1)[:, ::-1]
    steps = np.where(event[order], sorted_weights / np.maximum(at_risk, 1), 0.0)
    survival = np.cumprod(1 - steps, axis=1)
    first = np.argmax(survival <= HALF, axis=1)
    reached = survival[:, -1] <= HALF
    return np.where(reached, time[order][first], np.nan)
