"""When patients enter, and when those leave who leave for reasons of their own."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.patients.streams import exponential

DAYS_PER_MONTH = 365.25 / 12
DAYS_PER_YEAR = 365.25


def rate_for(patients: int, duration_month: float, ramp_up_month: float) -> float:
    """Patients per month, after the ramp, so that the planned number is expected in the given time.

    Example:
        >>> rate_for(240, 12, 0.0), rate_for(240, 13, 2.0)
        (20.0, 20.0)
    """
    ramp = min(ramp_up_month, duration_month)
    return (
        patients / (ramp**2 / (2 * ramp_up_month) + duration_month - ramp)
        if ramp_up_month
        else (patients / duration_month)
    )


def entry_days(seed: int, patients: ArrayLike, rate_per_month: float, ramp_up_month: float = 0.0) -> NDArray[np.int64]:
    """Whole days on which patients enter, from the day the study opens.

    A Poisson process whose rate rises linearly to the full one and then stays; the gap before a patient is drawn with
    the patient's own number.

    Args:
        seed: of the study.
        patients: numbers in order of entry. Shape (n_patients,).
        rate_per_month: patients per month once the ramp is over.
        ramp_up_month: how long the rate rises.

    Returns:
        Days from opening, never falling. Shape (n_patients,).

    Accuracy: mean and variance of counts as a Poisson process has them (tests/test_randomisation.py).
    Source: inversion of the cumulative rate, Cinlar 1975, Introduction to Stochastic Processes, section 4.7.

    Example:
        >>> days = entry_days(1, range(1000), 100.0)
        >>> bool(9 < days[-1] / DAYS_PER_MONTH < 11)
        True
    """
    gaps = exponential(seed, np.asarray(patients, np.int64), "accrual", 1)[:, 0]
    expected = np.cumsum(gaps) / rate_per_month  # months at the full rate
    half = ramp_up_month / 2
    in_ramp = expected < half
    months = np.where(in_ramp, np.sqrt(2 * ramp_up_month * np.minimum(expected, half)), expected + half)
    return np.floor(months * DAYS_PER_MONTH).astype(np.int64)


def dropout_days(seed: int, patients: ArrayLike, per_year: ArrayLike) -> NDArray:
    """Day after entry on which each patient leaves, infinite for those who never would.

    Args:
        seed: of the study.
        patients: numbers. Shape (n_patients,).
        per_year: share of those still there who leave within a year. Shape () or (n_patients,).

    Returns:
        Days, at a constant hazard. Shape (n_patients,).

    Example:
        >>> days = dropout_days(1, range(10_000), 0.1)
        >>> round(float((days < DAYS_PER_YEAR).mean()), 2)
        0.1
    """
    hazard = np.broadcast_to(-np.log1p(-np.asarray(per_year, float)) / DAYS_PER_YEAR, np.shape(patients))
    waits = exponential(seed, np.asarray(patients, np.int64), "dropout", 1)[:, 0]
    days = np.full(len(waits), np.inf)
    leaves = hazard > 0
    days[leaves] = waits[leaves] / hazard[leaves]
    return days
