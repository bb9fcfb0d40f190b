"""The course of a cohort: a clock that ticks once a week, from the first dose to the last visit.

What happens at a tick is in `titer.clinic.clock`. A patient whose observation has ended is no longer integrated; one
whose drugs were all stopped for toxicity is followed on without drugs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.clinic.clock import DAYS_PER_TICK, Bodies, Clock
from titer.clinic.ledger import Ledger
from titer.clinic.observables import OBSERVABLES
from titer.clinic.plan import BLOOD_COUNT, M_PROTEIN, ClinicPlan, End, WatchedEvent
from titer.clinic.response import ResponseResult
from titer.dosing.regimen import Component, Regimen
from titer.errors import InputError, nearest

__all__ = ["BLOOD_COUNT", "M_PROTEIN", "Bodies", "ClinicPlan", "Course", "End", "WatchedEvent", "follow"]


@dataclass
class Course:
    """What happened to a cohort.

    Args:
        patients: numbers of the patients. Shape (n_patients,).
        days: of the ticks. Shape (n_ticks,).
        true: signal → true value at every tick, float32, NaN after observation ended. Shape (n_patients, n_ticks).
        observed: signal → what the laboratory reported, NaN where there was no visit. Same shape and type.
        ledger: decisions and doses.
        response: best response, and days of response and progression, on the regimen.
        event_day: watched event → day, NaN where it did not happen. Shape (n_patients,), as all up to `delay_day`.
        end_day: when observation ended, day.
        end: why (`End` codes).
        therapy_end_day: when the drugs of the regimen ended, day.
        therapy_end: why (`End` codes).
        crossover_day: when the crossover began, NaN where it did not.
        crossover_end_day: when the crossover's drugs ended, NaN where it did not begin.
        crossover_end: why (`End` codes).
        delay_day: days by which cycles waited, together.
        assessments: every assessment of the response, in order of time: row (place of the patient), day, line (0 for
            the regimen, 1 for the crossover), m_protein (reported, g/L), response (best so far, confirmed; `Response`
            codes), progressed (became known then). Shape (n_assessments,) each.
        components: what the doses' column `component` counts: of the regimen, the crossover and supportive treatments.
        not_evaluated: name of a rule → what of it this run does not know, or cannot do. A rule that is here may still
            act by the rest of its condition.
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
    therapy_end_day: NDArray
    therapy_end: NDArray[np.int8]
    crossover_day: NDArray
    crossover_end_day: NDArray
    crossover_end: NDArray[np.int8]
    delay_day: NDArray[np.int32]
    assessments: dict[str, NDArray]
    components: tuple[Component, ...]
    not_evaluated: dict[str, str] = field(default_factory=dict)

    def progression_free(self) -> tuple[NDArray, NDArray[np.bool_]]:
        """Day of progression or of the event that ended observation (death), the earlier, and whether either came.

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
    facts: Mapping[str, ArrayLike] | None = None,
    leave_day: ArrayLike | None = None,
    plan_days: int | None = None,
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
        facts: what is known before treatment: observable of kind "patient" → value, NaN where not known. Shape
            (n_patients,) each.
        leave_day: day on which each patient leaves, infinite for those who stay. Shape (n_patients,).
        plan_days: days of a plan on which doses are given, where cycles are no whole weeks; all where None.
        on_tick: called with (tick, number of ticks), for a progress bar.

    Returns:
        The course; its arrays have one column per week, so memory does not grow with the number of doses integrated.

    Raises:
        InputError: `n_days` is not a positive number of whole weeks, the numbers of the patients do not increase, a
            ladder's unit is not the regimen's, or facts or days of leaving cannot be used.
    """
    numbers = np.asarray(patients, np.int64)
    _check_increasing(numbers)
    if plan_days is not None and plan_days < 1:
        raise InputError(f"doses are given on {plan_days} days of the plan", right="1 day or more")
    days, known, leaving = _tick_days(n_days), _facts(facts or {}, len(numbers)), _leaving(leave_day, len(numbers))
    clock = Clock.starting(bodies, numbers, regimen, plan, days, seed, known, leaving, plan_days)
    for tick in range(len(days)):
        with np.errstate(over="ignore"):  # a value beyond float32 is kept as infinite: the patient is about to fail
            clock.tick(tick)
        if on_tick is not None:
            on_tick(tick, len(days))
    return _course(clock)


def _course(clock: Clock) -> Course:
    """What the clock has written down."""
    clock.close_ended(int(clock.days[-1]))
    cut = np.isin(clock.end, (End.EVENT, End.FAILED, End.WITHDRAWN))  # inside a week whose doses were made at its start
    clock.ledger.end_doses(np.where(cut, clock.end_day, np.inf))
    begun = np.stack([np.zeros(len(clock.patients)), clock.crossed_day], axis=1)[:, : clock.line_end.shape[1]]
    last = np.minimum(clock.prescription.last_day(clock.therapy), clock.days[-1])
    ends = np.where(np.isnan(clock.line_end_day), np.where(np.isnan(begun), np.nan, last[:, None]), clock.line_end_day)
    return Course(
        patients=clock.patients,
        days=clock.days,
        true=clock.true,
        observed=clock.observed,
        ledger=clock.ledger,
        response=clock.trackers[0].result(),
        event_day=_event_days(clock),
        end_day=clock.end_day,
        end=clock.end,
        therapy_end_day=ends[:, 0],
        therapy_end=clock.line_end[:, 0],
        crossover_day=clock.crossed_day,
        crossover_end_day=ends[:, 1] if ends.shape[1] > 1 else clock.crossed_day.copy(),
        crossover_end=clock.line_end[:, -1],
        delay_day=clock.delayed + clock.therapy.delay,
        assessments=_assessments(clock),
        components=clock.components,
        not_evaluated=clock.book.not_evaluated,
    )


def _event_days(clock: Clock) -> dict[str, NDArray]:
    """Nothing is known of those who left."""
    gone = np.where(clock.end == End.WITHDRAWN, clock.end_day, np.inf)
    return {name: np.where(day > gone, np.nan, day) for name, day in clock.bodies.event_days().items()}


def _assessments(clock: Clock) -> dict[str, NDArray]:
    return {name: np.concatenate([block[name] for block in clock.assessments]) for name in clock.assessments[0]}


def _facts(facts: Mapping[str, ArrayLike], n_patients: int) -> dict[str, NDArray]:
    names = [name for name, one in OBSERVABLES.items() if one.kind == "patient"]
    columns = {}
    for name, values in facts.items():
        if name not in names:
            raise InputError(f"'{name}' is no fact that rules can look at", hint=nearest(name, names))
        columns[name] = np.asarray(values, float)
        if columns[name].shape != (n_patients,):
            raise InputError(
                f"fact '{name}' has shape {columns[name].shape}", right=f"one value for each of {n_patients} patients"
            )
    return columns


def _leaving(leave_day: ArrayLike | None, n_patients: int) -> NDArray:
    days = np.full(n_patients, np.inf) if leave_day is None else np.asarray(leave_day, float)
    if days.shape != (n_patients,) or not (days >= 0).all():
        raise InputError(
            "days of leaving cannot be used",
            right=f"for each of {n_patients} patients a day from 0 on, infinite for those who stay",
        )
    return days


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
