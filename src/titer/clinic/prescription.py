"""The doses of the coming days, for all patients at once: what the plan says and what the protocol leaves of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm

import numpy as np
from numpy.typing import NDArray

from titer.clinic.attendance import Diary
from titer.clinic.doses import Doses, Reason
from titer.clinic.protocol import Ladder, Protocol
from titer.clinic.therapy import Therapy
from titer.dosing.regimen import LONGEST_WEEKLY, MINUTES_PER_DAY, Regimen, planned_doses
from titer.errors import InputError

LONGEST_RHYTHM = 3650  # day; rhythms that meet less often than this are not awaited
MOST_STRENGTHS = 4000  # capsules of the smallest size in the largest dose that is looked up


@dataclass(frozen=True)
class Plan:
    """One regimen laid out in doses. The arrays of doses have shape (n_doses,), in order of time.

    Args:
        cycle_length: day.
        component, drug: places among those of the run.
        minute: of the plan.
        amount, duration: as planned.
        daily: what is planned of the drug on that day.
        ordinal: number of the dose's day among the treatment days of its cycle, from 0; of all days without a cycle.
        weekly: level of each drug in each week: the largest amount of a day; that of the week before, where none.
            Shape (n_weeks, n_drugs).
        ends: day of the plan on which each drug is over, infinite while treatment lasts, 0 where it is not part of it.
            Shape (n_drugs,).
    """

    cycle_length: int
    component: NDArray[np.int32]
    drug: NDArray[np.int8]
    minute: NDArray[np.int64]
    amount: NDArray
    duration: NDArray[np.int32]
    daily: NDArray
    ordinal: NDArray[np.int64]
    weekly: NDArray
    ends: NDArray

    @classmethod
    def of(cls, regimen: Regimen, drugs: Sequence[str], first_component: int, n_days: int) -> Plan:
        """Lay out a regimen for that many days; its components are numbered from `first_component`."""
        table = planned_doses(regimen, n_days)
        codes = np.array([list(drugs).index(c.drug) for c in regimen.components], np.int8)
        drug = codes[table["component"]]
        daily = daily_amounts(table, codes)
        ends = np.zeros(len(drugs))
        for code, component in zip(codes, regimen.components, strict=True):
            over = np.inf if component.end_day is None else component.end_day
            ends[code] = max(ends[code], over)
        return cls(
            regimen.cycle_length,
            (table["component"] + first_component).astype(np.int32),
            drug,
            table["minute"],
            table["amount"],
            table["duration"],
            daily,
            _ordinals(regimen, table, drug),
            _weekly_levels(table["minute"], drug, daily, len(drugs), n_days),
            ends,
        )

    def between(self, day: int, until_day: int) -> slice:
        """The doses of these days of the plan."""
        first, last = np.searchsorted(self.minute, [day * MINUTES_PER_DAY, until_day * MINUTES_PER_DAY])
        return slice(int(first), int(last))


class Prescription:
    """Turns plans and the present dose levels into doses.

    A patient whose level no rule has changed gets exactly what is planned; else the smaller of plan and level, or the
    level itself where a rule has raised it. A level is an amount per day of treatment, so that several doses on a day
    share it as they share what is planned for the day.

    Args:
        lines: the regimen, and that of a crossover.
        protocol: whose ladders round doses.
        n_days: length of the course, day.
        plan_days: days of each plan that are given; all where None.

    Raises:
        InputError: a ladder is in another unit than the regimen's doses.
    """

    def __init__(
        self, lines: Sequence[Regimen], protocol: Protocol, n_days: int, *, plan_days: int | None = None
    ) -> None:
        self.components = tuple(component for regimen in lines for component in regimen.components)
        self.drugs = tuple(dict.fromkeys(component.drug for component in self.components))
        self._check_units(protocol)
        given = n_days if plan_days is None else min(n_days, plan_days)
        firsts = np.cumsum([0, *(len(regimen.components) for regimen in lines)])
        self.plans = [Plan.of(r, self.drugs, int(k), given) for r, k in zip(lines, firsts, strict=False)]
        self._ends = np.stack([np.minimum(p.ends, np.inf if plan_days is None else plan_days) for p in self.plans])
        self.cycle_lengths = np.array([p.cycle_length for p in self.plans])
        self._sums = {
            code: makeable(ladder.strengths, self._largest(code, ladder))
            for code, drug in enumerate(self.drugs)
            if (ladder := protocol.ladder(drug)) is not None and ladder.strengths
        }

    def first_levels(self, line: int, n_patients: int) -> NDArray:
        """Planned on the first day of each drug, 0 where it is not part of the plan. Shape (n_patients, n_drugs)."""
        return np.tile(self.plans[line].weekly[0], (n_patients, 1))

    def levels(self, therapy: Therapy, day: int) -> NDArray:
        """What each patient's plan gives in the week from that day on. Shape (n_patients, n_drugs)."""
        week = np.maximum(therapy.plan_day(day), 0) // 7
        if len(self.plans) == 1:
            weekly = self.plans[0].weekly
            return np.asarray(weekly[np.minimum(week, len(weekly) - 1)])
        tables = [plan.weekly[np.minimum(week, len(plan.weekly) - 1)] for plan in self.plans]
        return np.where((therapy.line == 0)[:, None], tables[0], tables[1])

    def follow_plan(self, therapy: Therapy, day: int) -> NDArray:
        """Bring levels up to the plan of the coming week; returns what it gives. Shape (n_patients, n_drugs)."""
        planned = self.levels(therapy, day)
        therapy.dose[:] = np.where(therapy.raised, therapy.cap, np.minimum(planned, therapy.cap))
        return planned

    def ongoing(self, therapy: Therapy, day: int) -> NDArray[np.bool_]:
        """Which drugs each patient's plan still holds on that day or later. Shape (n_patients, n_drugs)."""
        return np.asarray(therapy.plan_day(day)[:, None] < self._ends[therapy.line], bool)

    def last_day(self, therapy: Therapy) -> NDArray:
        """Day of the calendar on which each patient's plan is over; infinite while treatment lasts."""
        return self._ends.max(axis=1)[therapy.line] + therapy.begun + therapy.delay

    def doses(
        self, day: int, until_day: int, therapy: Therapy, treated: NDArray[np.bool_], diary: Diary | None = None
    ) -> Doses:
        """What the treated patients get from `day` on, up to but not including `until_day`.

        Nothing while a cycle waits. Patients whose plans stand on the same day are laid out together.
        """
        rows = np.flatnonzero(treated & ~therapy.waiting)
        plan_day, line = therapy.plan_day(day)[rows], therapy.line[rows]
        if not len(rows) or ((plan_day == plan_day[0]) & (line == line[0])).all():
            groups = [rows] if len(rows) else []
        else:
            _, group = np.unique(np.stack([line, plan_day]), axis=1, return_inverse=True)
            group = group.ravel()
            groups = [rows[group == g] for g in range(group.max() + 1)]
        return Doses.join([self._of_group(own, day, until_day, therapy, diary) for own in groups])

    def _of_group(self, rows: NDArray, day: int, until_day: int, therapy: Therapy, diary: Diary | None) -> Doses:
        plan, own_day = self.plans[therapy.line[rows[0]]], int(therapy.plan_day(day)[rows[0]])
        week = plan.between(own_day, own_day + until_day - day)
        drug, amount = plan.drug[week], plan.amount[week]
        minute = plan.minute[week] + (day - own_day) * MINUTES_PER_DAY
        planned = np.broadcast_to(amount, (len(rows), len(amount)))
        given, reason = self._by_level(planned, plan, week, therapy, rows)
        self._round(given, reason, drug)
        forgotten = diary.forgotten(rows, [self.drugs[d] for d in drug], minute) if diary is not None else None
        if forgotten is not None:
            reason[forgotten & (given > 0)], given[forgotten] = Reason.MISSED, 0.0
        for state, why in ((therapy.held, Reason.HELD), (therapy.stopped, Reason.STOPPED)):
            off = state[rows][:, drug]
            if off.any():
                never_given = therapy.cap[rows][:, drug] == 0
                reason[off & ~never_given], given[off] = why, 0.0
        return Doses(
            np.repeat(rows, len(amount)),
            np.tile(plan.component[week], len(rows)),
            np.tile(drug, len(rows)),
            np.tile(minute, len(rows)),
            planned.ravel(),
            given.ravel(),
            np.tile(plan.duration[week], len(rows)),
            reason.ravel(),
        )

    def _by_level(
        self, planned: NDArray, plan: Plan, week: slice, therapy: Therapy, rows: NDArray
    ) -> tuple[NDArray, NDArray[np.int8]]:
        """Amounts by the present levels, and why they are so. Shape (n_rows, n_doses) each."""
        given, reason = planned.copy(), np.zeros(planned.shape, np.int8)
        drug, daily = plan.drug[week], plan.daily[week]
        cap = therapy.cap[rows][:, drug]
        if np.isfinite(cap).any():
            changed = (cap < daily) | (therapy.raised[rows][:, drug] & (cap > daily))
            # a single dose a day is the whole of it, exactly
            share = np.divide(planned, daily, out=np.zeros(planned.shape), where=daily > 0)
            np.copyto(given, np.where(np.isfinite(cap), cap, 0.0) * share, where=changed)
            lowered = np.where(therapy.level[rows][:, drug] > 0, Reason.LOWERED, Reason.STARTING_DOSE)
            reason = np.where(changed, np.where(cap > daily, Reason.RAISED, lowered), reason).astype(np.int8)
        every = therapy.every[rows][:, drug]
        if (every > 1).any():
            left_out = plan.ordinal[week] % every != 0
            given[left_out], reason[left_out] = 0.0, Reason.STARTING_DOSE
        return given, reason

    def _round(self, given: NDArray, reason: NDArray[np.int8], drug: NDArray[np.int8]) -> None:
        """Down to what the sizes of capsules or tablets can make."""
        for code, sums in self._sums.items():
            own = np.flatnonzero(drug == code)
            wanted = given[:, own]
            made = sums[np.searchsorted(sums, wanted * (1 + 1e-9), side="right") - 1]
            less = made < wanted * (1 - 1e-9)
            given[:, own] = np.where(less, made, wanted)
            reason[:, own] = np.where(less, Reason.ROUNDED, reason[:, own])

    def _largest(self, code: int, ladder: Ladder) -> float:
        """The largest single dose of a drug that can come about."""
        amounts = [plan.daily[plan.drug == code].max(initial=0.0) for plan in self.plans]
        return float(max(*amounts, ladder.rungs[0]))

    def _check_units(self, protocol: Protocol) -> None:
        for component in self.components:
            ladder = protocol.ladder(component.drug)
            if ladder is not None and ladder.unit != component.unit:
                raise InputError(
                    f"{component.drug} is given in {component.unit} and lowered in {ladder.unit}",
                    where=f"protocol '{protocol.name}'",
                    right="one unit for the regimen and the ladder",
                )


