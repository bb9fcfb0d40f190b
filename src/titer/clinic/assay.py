"""What a laboratory reports of a true value.

Two parts, both normal: one in proportion to the value, one of fixed size. The draw of a visit is keyed by (seed,
patient, test, week), so it does not depend on which visits were made before. The sizes are data in
`titer.library.rules.assays`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.errors import InputError
from titer.model.declare import Source, Status
from titer.patients import streams


@dataclass(frozen=True)
class Assay:
    """How exactly one test sees the body.

    Args:
        test: signal it measures, e.g. "anc".
        unit: of `additive` and of the values.
        proportional: standard deviation as a fraction of the value (imprecision of the analysis).
        additive: standard deviation in `unit`, whatever the value.
        day_to_day: standard deviation within a person at rest, as a fraction of the value; a model of smooth courses
            has none of it, so a visit adds it.
        source, at, status: of the numbers; `at` names the place or the derivation of each.
    """

    test: str
    unit: str
    proportional: float
    additive: float
    day_to_day: float
    source: Source
    at: str
    status: Status

    def __post_init__(self) -> None:
        for name in ("proportional", "additive", "day_to_day"):
            if not 0 <= getattr(self, name) < np.inf:
                raise InputError(f"{name} of assay '{self.test}' is {getattr(self, name)}", right="0 or more")


def draws(assay: Assay, seed: int, patients: ArrayLike, n_weeks: int, *, day_to_day: bool = True) -> NDArray:
    """The random parts of every possible visit: multiply a true value by 1 + [0] and add [1].

    Args:
        assay: which test.
        seed: of the study.
        patients: their numbers, whole. Shape (n_patients,).
        n_weeks: weeks 0 to n_weeks - 1.
        day_to_day: whether the variation within a person is part of it.

    Returns:
        Shape (2, n_patients, n_weeks): relative and absolute deviations.
    """
    number = np.asarray(patients)
    relative = assay.proportional * streams.normal(seed, number, f"assay:{assay.test}:proportional", n_weeks)
    if day_to_day and assay.day_to_day:
        relative += assay.day_to_day * streams.normal(seed, number, f"assay:{assay.test}:day_to_day", n_weeks)
    absolute = np.zeros_like(relative)
    if assay.additive:
        absolute += assay.additive * streams.normal(seed, number, f"assay:{assay.test}:additive", n_weeks)
    return np.stack([relative, absolute])


class Laboratory:
    """The assays of a study, with the draws of its patients made once.

    Args:
        assays: one per test.
        seed: of the study.
        patients: numbers of the patients. Shape (n_patients,).
        n_weeks: how many weekly visits there can be.
        day_to_day: whether the variation within a person is part of what is seen.
        exact: report true values (no noise at all).
    """

    def __init__(
        self,
        assays: tuple[Assay, ...],
        seed: int,
        patients: ArrayLike,
        n_weeks: int,
        *,
        day_to_day: bool = True,
        exact: bool = False,
    ) -> None:
        self.tests = tuple(assay.test for assay in assays)
        self._draws: Mapping[str, NDArray] = (
            {} if exact else {a.test: draws(a, seed, patients, n_weeks, day_to_day=day_to_day) for a in assays}
        )

    def report(self, test: str, week: int, true: NDArray) -> NDArray:
        """The values the laboratory reports for one week; never below zero. Shape (n_patients,)."""
        if test not in self._draws:
            return true.copy()
        relative, absolute = self._draws[test][:, :, week]
        return np.maximum(true * (1 + relative) + absolute, 0.0)
