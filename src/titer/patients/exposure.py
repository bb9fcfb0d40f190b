"""What people meet by chance: microbes that get in, at random times and in random amounts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.errors import ModelError
from titer.model.declare import Parameter
from titer.patients import streams
from titer.source import Source
from titer.units import conversion


@dataclass(frozen=True)
class Exposure:
    """Encounters that come independently of each other, at a steady rate.

    Args:
        name: keys the draws ("exposure:<name>").
        agent: what enters, as `Dosing.drug` names it.
        rate: of encounters, per time, the same for everybody.
        amount: median of what enters each time, log-normal with the parameter's spread.
        sources: key → source of these numbers.

    Raises:
        ModelError: a number that is not above 0, has no declared source, or a spread that would not be drawn.
    """

    name: str
    agent: str
    rate: Parameter
    amount: Parameter
    sources: Mapping[str, Source]

    @property
    def numbers(self) -> tuple[Parameter, Parameter]:
        return self.rate, self.amount

    def __post_init__(self) -> None:
        if self.rate.varies or self.amount.sd:
            raise ModelError(
                f"the spread of '{self.rate.name}' or '{self.amount.name}' would not be drawn",
                where=f"exposure '{self.name}'",
                right="a rate that is the same for everybody, and an amount with cv or omega2",
            )
        for number in self.numbers:
            if number.at.split(":")[0] not in self.sources or not number.value > 0:
                raise ModelError(
                    f"'{number.name}' is {number.value:g}, from '{number.at}'",
                    where=f"exposure '{self.name}'",
                    right="a number above 0 with a place in a declared source",
                )


def draw_exposures(
    exposure: Exposure, seed: int, patients: ArrayLike, n_days: float
) -> tuple[NDArray[np.int64], NDArray, NDArray]:
    """Every encounter of every patient before day `n_days`.

    A longer span adds encounters and changes none of the earlier ones.

    Args:
        exposure: what is met.
        seed: of the study.
        patients: their numbers. Shape (n_patients,).
        n_days: length of the span.

    Returns:
        Place of the patient, day and amount (in the unit of `exposure.amount`) of each encounter, in the order of
        patients and days. Shape (n,) each.

    Raises:
        UnitError: the rate is not one per time.

    Example:
        >>> from titer.library.threats._exposures import BACTERIA
        >>> row, day, amount = draw_exposures(BACTERIA, 1, [0, 1], 365.0)
        >>> bool((day < 365).all() and (amount > 0).all())
        True
    """
    numbers = np.asarray(patients)
    per_day = exposure.rate.value * conversion(exposure.rate.unit, "1/day")
    mean = per_day * n_days
    n = math.ceil(mean + 8 * math.sqrt(mean) + 10)  # more than this in the span: less than once in 10^10
    purpose = f"exposure:{exposure.name}"
    day = streams.exponential(seed, numbers, purpose, n).cumsum(axis=1) / per_day
    scatter = streams.normal(seed, numbers, f"{purpose}:amount", n) * exposure.amount.log_sd
    row, place = np.nonzero(day < n_days)
    return row, day[row, place], exposure.amount.value * np.exp(scatter[row, place])