def makeable(strengths: Sequence[float], largest: float) -> NDArray:
    """Every amount up to the largest that capsules of these sizes add up to, from 0.

    Raises:
        InputError: sizes so small that there are too many sums.

    Example:
        >>> makeable([10.0, 25.0], 60.0)
        array([ 0., 10., 20., 25., 30., 35., 40., 45., 50., 55., 60.])
    """
    if largest / min(strengths) > MOST_STRENGTHS:
        raise InputError(f"a dose of {largest:g} in capsules of {min(strengths):g}", right="sizes nearer to the doses")
    sums = np.zeros(1)
    for size in strengths:
        multiples = np.arange(int(largest / size * (1 + 1e-9)) + 1) * size
        sums = np.unique(np.round(np.add.outer(sums, multiples).ravel(), 9))
        sums = sums[sums <= largest * (1 + 1e-9)]
    return sums


def _ordinals(regimen: Regimen, table: NDArray[np.void], drug: NDArray[np.int8]) -> NDArray[np.int64]:
    """Number of each dose's day among the drug's days of treatment in its cycle, from 0.

    A component that names a treatment cycle counts afresh in each; a daily or weekly one counts on.
    """
    begins = np.array([c.start_day - 1 for c in regimen.components], np.int64)[table["component"]]
    length = np.array([c.cycle_length for c in regimen.components], np.int64)[table["component"]]
    day = table["minute"] // MINUTES_PER_DAY
    cycle = np.where(length > LONGEST_WEEKLY, (day - begins) // length, 0)
    span = int(day.max(initial=0)) + 1
    keys, place = np.unique((drug.astype(np.int64) * span + cycle) * span + day, return_inverse=True)
    group = keys // span
    return (np.arange(len(keys)) - np.searchsorted(group, group))[place]


def _weekly_levels(minute: NDArray, drug: NDArray, daily: NDArray, n_drugs: int, n_days: int) -> NDArray:
    """Largest amount of a day in each week, carried on where a week has none. Shape (n_weeks, n_drugs)."""
    n_weeks = n_days // 7 + 1
    levels = np.zeros((n_weeks, n_drugs))
    np.maximum.at(levels, (minute // (7 * MINUTES_PER_DAY), drug), daily)
    for code in range(n_drugs):
        given = np.flatnonzero(levels[:, code])
        if len(given):
            last = given[np.maximum(np.searchsorted(given, np.arange(n_weeks), side="right") - 1, 0)]
            levels[:, code] = levels[last, code]
    return levels


def daily_amounts(plan: NDArray[np.void], drug_of: NDArray[np.int8]) -> NDArray:
    """For each planned dose, what is planned of its drug on its day. Shape (n_doses,).

    Args:
        plan: as `dosing.regimen.planned_doses` makes it. Shape (n_doses,).
        drug_of: code of the drug of each component. Shape (n_components,).
    """
    keys = np.stack([drug_of[plan["component"]].astype(np.int64), plan["minute"] // MINUTES_PER_DAY])
    _, place = np.unique(keys, axis=1, return_inverse=True)
    place = place.ravel()
    return np.bincount(place, plan["amount"])[place] if len(plan) else np.empty(0)


def amounts_on_a_day(regimen: Regimen) -> dict[str, tuple[float, float]]:
    """Of each drug, the smallest and the largest amount planned for a day with doses, in the unit of its doses.

    Example:
        >>> from titer.dosing.regimen import Component
        >>> amounts_on_a_day(Regimen("", (Component("dexamethasone", 40.0, times=(0, 720)),)))
        {'dexamethasone': (80.0, 80.0)}
    """
    drug_of = np.array([regimen.drugs.index(one.drug) for one in regimen.components], np.int8)
    plan = planned_doses(regimen, _days_until_it_repeats(regimen))
    amounts, drug = daily_amounts(plan, drug_of), drug_of[plan["component"]]
    of_drug = {name: amounts[drug == code] for code, name in enumerate(regimen.drugs)}
    return {name: (float(own.min()), float(own.max())) for name, own in of_drug.items() if len(own)}


def _days_until_it_repeats(regimen: Regimen) -> int:
    """Every phase, and after the last one all their rhythms together once."""
    last = max(one.start_day - 1 if one.end_day is None else one.end_day for one in regimen.components)
    rhythm = lcm(*(one.cycle_length for one in regimen.components))
    return last + min(rhythm, LONGEST_RHYTHM)
