"""The bodies of a cohort as the engine integrates them, behind the few words that the clinic's clock needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.clinic.clock import rule_book
from titer.clinic.course import Course, follow
from titer.clinic.doses import Doses
from titer.clinic.ledger import FixedSchedule
from titer.clinic.observables import GRADE, OBSERVABLES
from titer.clinic.plan import BLOOD_COUNT, M_PROTEIN, ClinicPlan, WatchedEvent, further_components, lines_of
from titer.dosing.regimen import MINUTES_PER_DAY, Component, Regimen
from titer.engine.ensemble import FAILURES, Ensemble, Watch
from titer.engine.events import Entry, Events, entry_of, make_events, merge
from titer.engine.kernel import Kernel
from titer.errors import InputError, nearest
from titer.model.system import System
from titer.patients import streams
from titer.patients.exposure import Exposure, draw_exposures
from titer.units import conversion

SIGNALS = (*BLOOD_COUNT, M_PROTEIN)
SIGNS = tuple(name for name, one in OBSERVABLES.items() if one.kind == "sign")
SIGNS_PER_DAY = 4  # how often a patient takes the temperature
SHOWN = tuple(name for name, one in OBSERVABLES.items() if one.kind in ("laboratory", "sign", "symptom"))


class EngineBodies:
    """An ensemble at day 0, its watched events, and how the doses of a regimen enter it; implements `clock.Bodies`.

    Args:
        kernel: of the assembled system, with the signals that the clinic looks at among its outputs.
        parameters: of each patient. Shape (n_patients, n_parameters).
        regimen: whose components the doses belong to.
        further: components that doses may belong to besides (`plan.further_components`), numbered after the regimen's.
            A drug among them that the system has no model of can be given; it does nothing.
        patients: numbers of the patients, which key the draws of the events. Shape (n_patients,).
        events: that are watched for.
        exposures: what patients meet by chance, up to day `n_days`.
        n_days: last day of the course; only exposures need it.
        seed: of the study.
        rtol, atol, threads: as in `Ensemble`.

    Raises:
        InputError: the system lacks a signal that the clinic looks at, a watched state, or a drug; a signal is in
            another unit than rules have.
    """

    def __init__(
        self,
        kernel: Kernel,
        parameters: NDArray,
        regimen: Regimen,
        *,
        patients: ArrayLike,
        further: Sequence[Component] = (),
        events: tuple[WatchedEvent, ...] = (),
        exposures: tuple[Exposure, ...] = (),
        n_days: float = 0.0,
        seed: int = 0,
        rtol: float = 1e-6,
        atol: float = 1e-8,
        threads: int | None = None,
    ) -> None:
        extra = [signal for signal in SHOWN if signal in kernel.output_names]
        self._columns = {signal: _column(signal, kernel) for signal in dict.fromkeys((*SIGNALS, *extra))}
        self.ensemble = Ensemble(kernel, parameters, rtol=rtol, atol=atol, threads=threads)
        system, own = kernel.system, self.ensemble.parameters
        self._entries: list[tuple[Entry, float] | None] = [_entry(system, own, c) for c in regimen.components]
        self._entries += [_entry(system, own, c) if c.drug in system.doses else None for c in further]
        self._without_effect = frozenset(c.drug for c in further if c.drug not in system.doses)
        numbers = np.asarray(patients, np.int64)
        self._watches = {event.name: self._watch(event, numbers, seed) for event in events}
        met = [self._exposed(one, numbers, n_days, seed) for one in exposures]
        self._per_day = SIGNS_PER_DAY if set(SIGNS) & set(self._columns) else 1
        self._kept = self.ensemble.advance(self.ensemble.time, merge(*met) if met else None)

    def _watch(self, event: WatchedEvent, patients: NDArray[np.int64], seed: int) -> Watch:
        level: NDArray | float | None = event.threshold
        if level is None:
            level = streams.exponential(seed, patients, f"event:{event.name}", 1)[:, 0]
        return self.ensemble.watch(event.state, level, terminal=event.terminal)

    def _exposed(self, exposure: Exposure, patients: NDArray[np.int64], n_days: float, seed: int) -> Events:
        row, day, amount = draw_exposures(exposure, seed, patients, n_days)
        entry = entry_of(self.ensemble.kernel.system, exposure.agent, self.ensemble.parameters)
        factor = conversion(exposure.amount.unit, entry.unit)
        return make_events(len(patients), *entry.bolus(row, day, amount * factor))

    def look(self, days_ago: int = 0) -> Mapping[str, NDArray]:
        """Values of that moment; of a sign, the highest that the patient has noted since the last tick."""
        last = self._kept.shape[1] - days_ago * self._per_day
        shown = {}
        for signal, column in self._columns.items():
            noted = self._kept[:, :last, column]
            shown[signal] = noted.max(axis=1) if signal in SIGNS else noted[:, -1]
        return shown

    def run(self, until_day: float, doses: Doses, keep_days: int = 0) -> None:
        self.advance(until_day, self.events(doses), keep_days)

    def advance(self, until_day: float, events: Events | None, keep_days: int = 0) -> None:
        """Go on to a day; where patients note signs, what they noted is kept as well."""
        kept = (until_day - self.ensemble.time) * SIGNS_PER_DAY - 1 if self._per_day > 1 else keep_days
        times = until_day - np.arange(kept, -1.0, -1.0) / self._per_day
        self._kept = self.ensemble.advance(until_day, events, times=times)

    def events(self, doses: Doses) -> Events:
        """Doses as changes of states, with bioavailability and lag; doses of 0 are left out."""
        taken = doses.given > 0
        columns = [self._enter(place, doses, taken & (doses.component == place)) for place in range(len(self._entries))]
        patient, time, kind, target, value = (np.concatenate(parts) for parts in zip(*columns, strict=True))
        return make_events(self.ensemble.n_patients, patient, time, kind, target, value)

    def _enter(self, place: int, doses: Doses, own: NDArray[np.bool_]) -> tuple[NDArray, ...]:
        known = self._entries[place]
        if known is None or not own.any():
            nothing = np.empty(0)
            return (nothing.astype(np.int64), nothing, nothing.astype(np.int64), nothing.astype(np.int64), nothing)
        entry, factor = known
        row, day, amount = doses.row[own], doses.minute[own] / MINUTES_PER_DAY, doses.given[own] * factor
        length = doses.duration[own] / MINUTES_PER_DAY
        return entry.infusion(row, day, amount, length) if length.any() else entry.bolus(row, day, amount)

    def stop(self, rows: NDArray[np.bool_]) -> None:
        self.ensemble.stop(rows)

    def failed(self) -> NDArray[np.bool_]:
        return np.isin(self.ensemble.status, FAILURES)

    def stopped_at(self) -> NDArray:
        return np.where(np.isnan(self.ensemble.stopped_at), self.ensemble.time, self.ensemble.stopped_at)

    def event_days(self) -> Mapping[str, NDArray]:
        return {name: watch.day for name, watch in self._watches.items()}

    def without_effect(self) -> frozenset[str]:
        return self._without_effect


def _entry(system: System, parameters: NDArray, component: Component) -> tuple[Entry, float]:
    """How doses of a component enter each patient, and the factor from its unit to that of the drug's model."""
    entry = entry_of(system, component.drug, parameters, component.route or None)
    return entry, conversion(component.unit, entry.unit)


