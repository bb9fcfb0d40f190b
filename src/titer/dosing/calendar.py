"""A cycle of a regimen as a calendar: one row for each drug and phase, one mark for each day. Prints nothing."""

from __future__ import annotations

from dataclasses import dataclass

from titer.dosing.regimen import MINUTES_PER_DAY, Regimen, planned_doses
from titer.dosing.wording import describe
from titer.errors import InputError


@dataclass(frozen=True)
class CalendarRow:
    """One component in one cycle.

    Args:
        drug: its name.
        rhythm: the component as canonical text.
        unit: of the amounts.
        first_day: elapsed day on which the cycle begins.
        amounts: given on each day of the cycle; 0 on a day without a dose.
        n_doses: how many doses.
        total: amount in the cycle.
        average: amount per day of the cycle.
    """

    drug: str
    rhythm: str
    unit: str
    first_day: int
    amounts: tuple[float, ...]
    n_doses: int
    total: float
    average: float


def calendar(regimen: Regimen, cycle: int = 1) -> list[CalendarRow]:
    """What is given on each day of one cycle.

    The cycle is the longest that a component names (`regimen.cycle_length`), or 28 days; the others are shown in it.

    Args:
        regimen: what is planned.
        cycle: counted from 1.

    Returns:
        A row for each component, in the order of the regimen; a component that is over has a row of zeros.

    Raises:
        InputError: a cycle before the first.

    Example:
        >>> from titer.dosing.parse import parse_regimen
        >>> row = calendar(parse_regimen("dexamethasone 40 mg weekly", ["dexamethasone"]))[0]
        >>> row.n_doses, row.total, round(row.average, 2)
        (4, 160.0, 5.71)
    """
    if cycle < 1:
        raise InputError(f"cycle is {cycle}", right="1 or more")
    length = regimen.cycle_length
    first = (cycle - 1) * length
    doses = planned_doses(regimen, first + length)
    doses = doses[doses["minute"] >= first * MINUTES_PER_DAY]
    rows = []
    for place, component in enumerate(regimen.components):
        own = doses[doses["component"] == place]
        amounts = [0.0] * length
        for minute, amount in zip(own["minute"].tolist(), own["amount"].tolist(), strict=True):
            amounts[minute // MINUTES_PER_DAY - first] += amount
        total = float(own["amount"].sum())
        row = (
            component.drug,
            describe(component),
            component.unit,
            first,
            tuple(amounts),
            len(own),
            total,
            total / length,
        )
        rows.append(CalendarRow(*row))
    return rows
