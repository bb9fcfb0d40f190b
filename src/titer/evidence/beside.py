"""Published rows beside the figures of a trial, as its study file asks for them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from titer.errors import InputError, nearest
from titer.evidence.calibrated import calibrated_rows
from titer.evidence.outcomes import find_outcome
from titer.evidence.validation import RowResult, published_interval

WITHIN = 0.25  # relative half-width of the band where neither an interval nor a number of patients was printed


def check_published(asked: Sequence[Any], figures: Sequence[str]) -> None:
    """Refuse rows and figures that there are not, before a long run.

    Args:
        asked: `titer.trials.study.Published` entries.
        figures: names of the figures that a trial gives.

    Raises:
        InputError: with the nearest name.
    """
    for number, one in enumerate(asked):
        where = f"table [[published]] number {number + 1}"
        for row in one.rows:
            try:
                find_outcome(row)
            except InputError as error:
                raise InputError(error.what, where=where, right=error.right, hint=error.hint) from None
        if one.figure not in figures:
            raise InputError(f"a trial has no figure '{one.figure}'", where=where, hint=nearest(one.figure, figures))


def published_beside(asked: Sequence[Any], arms: Mapping[str, Mapping[str, Any]]) -> list[RowResult]:
    """Each published number beside what the trial gives.

    Args:
        asked: `titer.trials.study.Published` entries.
        arms: arm → figure → value with interval (`titer.trials.statistics.Figure`).

    Returns:
        In the order of the study file. A prediction counts as met where it lies inside the printed interval, or else
        inside the 95% interval of a percentage of n patients, or else within 25%.
    """
    return [_beside(one, arms[one.arm].get(one.figure)) for one in asked]


def _beside(one: Any, figure: Any) -> RowResult:
    rows = tuple(find_outcome(row) for row in one.rows)
    percent = rows[0].unit.startswith("%")
    value, low, high, interval = published_interval(rows, WITHIN, counted=percent)
    factor = 100.0 if percent else 1.0
    predicted, low_end, high_end = (math.nan,) * 3 if figure is None else (figure.value, figure.low, figure.high)
    missing = math.isnan(predicted)
    reason = "not known of this arm" if figure is None else "not reached in the simulated time" if missing else ""
    return RowResult(
        rows=rows,
        simulation=one.arm,
        figure=one.figure,
        unit=rows[0].unit,
        published=value,
        published_low=low,
        published_high=high,
        interval=interval,
        predicted=predicted * factor,
        predicted_low=low_end * factor,
        predicted_high=high_end * factor,
        role="calibration" if calibrated_rows() & set(one.rows) else "prediction",
        met=None if missing else bool(low <= predicted * factor <= high),
        remark=one.remark,
        reason=reason,
    )
