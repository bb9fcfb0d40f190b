"""Grades of laboratory values: a view of a stored value, never stored in its place.

CTCAE changes between versions (an ANC of 0.3 is grade 4 in version 5 and grade 3 in version 6), so a grade always names
its table. The tables are data in `titer.library.rules.ctcae`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.errors import InputError
from titer.model.declare import Source
from titer.units import conversion

LLN = "LLN"  # lower limit of normal, the laboratory's or the patient's own
NO_GRADE = -1
# A value counts as below a limit only when it is so by more than rounding: 8 g/dL turned into g/L must not miss 80 g/L.
ROUNDING = 1e-9


@dataclass(frozen=True)
class GradeTable:
    """Grades of one laboratory test in one version.

    Args:
        test: name of the signal, e.g. "anc".
        version: of CTCAE, e.g. "5".
        term: the table's own name of the event.
        unit: of the limits.
        below: grade → the value is below this limit (a number, or LLN). Grades that the table leaves to judgement
            ("life-threatening consequences") are absent.
        wording: grade → the words of the table.
        source: where it is published.
    """

    test: str
    version: str
    term: str
    unit: str
    below: Mapping[int, float | str]
    wording: Mapping[int, str]
    source: Source

    @property
    def worst(self) -> int:
        """The highest grade that a value alone can reach."""
        return max(self.below)


def grade(
    values: ArrayLike, table: GradeTable, *, lln: ArrayLike | None = None, unit: str | None = None
) -> NDArray[np.int8]:
    """Grade of each value: 0 is normal, -1 is no grade.

    No grade is given where the value is missing (NaN), and where only the lower limit of normal could tell grade 1 from
    normal and it is not known.

    Args:
        values: any shape, in `unit`.
        table: which test and version.
        lln: lower limit of normal in `unit`, broadcast against values; None or NaN where it is not known.
        unit: unit of values and lln; the table's own unit when left out.

    Returns:
        Grades from 0 to 4, or -1. Same shape as values, int8.

    Raises:
        UnitError: the unit is of another dimension than the table's.
        InputError: a value is negative or infinite.

    Accuracy: limits are compared with a relative slack of 1e-9, so that unit conversion cannot move a value over a
        limit.
    Source: the table's.

    Example:
        >>> from titer.library.rules.ctcae import ctcae
        >>> grade([0.3, 0.5, 1.2], ctcae("anc", "5"))
        array([4, 3, 2], dtype=int8)
        >>> grade([7.9, 9.0], ctcae("haemoglobin", "5"), unit="g/dL")
        array([3, 2], dtype=int8)
    """
    factor = 1.0 if unit in (None, table.unit) else conversion(str(unit), table.unit)
    value = np.asarray(values, float) * factor
    _refuse_impossible(value, table)
    limit_of_normal = np.asarray(np.nan if lln is None else lln, float) * factor
    grades = np.zeros(value.shape, np.int8)
    for level in sorted(table.below):
        grades[_below(value, _limit(table.below[level], limit_of_normal))] = level
    if LLN in table.below.values():
        grades[(grades == 0) & np.isnan(np.broadcast_to(limit_of_normal, value.shape))] = NO_GRADE
    grades[np.isnan(value)] = NO_GRADE
    return grades


def worst_grade(grades: NDArray[np.int8], axis: int = -1) -> NDArray[np.int8]:
    """Highest grade along an axis; -1 where no value was graded.

    Example:
        >>> worst_grade(np.array([[0, 3, -1], [-1, -1, -1]], np.int8))
        array([ 3, -1], dtype=int8)
    """
    return grades.max(axis=axis, initial=NO_GRADE)


def _limit(limit: float | str, limit_of_normal: NDArray) -> NDArray:
    return limit_of_normal if isinstance(limit, str) else np.asarray(limit, float)


def _below(value: NDArray, limit: NDArray) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):  # NaN compares as not below
        return value < limit * (1 - ROUNDING)


def _refuse_impossible(value: NDArray, table: GradeTable) -> None:
    bad = (value < 0) | np.isinf(value)
    if bad.any():
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        raise InputError(
            f"{table.test} is {value[place]:g} {table.unit}",
            where=f"value at place {place}; {int(bad.sum())} such values",
            right="finite values of 0 or more; NaN where there is none",
        )
