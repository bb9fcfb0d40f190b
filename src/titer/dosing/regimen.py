"""A regimen as data: which drug, how much, on which minutes of which days.

Time is counted in whole minutes from the first midnight, so two doses are at the same time exactly when two integers
are equal. Cycle day 1 is elapsed day 0. Every drug is given at hour 0 of its day (its clock time, held constant, is the
zero of the clock); several doses a day are spread evenly from there. A visit at the time of a dose is read before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

MINUTES_PER_HOUR = 60
MINUTES_PER_DAY = 24 * MINUTES_PER_HOUR
USUAL_CYCLE = 28  # day; shown for regimens that are written without a cycle ("daily", "weekly")
LONGEST_WEEKLY = 7  # a period up to a week is a rhythm, a longer one is a treatment cycle
PLANNED = np.dtype([("component", np.int32), ("minute", np.int64), ("amount", np.float64), ("duration", np.int32)])


@dataclass(frozen=True)
class Component:
    """One drug given in one rhythm.

    Args:
        drug: name as the library knows it.
        amount: of each dose, in `unit`. 0 is a placebo.
        unit: "mg" for every mass; the drug's own unit for an activity or a count (IU, CFU).
        route: "oral", "iv", … or "" where the text leaves it to the drug.
        days: days of the cycle with a dose, counted from 1, increasing.
        cycle_length: day. 1 for a daily drug, 7 for a weekly one.
        times: minutes of the day at which a dose is given, increasing.
        every_h: for a rhythm that is not made of whole days (every 36 h): hours between doses, else 0. `cycle_length`
            is then the shortest number of whole days after which it repeats.
        start_day: first day of this component, counted from 1.
        n_days: how long it lasts, day; None while treatment lasts.
        infusion_minutes: duration of each dose; 0 is a bolus or a tablet.
    """

    drug: str
    amount: float
    unit: str = "mg"
    route: str = ""
    days: tuple[int, ...] = (1,)
    cycle_length: int = 1
    times: tuple[int, ...] = (0,)
    every_h: int = 0
    start_day: int = 1
    n_days: int | None = None
    infusion_minutes: int = 0

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Minutes of the doses of one cycle, from its start."""
        if self.every_h:
            return tuple(range(0, self.cycle_length * MINUTES_PER_DAY, self.every_h * MINUTES_PER_HOUR))
        return tuple((day - 1) * MINUTES_PER_DAY + time for day in self.days for time in self.times)

    @property
    def end_day(self) -> int | None:
        """Elapsed day on which the component is over; None while treatment lasts."""
        return None if self.n_days is None else self.start_day - 1 + self.n_days

    def dose_minutes(self, start_day: int, end_day: int) -> NDArray[np.int64]:
        """As `doses_between`, as an array."""
        first_minute = (self.start_day - 1) * MINUTES_PER_DAY
        begin = max(start_day * MINUTES_PER_DAY, first_minute)
        end = (end_day if self.end_day is None else min(end_day, self.end_day)) * MINUTES_PER_DAY
        period = self.cycle_length * MINUTES_PER_DAY
        cycles = np.arange((begin - first_minute) // period, max(end - first_minute, 0) // period + 1, dtype=np.int64)
        minutes = (first_minute + cycles[:, None] * period + np.array(self.offsets, np.int64)).ravel()
        return minutes[(minutes >= begin) & (minutes < end)]

    def doses_between(self, start_day: int, end_day: int) -> list[int]:
        """Minutes of the doses given on elapsed days `start_day` to `end_day`, the last not included.

        Example:
            >>> Component("dexamethasone", 40.0, days=(1, 8), cycle_length=28).doses_between(0, 29)
            [0, 10080, 40320]
        """
        return self.dose_minutes(start_day, end_day).tolist()

    def __str__(self) -> str:
        from titer.dosing.wording import describe

        return describe(self)


@dataclass(frozen=True)
class Regimen:
    """What the text meant. Two texts that mean the same give equal regimens; `str` writes the canonical text.

    Args:
        text: as the user wrote it.
        components: in the order of the text; a drug that changes its rhythm has one component for each phase.
    """

    text: str = field(compare=False)
    components: tuple[Component, ...]

    @property
    def drugs(self) -> tuple[str, ...]:
        """Each drug once, in the order of the text."""
        return tuple(dict.fromkeys(component.drug for component in self.components))

    @property
    def cycle_length(self) -> int:
        """Days of a treatment cycle: the longest that a component names, or 28 where none names one."""
        return treatment_cycle(component.cycle_length for component in self.components if not component.every_h)

    def __str__(self) -> str:
        from titer.dosing.wording import describe_all

        return describe_all(self.components)


def treatment_cycle(lengths) -> int:
    """The longest of some cycle lengths (day), or 28 when all are rhythms of a week or less."""
    longest = max(lengths, default=0)
    return longest if longest > LONGEST_WEEKLY else USUAL_CYCLE


def planned_doses(regimen: Regimen, n_days: int) -> NDArray[np.void]:
    """Every dose planned for elapsed days 0 to `n_days`, the last not included, in order of time.

    Args:
        regimen: what is planned.
        n_days: how many days.

    Returns:
        Structured array, shape (n_doses,): component (place in `regimen.components`), minute (from the start),
        amount (in the component's unit), duration (minutes; 0 for a bolus). At equal
        minutes in the order of the components.

    Example:
        >>> from titer.dosing.parse import parse_regimen
        >>> regimen = parse_regimen("lenalidomide 25 mg days 1-21 of 28", ["lenalidomide"])
        >>> float(planned_doses(regimen, 28)["amount"].sum())
        525.0
    """
    tables = [_planned(place, component, n_days) for place, component in enumerate(regimen.components)]
    table = np.concatenate(tables) if tables else np.empty(0, PLANNED)
    return table[np.lexsort((table["component"], table["minute"]))]


def _planned(place: int, component: Component, n_days: int) -> NDArray[np.void]:
    minutes = component.dose_minutes(0, n_days)
    table = np.empty(len(minutes), PLANNED)
    table["component"], table["minute"] = place, minutes
    table["amount"], table["duration"] = component.amount, component.infusion_minutes
    return table
