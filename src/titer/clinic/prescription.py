"""The doses of the coming days, for all patients at once: what the regimen plans and what the protocol leaves of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm

import numpy as np
from numpy.typing import NDArray

from titer.clinic.rules import Protocol, Therapy
from titer.dosing.regimen import MINUTES_PER_DAY, Regimen, planned_doses
from titer.errors import InputError

UNRULED = -1
LONGEST_RHYTHM = 3650  # day; rhythms that meet less often than this are not awaited


@dataclass(frozen=True)
class Doses:
    """Doses of some days, patient by patient and in order of time. Every array has shape (n_doses,).

    Args:
        row: place of the patient in the cohort.
        component, drug: place in the regimen's components and drugs.
        minute: from the start of treatment.
        planned, given: amount in the component's unit; given is 0 while held.
        duration: minutes; 0 is a bolus or a tablet.
    """

    row: NDArray[np.int64]
    component: NDArray[np.int32]
    drug: NDArray[np.int8]
    minute: NDArray[np.int64]
    planned: NDArray
    given: NDArray
    duration: NDArray[np.int32]

    def columns(self) -> dict[str, NDArray]:
        """Everything but the row, as the ledger keeps it."""
        return {name: column for name, column in vars(self).items() if name != "row"}


class Prescription:
    """Turns a regimen and the present dose levels into doses.

    A patient whose level was never lowered gets exactly what is planned; else the smaller of plan and level. A level is
    an amount per day of treatment, so that several doses on a day share it as they share what is planned for the day.

    Args:
        regimen: the plan.
        protocol: whose rules hold and lower.
        n_days: length of the plan, day.

    Raises:
        InputError: a ladder is in another unit than the regimen's doses.
    """

    def __init__(self, regimen: Regimen, protocol: Protocol, n_days: int) -> None:
        self.regimen, self.protocol = regimen, protocol
        self._plan = planned_doses(regimen, n_days)
        self._drug = np.array([regimen.drugs.index(c.drug) for c in regimen.components], np.int8)
        ruled = list(protocol.drugs)
        self._column = np.array([ruled.index(c.drug) if c.drug in ruled else UNRULED for c in regimen.components])
        self._check_units()
        self._daily = daily_amounts(self._plan, self._drug)

    def starting_dose(self, n_patients: int) -> NDArray:
        """Planned on the first day of each drug under a rule. Shape (n_patients, n_drugs of the protocol)."""
        first = [self._first_level(column) for column in range(len(self.protocol.drugs))]
        return np.tile(np.array(first, float), (n_patients, 1))

    def follow_plan(self, therapy: Therapy, day: int, until_day: int) -> None:
        """Where a dose was never lowered, its level is what the plan gives in these days."""
        week, daily = self._between(day, until_day)
        for column in range(therapy.dose.shape[1]):
            amounts = daily[self._column[week["component"]] == column]
            if len(amounts):
                therapy.dose[therapy.level[:, column] == 0, column] = amounts.max()

    def doses(self, day: int, until_day: int, therapy: Therapy, active: NDArray[np.bool_]) -> Doses:
        """What the active patients get from `day` on, up to but not including `until_day`."""
        (week, daily), rows = self._between(day, until_day), np.flatnonzero(active)
        planned = np.broadcast_to(week["amount"], (len(rows), len(week)))
        given = planned.copy()
        column = self._column[week["component"]]
        ruled = column != UNRULED
        if ruled.any():
            of_rule = column[ruled]
            level = therapy.dose[rows][:, of_rule]
            too_much = (therapy.level[rows][:, of_rule] > 0) & (level < daily[ruled])
            # a single dose a day is the whole of it, exactly
            share = np.divide(given[:, ruled], daily[ruled], out=np.zeros(level.shape), where=daily[ruled] > 0)
            dose = np.where(too_much, level * share, given[:, ruled])
            given[:, ruled] = np.where(therapy.held[rows][:, of_rule], 0.0, dose)
        return Doses(
            np.repeat(rows, len(week)),
            np.tile(week["component"], len(rows)),
            np.tile(self._drug[week["component"]], len(rows)),
            np.tile(week["minute"], len(rows)),
            planned.ravel(),
            given.ravel(),
            np.tile(week["duration"], len(rows)),
        )

    def ongoing(self, day: int) -> list[int]:
        """Codes of the drugs that the plan still holds on that day or later."""
        components = self.regimen.components
        drugs = {c.drug for c in components if c.end_day is None or c.end_day > day}
        return [code for code, drug in enumerate(self.regimen.drugs) if drug in drugs]

    def ongoing_ruled(self, day: int) -> NDArray[np.bool_]:
        """Which drugs under a rule the plan still holds on that day or later. Shape (n_drugs of the protocol,)."""
        drugs = [self.regimen.drugs[code] for code in self.ongoing(day)]
        return np.array([drug in drugs for drug in self.protocol.drugs], bool)

    def release(self, therapy: Therapy, day: int) -> None:
        """A drug whose plan is over is held no more: nothing is left to hold, and no visit is due for it."""
        therapy.held[:, ~self.ongoing_ruled(day)] = False

    def levels(self, day: int, therapy: Therapy) -> tuple[NDArray, NDArray[np.int8]]:
        """Dose level of every drug before that day, and how often it was lowered. Shape (n_patients, n_drugs) each.

        A drug without a rule is at what was last planned for a day of treatment.
        """
        shape = len(therapy.dose), len(self.regimen.drugs)
        dose, level = np.zeros(shape), np.zeros(shape, np.int8)
        ruled = list(self.protocol.drugs)
        for code, drug in enumerate(self.regimen.drugs):
            if drug in ruled:
                column = ruled.index(drug)
                dose[:, code], level[:, code] = therapy.dose[:, column], therapy.level[:, column]
            else:
                past = (self._drug[self._plan["component"]] == code) & (self._plan["minute"] < day * MINUTES_PER_DAY)
                dose[:, code] = self._daily[past][-1] if past.any() else 0.0
        return dose, level

    def _between(self, day: int, until_day: int) -> tuple[NDArray[np.void], NDArray]:
        """Doses planned in these days, and for each the amount planned of its drug on its day."""
        first, last = np.searchsorted(self._plan["minute"], [day * MINUTES_PER_DAY, until_day * MINUTES_PER_DAY])
        return self._plan[first:last], self._daily[first:last]

    def _first_level(self, column: int) -> float:
        amounts = self._daily[self._column[self._plan["component"]] == column]
        return float(amounts[0]) if len(amounts) else 0.0

    def _check_units(self) -> None:
        for component in self.regimen.components:
            ladder = self.protocol.ladder(component.drug)
            if ladder is not None and ladder.unit != component.unit:
                raise InputError(
                    f"{component.drug} is given in {component.unit} and lowered in {ladder.unit}",
                    where=f"protocol '{self.protocol.name}'",
                    right="one unit for the regimen and the ladder",
                )


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


def highest_on_a_day(regimen: Regimen) -> dict[str, float]:
    """Of each drug, the largest amount that is planned for one day, in the unit of its doses.

    Example:
        >>> from titer.dosing.regimen import Component
        >>> highest_on_a_day(Regimen("", (Component("dexamethasone", 40.0, times=(0, 720)),)))
        {'dexamethasone': 80.0}
    """
    drug_of = np.array([regimen.drugs.index(one.drug) for one in regimen.components], np.int8)
    plan = planned_doses(regimen, _days_until_it_repeats(regimen))
    amounts, drug = daily_amounts(plan, drug_of), drug_of[plan["component"]]
    return {name: float(amounts[drug == code].max(initial=0.0)) for code, name in enumerate(regimen.drugs)}


def _days_until_it_repeats(regimen: Regimen) -> int:
    """Every phase, and after the last one all their rhythms together once."""
    last = max(one.start_day - 1 if one.end_day is None else one.end_day for one in regimen.components)
    rhythm = lcm(*(one.cycle_length for one in regimen.components))
    return last + min(rhythm, LONGEST_RHYTHM)