def _column(signal: str, kernel: Kernel) -> int:
    """Place of a signal among the outputs. Its unit must be the one that limits of rules are written in."""
    names = kernel.output_names
    if signal not in names:
        raise InputError(
            f"the system does not provide '{signal}', which the clinic looks at", hint=nearest(signal, names)
        )
    unit, right = kernel.system.units[signal], OBSERVABLES[signal].unit
    if unit != ("" if right == GRADE else right):  # a model writes a grade as a plain number
        raise InputError(f"the system gives {signal} in '{unit}'", right=f"'{right}', as rules and assays have it")
    return names.index(signal)


def run_course(
    kernel: Kernel,
    parameters: NDArray,
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
    **engine: Any,
) -> Course:
    """Run a cohort through the clinic with the engine.

    Args:
        kernel, parameters: as in `EngineBodies`, and so are further keywords (rtol, atol, threads).
        patients, regimen, plan, n_days, seed, facts, leave_day, plan_days, on_tick: as in `course.follow`.

    Returns:
        The course. A patient whose integration failed has end FAILED; nothing is raised for it.
    """
    further = further_components(regimen, plan)
    bodies = EngineBodies(
        kernel,
        parameters,
        regimen,
        patients=patients,
        further=further,
        events=plan.events,
        exposures=plan.exposures,
        n_days=n_days,
        seed=seed,
        **engine,
    )
    return follow(
        bodies,
        patients,
        regimen,
        plan,
        n_days,
        seed,
        facts=facts,
        leave_day=leave_day,
        plan_days=plan_days,
        on_tick=on_tick,
    )


def rules_not_evaluated(
    kernel: Kernel,
    parameters: NDArray,
    regimen: Regimen,
    plan: ClinicPlan,
    *,
    facts: Mapping[str, ArrayLike] | None = None,
) -> dict[str, str]:
    """What `Course.not_evaluated` will say, before anything is run.

    Args:
        kernel, regimen, plan: as in `run_course`.
        parameters: of one patient or more. Shape (n_patients, n_parameters).
        facts: what is known before treatment; only the names count.

    Returns:
        Name of a rule → what of it such a run does not know, or cannot do.
    """
    numbers, further = np.arange(len(parameters)), further_components(regimen, plan)
    bodies = EngineBodies(kernel, parameters, regimen, patients=numbers, further=further, events=plan.events)
    drugs = dict.fromkeys(drug for line in lines_of(regimen, plan) for drug in line.drugs)
    return rule_book(bodies, plan, tuple(drugs), facts or {})[0].not_evaluated


def scheduled_events(bodies: EngineBodies, schedule: FixedSchedule) -> Events:
    """A fixed schedule (`ledger.replay_schedule`) as events, to be run without any clinic."""
    row = np.repeat(np.arange(len(schedule.start) - 1), np.diff(schedule.start))
    nothing = np.zeros(len(row), np.int8)
    return bodies.events(
        Doses(
            row,
            schedule.component.astype(np.int32),
            nothing,
            schedule.minute,
            schedule.amount,
            schedule.amount,
            schedule.duration,
            nothing,
        )
    )
