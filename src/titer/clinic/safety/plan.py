"""What safety rules look at in a regimen: which drugs, how much on a day and over a cycle, by which route."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from titer.dosing.regimen import MINUTES_PER_DAY, Regimen, planned_doses

CYCLE_DAYS = 28  # scores and labels count corticosteroid per 28-30 days; four weekly doses are one cycle
WEEK_DAYS = 7
LONGEST_LOOK = 4000  # day
MEASURES = {
    "start": "most on one day of the first 28 days with the drug",
    "most_on_a_day": "most on one day of the whole regimen",
    "most_at_once": "largest single dose",
    "in_48_hours": "most on two days in a row of the first 28 days",
    "in_28_days": "most in 28 days, counted from the first dose",
    "doses_on_a_day": "most doses on one day",
    "doses_in_7_days": "most doses in 7 days, counted from the first dose",
    "doses": "number of doses; without end where the regimen has none",
    "days": "days from the first dose to the end; without end where the regimen has none",
}


class Plan:
    """Measures of a regimen.

    Args:
        regimen: what is planned.
        indication: what it is for; "" where nobody says.

    Example:
        >>> from titer.dosing.parse import parse_regimen
        >>> plan = Plan(parse_regimen("dexamethasone 40 mg weekly", ["dexamethasone"]))
        >>> plan.measure("dexamethasone", "in_28_days"), plan.measure("dexamethasone", "in_48_hours")
        (160.0, 40.0)
    """

    def __init__(self, regimen: Regimen, indication: str = "") -> None:
        self.regimen, self.indication = regimen, indication
        self.drugs = regimen.drugs
        self._found: dict[str, dict[str, float]] = {}

    def measure(self, drug: str, name: str) -> float | None:
        """One of `MEASURES`, in the unit of the drug; None where the regimen does not give it."""
        if drug not in self.drugs:
            return None
        if drug not in self._found:
            self._found[drug] = self._measure(drug)
        return self._found[drug][name]

    def routes(self, drug: str) -> tuple[str, ...]:
        """Routes that the text names for a drug."""
        named = (component.route for component in self.regimen.components if component.drug == drug)
        return tuple(dict.fromkeys(route for route in named if route))

    def unit(self, drug: str) -> str:
        """The unit of a drug's amounts."""
        return next(component.unit for component in self.regimen.components if component.drug == drug)

    @cached_property
    def _look_days(self) -> int:
        """Days that show every component at least twice round, from the start of the regimen."""
        ends = [one.start_day + 2 * max(one.cycle_length, CYCLE_DAYS) for one in self.regimen.components]
        return min(max(ends, default=CYCLE_DAYS), LONGEST_LOOK)

    def _measure(self, drug: str) -> dict[str, float]:
        doses = planned_doses(self.regimen, self._look_days)
        own = [place for place, one in enumerate(self.regimen.components) if one.drug == drug]
        is_own = np.array([one.drug == drug for one in self.regimen.components])
        doses = doses[is_own[doses["component"]] & (doses["amount"] > 0)]
        if not len(doses):
            return dict.fromkeys(MEASURES, 0.0)
        day = doses["minute"] // MINUTES_PER_DAY
        day = day - day[0]
        amounts, counts = np.bincount(day, weights=doses["amount"]), np.bincount(day)
        first = amounts[:CYCLE_DAYS]
        return {
            "start": float(first.max()),
            "most_on_a_day": float(amounts.max()),
            "most_at_once": float(doses["amount"].max()),
            "in_48_hours": float(_most_in(first, 2, 1)),
            "in_28_days": float(_most_in(amounts, CYCLE_DAYS, CYCLE_DAYS)),
            "doses_on_a_day": float(counts.max()),
            "doses_in_7_days": float(_most_in(counts, WEEK_DAYS, WEEK_DAYS)),
            "doses": self._doses(own),
            "days": self._days(own),
        }

    def _doses(self, own: list[int]) -> float:
        components = [self.regimen.components[place] for place in own]
        if any(one.end_day is None for one in components):
            return math.inf
        return float(sum(len(one.dose_minutes(0, one.end_day or 0)) for one in components))

    def _days(self, own: list[int]) -> float:
        components = [self.regimen.components[place] for place in own]
        first = min(one.start_day - 1 for one in components)
        return max(math.inf if one.end_day is None else float(one.end_day - first) for one in components)


def _most_in(amounts: NDArray, window: int, step: int) -> float:
    """The largest sum over windows of so many days that begin every `step` days."""
    starts = range(0, len(amounts), step)
    return max(float(amounts[begin : begin + window].sum()) for begin in starts)
