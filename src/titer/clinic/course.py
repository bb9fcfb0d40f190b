"""The course of a cohort: a clock that ticks once a week, from the first dose to the last visit.

At a tick, those whose visit is due are seen, the response is assessed, therapy ends for those who progressed, the
protocol decides for the others, and the doses of the coming week are made; then the bodies run on to the next tick. A
patient whose therapy has ended is no longer integrated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol as Interface

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.clinic.assay import Assay, Laboratory
from titer.clinic.ledger import Ledger
from titer.clinic.prescription import Doses, Prescription
from titer.clinic.response import ResponseCriteria, ResponseResult, ResponseTracker
from titer.clinic.rules import Protocol, Therapy, decide
from titer.dosing.regimen import Regimen
from titer.errors import InputError

DAYS_PER_TICK = 7
BLOOD_COUNT = ("anc", "platelets", "haemoglobin")
M_PROTEIN = "m_protein"


class End(IntEnum):
    """Why therapy ended."""

    COMPLETED = 0
    PROGRESSION = 1
    EVENT = 2
    FAILED = 3


@dataclass(frozen=True)
class WatchedEvent:
    """An event that happens when a cumulative hazard reaches the patient's own draw.

    Args:
        name: of the event; the draw has purpose "event:<name>".
        state: cumulative hazard in the system, e.g. "vte.cumulative_hazard".
        terminal: whether it ends everything (death).
    """

    name: str
    state: str
    terminal: bool = False


@dataclass(frozen=True)
class ClinicPlan:
    """How a cohort is looked after; everything that is not the drug or the patient.

    Args:
        protocol: visits and rules.
        assays: of the laboratory, one per test.
        criteria: of response.
        events: that are watched for.
        stop_at_progression: whether therapy ends when progression is known.
        confirm: whether response and progression need a second assessment.
        day_to_day: whether reported values scatter from day to day as well as from analysis to analysis.
        exact: whether the laboratory reports true values.
    """

    protocol: Protocol
    assays: tuple[Assay, ...]
    criteria: ResponseCriteria
    events: tuple[WatchedEvent, ...] = ()
    stop_at_progression: bool = True
    confirm: bool = True
    day_to_day: bool = True
    exact: bool = False


class Bodies(Interface):
    """What the clock needs of the integrated patients (`clinic.bodies.EngineBodies`)."""

    def look(self) -> Mapping[str, NDArray]:
        """Present true values: signal → shape (n_patients,)."""
        ...

    def run(self, until_day: float, doses: Doses) -> None:
        """Take the doses and go on to that day."""
        ...

    def stop(self, rows: NDArray[np.bool_]) -> None:
        """These are no longer integrated."""
        ...

    def failed(self) -> NDArray[np.bool_]:
        """Whose integration has failed. Shape (n_patients,)."""
        ...

    def stopped_at(self) -> NDArray:
        """Day up to which each patient was integrated. Shape (n_patients,)."""
        ...

    def event_days(self) -> Mapping[str, NDArray]:
        """Day of each watched event, NaN where it has not happened."""
        ...


@dataclass
class Course:
    """What happened to a cohort.

    Args:
        patients: numbers of the patients. Shape (n_patients,).
        days: of the ticks. Shape (n_ticks,).
        true: signal → true value at every tick, float32, NaN after therapy ended. Shape (n_patients, n_ticks).
        observed: signal → what the laboratory reported, NaN where there was no visit. Same shape and type.
        ledger: decisions and doses.
        response: best response, and days of response and progression.
        event_day: watched event → day, NaN where it did not happen. Shape (n_patients,).
        end_day: when therapy ended, day. Shape (n_patients,).
        end: why (`End` codes). Shape (n_patients,).
    """

    patients: NDArray[np.int64]
    days: NDArray[np.int64]
    true: dict[str, NDArray[np.float32]]
    observed: dict[str, NDArray[np.float32]]
    ledger: Ledger
    response: ResponseResult
    event_day: dict[str, NDArray]
    end_day: NDArray
    end: NDArray[np.int8]

    def progression_free(self) -> tuple[NDArray, NDArray[np.bool_]]:
        """Day of progression or of the event that ended therapy (death), whichever was first, and whether either came.

        Those without are censored at their last response assessment.
        """
        ended = np.where(self.end == End.EVENT, self.end_day, np.nan)
        day = np.fmin(self.response.progression_day, ended)
        happened = ~np.isnan(day)
        return np.where(happened, day, np.nan_to_num(self.response.last_day)), happened


def follow(
    bodies: Bodies,
    patients: ArrayLike,
    regimen: Regimen,
    plan: ClinicPlan,
    n_days: int,
    seed: int,
    *,
    on_tick: Callable[[int, int], None] | None = None,
) -> Course:
    """Follow a cohort from the first dose to day `n_days`.

    Args:
        bodies: the integrated patients, at day 0 and without doses.
        patients: their numbers, increasing, which key every draw. Shape (n_patients,).
        regimen: what is planned.
        plan: how they are looked after.
        n_days: whole weeks.
        seed: of the study.
        on_tick: called with (tick, number of ticks), for a progress bar.

    Returns:
        The course; its arrays have one column per week, so memory does not grow with the number of doses integrated.

    Raises:
        InputError: `n_days` is not a positive number of whole weeks, the numbers of the patients do not increase, or
            a ladder's unit is not the regimen's.
    """
    numbers = np.asarray(patients, np.int64)
    _check_increasing(numbers)
    clock = _Clock.starting(bodies, numbers, regimen, plan, n_days, seed)
    n_ticks = len(clock.days)
    for tick in range(n_ticks):
        with np.errstate(over="ignore"):  # a value beyond float32 is kept as infinite: the patient is about to fail
            clock.tick(tick)
        if on_tick is not None:
            on_tick(tick, n_ticks)
    return clock.course()


@dataclass
class _Clock:
    bodies: Bodies
    patients: NDArray[np.int64]
    plan: ClinicPlan
    protocol: Protocol  # the plan's, with the rules of the regimen's drugs only
    prescription: Prescription
    laboratory: Laboratory
    therapy: Therapy
    tracker: ResponseTracker
    ledger: Ledger
    days: NDArray[np.int64]
    true: dict[str, NDArray[np.float32]]
    observed: dict[str, NDArray[np.float32]]
    active: NDArray[np.bool_]
    end_day: NDArray
    end: NDArray[np.int8]

    @classmethod
    def starting(
        cls, bodies: Bodies, patients: NDArray, regimen: Regimen, plan: ClinicPlan, n_days: int, seed: int
    ) -> _Clock:
        days, n = _tick_days(n_days), len(patients)
        protocol = plan.protocol.for_drugs(regimen.drugs)
        prescription = Prescription(regimen, protocol, n_days)
        signals = (*BLOOD_COUNT, M_PROTEIN)
        return cls(
            bodies,
            patients,
            plan,
            protocol,
            prescription,
            Laboratory(plan.assays, seed, patients, len(days), day_to_day=plan.day_to_day, exact=plan.exact),
            Therapy.starting(protocol, prescription.starting_dose(n)),
            ResponseTracker(n, plan.criteria, confirm=plan.confirm),
            Ledger(patients, regimen.drugs, protocol, f"progression ({plan.criteria.name})", M_PROTEIN),
            days,
            {signal: _empty(n, len(days)) for signal in signals},
            {signal: _empty(n, len(days)) for signal in signals},
            np.ones(n, bool),
            np.full(n, float(n_days)),
            np.full(n, End.COMPLETED, np.int8),
        )

    def tick(self, tick: int) -> None:
        """One week: look, assess, decide, dose, and run on."""
        day = int(self.days[tick])
        self._close_ended()
        true = self.bodies.look()
        self._record_true(tick, true)
        self._assess_response(tick, day, true)
        self.prescription.release(self.therapy, day)
        seen, counts = self._count_blood(tick, day, true)
        if tick + 1 == len(self.days):
            return
        until = int(self.days[tick + 1])
        self._decide(day, until, seen, counts)
        doses = self.prescription.doses(day, until, self.therapy, self.active)
        self.ledger.add_doses(doses.row, doses.columns())
        self.bodies.run(float(until), doses)

    def course(self) -> Course:
        self._close_ended()
        cut = np.isin(self.end, (End.EVENT, End.FAILED))  # inside a week whose doses were made at its start
        self.ledger.end_doses(np.where(cut, self.end_day, np.inf))
        return Course(
            self.patients,
            self.days,
            self.true,
            self.observed,
            self.ledger,
            self.tracker.result(),
            dict(self.bodies.event_days()),
            self.end_day,
            self.end,
        )

    def _close_ended(self) -> None:
        """Therapy of those who died or whose integration failed has ended."""
        event_day = self.bodies.event_days()
        for event in self.plan.events:
            if event.terminal:
                self._close(self.active & ~np.isnan(event_day[event.name]), event_day[event.name], End.EVENT)
        failed = self.active & self.bodies.failed()
        if failed.any():
            self._close(failed, self.bodies.stopped_at(), End.FAILED)

    def _close(self, rows: NDArray[np.bool_], day: ArrayLike, end: End) -> None:
        self.end_day[rows] = np.broadcast_to(np.asarray(day, float), rows.shape)[rows]
        self.end[rows] = end
        self.active &= ~rows

    def _record_true(self, tick: int, true: Mapping[str, NDArray]) -> None:
        for signal, column in self.true.items():
            column[self.active, tick] = true[signal][self.active]

    def _report(self, signal: str, tick: int, true: Mapping[str, NDArray], seen: NDArray[np.bool_]) -> NDArray:
        """What the laboratory says of those who are seen, NaN for the others."""
        value = np.where(seen, self.laboratory.report(signal, tick, true[signal]), np.nan)
        self.observed[signal][:, tick] = value
        return value

    def _assess_response(self, tick: int, day: int, true: Mapping[str, NDArray]) -> None:
        if day % self.protocol.response_every_day:
            return
        reported = self._report(M_PROTEIN, tick, true, self.active)
        progressed = self.tracker.assess(day, reported)
        if self.plan.stop_at_progression and progressed.any():
            dose, level = self.prescription.levels(day, self.therapy)
            self.ledger.add_stops(day, progressed, self.prescription.ongoing(day), dose, level, reported)
            self.bodies.stop(progressed)
            self._close(progressed, day, End.PROGRESSION)

    def _count_blood(
        self, tick: int, day: int, true: Mapping[str, NDArray]
    ) -> tuple[NDArray[np.bool_], dict[str, NDArray]]:
        seen = self.active & self.protocol.calendar.due(day, self.therapy.held.any(axis=1))
        return seen, {signal: self._report(signal, tick, true, seen) for signal in BLOOD_COUNT}

    def _decide(self, day: int, until: int, seen: NDArray[np.bool_], counts: dict[str, NDArray]) -> None:
        self.prescription.follow_plan(self.therapy, day, until)
        if self.protocol.rules and seen.any():
            values = counts | {M_PROTEIN: self.observed[M_PROTEIN][:, day // DAYS_PER_TICK].astype(float)}
            ongoing = self.prescription.ongoing_ruled(day)
            decisions = decide(self.protocol, self.therapy, seen, values, ongoing)
            self.ledger.add_decisions(day, seen, decisions, values)


def _check_increasing(patients: NDArray[np.int64]) -> None:
    """The ledger's tables are read by searching among the patients, so their order must be that of the numbers."""
    wrong = np.flatnonzero(np.diff(patients) <= 0)
    if len(wrong):
        before, after = patients[wrong[0] : wrong[0] + 2]
        raise InputError(
            f"patient {after} comes after patient {before}",
            where=f"place {wrong[0] + 2} of the cohort",
            right="numbers in increasing order, each once",
            hint="cohort.take(np.argsort(cohort.ids))",
        )


def _tick_days(n_days: int) -> NDArray[np.int64]:
    if n_days <= 0 or n_days % DAYS_PER_TICK:
        raise InputError(f"a course of {n_days} days", right="a positive number of whole weeks", hint="n_days=28 * 6")
    return np.arange(0, n_days + 1, DAYS_PER_TICK)


def _empty(n_patients: int, n_ticks: int) -> NDArray[np.float32]:
    return np.full((n_patients, n_ticks), np.nan, np.float32)
