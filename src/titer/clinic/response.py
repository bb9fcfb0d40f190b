"""Response of myeloma to treatment, read from the serum M-protein at visits.

`ResponseTracker` is the one definition: it is shown a visit at a time, for all patients at once, and so serves both the
course of a cohort (which must know about progression as it happens) and stored time courses (`respond`).
The criteria are data in `titer.library.rules.imwg`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.errors import InputError
from titer.model.declare import Source

ROUNDING = 1e-9  # relative slack of every limit, so that 2.3 of 23 g/L is a 90% fall


class Response(IntEnum):
    """Categories in order, so that the better of two is the larger."""

    NOT_EVALUABLE = 0
    PROGRESSION = 1
    STABLE = 2
    MINOR = 3
    PARTIAL = 4
    VERY_GOOD_PARTIAL = 5
    COMPLETE = 6


@dataclass(frozen=True)
class ResponseCriteria:
    """Limits of response and progression.

    Args:
        minor_fall, partial_fall, very_good_fall: fraction of the baseline lost.
        complete_below: g/L, stands in for a negative immunofixation (an assumption).
        rise, rise_absolute: progression needs both, fraction and g/L above the nadir.
        large_rise, large_rise_from: g/L; where the nadir is `large_rise_from` or more, a rise by `large_rise` is
            enough.
        nadir: "lowest" value so far, or lowest "confirmed" value (the higher of two consecutive ones).
        wording, source: of the progression rule.
    """

    name: str
    minor_fall: float
    partial_fall: float
    very_good_fall: float
    complete_below: float
    rise: float
    rise_absolute: float
    large_rise: float
    large_rise_from: float
    nadir: Literal["lowest", "confirmed"]
    wording: str
    source: Source


@dataclass(frozen=True)
class ResponseResult:
    """What a time course amounts to. Every array has shape (n_patients,); days are NaN where it did not happen.

    Args:
        best: best response before progression (`Response` codes).
        response_day: first visit of the pair that confirmed a partial response or better.
        progression_day: first visit of the pair that confirmed progression.
        progression_seen_day: visit at which progression became known.
        last_day: last assessment.
        nadir: lowest value seen before progression, g/L.
    """

    best: NDArray[np.int8]
    response_day: NDArray
    progression_day: NDArray
    progression_seen_day: NDArray
    last_day: NDArray
    nadir: NDArray


class ResponseTracker:
    """Follows the response of many patients, one visit at a time.

    A response and a progression count once the next assessment agrees (`confirm=True`); they then carry the day of the
    first of the two. Missing assessments (NaN) are skipped: consecutive means consecutive among those made.

    Args:
        n_patients: how many.
        criteria: e.g. IMWG_2016.
        confirm: whether a second assessment is needed.
    """

    def __init__(self, n_patients: int, criteria: ResponseCriteria, *, confirm: bool = True) -> None:
        self.criteria, self.confirm = criteria, confirm
        nothing = np.full(n_patients, np.nan)
        self.baseline, self.previous, self.lowest, self.nadir = (nothing.copy() for _ in range(4))
        self.previous_day, self.response_day, self.progression_day, self.progression_seen_day, self.last_day = (
            nothing.copy() for _ in range(5)
        )
        self.previous_category = np.full(n_patients, Response.NOT_EVALUABLE, np.int8)
        self.best = np.full(n_patients, Response.NOT_EVALUABLE, np.int8)

    def assess(self, day: float, m_protein: ArrayLike) -> NDArray[np.bool_]:
        """Show one visit.

        Args:
            day: of the visit; later than those before.
            m_protein: serum M-protein, g/L, NaN where not measured. Shape (n_patients,). A patient's first value is the
                baseline.

        Returns:
            Whose progression became known at this visit. Shape (n_patients,).
        """
        value = np.asarray(m_protein, float)
        measured = ~np.isnan(value) & np.isnan(self.progression_day)
        first = measured & np.isnan(self.baseline)
        later = measured & ~first
        category = self._category(value)
        progressed = self._progressions(day, later, category)
        self._responses(day, later & ~progressed, category)
        self._remember(day, first, later, value, category)
        return progressed

    def result(self) -> ResponseResult:
        """What has been seen so far."""
        best = self.best.copy()
        best[(best == Response.NOT_EVALUABLE) & ~np.isnan(self.progression_day)] = Response.PROGRESSION
        return ResponseResult(
            best,
            self.response_day.copy(),
            self.progression_day.copy(),
            self.progression_seen_day.copy(),
            self.last_day.copy(),
            self.nadir.copy(),
        )

    def _category(self, value: NDArray) -> NDArray[np.int8]:
        limits = self.criteria
        category = np.full(value.shape, Response.STABLE, np.int8)
        for fall, response in (
            (limits.minor_fall, Response.MINOR),
            (limits.partial_fall, Response.PARTIAL),
            (limits.very_good_fall, Response.VERY_GOOD_PARTIAL),
        ):
            category[value <= (1 - fall) * self.baseline * (1 + ROUNDING)] = response
        category[(value < limits.complete_below) & (category >= Response.PARTIAL)] = Response.COMPLETE
        category[self._is_progression(value)] = Response.PROGRESSION
        return category

    def _is_progression(self, value: NDArray) -> NDArray[np.bool_]:
        limits, least = self.criteria, 1 - ROUNDING
        increase = value - self.lowest
        both = (increase >= limits.rise * self.lowest * least) & (increase >= limits.rise_absolute * least)
        large = (self.lowest >= limits.large_rise_from * least) & (increase >= limits.large_rise * least)
        return both | large

    def _progressions(self, day: float, later: NDArray, category: NDArray) -> NDArray[np.bool_]:
        progressed = later & (category == Response.PROGRESSION)
        if self.confirm:
            progressed &= self.previous_category == Response.PROGRESSION
        self.progression_day[progressed] = self.previous_day[progressed] if self.confirm else day
        self.progression_seen_day[progressed] = day
        return progressed

    def _responses(self, day: float, later: NDArray, category: NDArray) -> None:
        held = category.copy()
        if self.confirm:
            np.minimum(held, self.previous_category, out=held)
        held[later & (category != Response.PROGRESSION) & (held < Response.STABLE)] = Response.STABLE
        counts = later & (held >= Response.STABLE)
        self.best[counts] = np.maximum(self.best, held)[counts]
        responds = counts & (held >= Response.PARTIAL) & np.isnan(self.response_day)
        self.response_day[responds] = self.previous_day[responds] if self.confirm else day

    def _remember(self, day: float, first: NDArray, later: NDArray, value: NDArray, category: NDArray) -> None:
        self.baseline[first] = self.lowest[first] = self.nadir[first] = value[first]
        held = np.maximum(value, self.previous) if self.criteria.nadir == "confirmed" else value
        self.lowest[later] = np.minimum(self.lowest, held)[later]
        self.nadir[later] = np.minimum(self.nadir, value)[later]
        seen = first | later
        self.previous[seen], self.previous_day[seen], self.last_day[seen] = value[seen], day, day
        # The baseline confirms nothing: a response needs two assessments after it.
        self.previous_category[later] = category[later]


def respond(
    days: ArrayLike, m_protein: ArrayLike, criteria: ResponseCriteria, *, confirm: bool = True
) -> ResponseResult:
    """Best response and progression of each patient, from the serum M-protein at visits.

    Args:
        days: increasing, day. Shape (n_visits,). The first measured value of a patient is the baseline.
        m_protein: g/L; NaN where not measured. Shape (n_patients, n_visits).
        criteria: e.g. IMWG_2016.
        confirm: whether two consecutive assessments must agree.

    Returns:
        Arrays of shape (n_patients,).

    Raises:
        InputError: shapes do not fit, days do not increase, or a value is negative or infinite.

    Accuracy: limits carry a relative slack of 1e-9 against rounding.
    Source: the criteria's.

    Example:
        >>> from titer.library.rules.imwg import IMWG_2016
        >>> result = respond([0, 28, 56, 84, 112], [[40, 18, 17, 24, 25]], IMWG_2016)
        >>> Response(result.best[0]).name, result.response_day, result.progression_day
        ('PARTIAL', array([28.]), array([84.]))
    """
    day, values = np.asarray(days, float), np.asarray(m_protein, float)
    _check(day, values)
    tracker = ResponseTracker(len(values), criteria, confirm=confirm)
    for visit in range(len(day)):
        tracker.assess(float(day[visit]), values[:, visit])
    return tracker.result()


def _check(day: NDArray, values: NDArray) -> None:
    if values.ndim != 2 or values.shape[1:] != day.shape:
        raise InputError(
            f"M-protein has shape {values.shape} and days {day.shape}", right="(n_patients, n_visits) and (n_visits,)"
        )
    if np.any(np.diff(day) <= 0):
        raise InputError("days of visits do not increase", right="each visit later than the one before")
    bad = np.argwhere((values < 0) | np.isinf(values))
    if len(bad):
        patient, visit = map(int, bad[0])
        raise InputError(
            f"M-protein is {values[patient, visit]:g} g/L",
            where=f"patient {patient}, day {day[visit]:g}",
            right="0 g/L or more; NaN where it was not measured",
        )
