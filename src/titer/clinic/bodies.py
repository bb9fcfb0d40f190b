"""The bodies of a cohort as the engine integrates them, behind the few words that the clinic's clock needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.clinic.course import BLOOD_COUNT, M_PROTEIN, ClinicPlan, Course, WatchedEvent, follow
from titer.clinic.ledger import FixedSchedule
from titer.clinic.prescription import Doses
from titer.dosing.regimen import MINUTES_PER_DAY, Component, Regimen
from titer.engine.ensemble import FAILURES, Ensemble, Watch
from titer.engine.events import Entry, Events, entry_of, make_events
from titer.engine.kernel import Kernel
from titer.errors import InputError, nearest
from titer.model.system import System
from titer.patients import streams
from titer.units import conversion

SIGNALS = (*BLOOD_COUNT, M_PROTEIN)


class EngineBodies:
    """An ensemble at day 0, its watched events, and how the doses of a regimen enter it; implements `course.Bodies`.

    Args:
        kernel: of the assembled system, with the signals that the clinic looks at among its outputs.
        parameters: of each patient. Shape (n_patients, n_parameters).
        regimen: whose components the doses belong to.
        patients: numbers of the patients, which key the draws of the events. Shape (n_patients,).
        events: that are watched for.
        seed: of the study.
        rtol, atol, threads: as in `Ensemble`.

    Raises:
        InputError: the system lacks a signal that the clinic looks at, a watched state, or a drug.
    """

    def __init__(
        self,
        kernel: Kernel,
        parameters: NDArray,
        regimen: Regimen,
        *,
        patients: ArrayLike,
        events: tuple[WatchedEvent, ...] = (),
        seed: int = 0,
        rtol: float = 1e-6,
        atol: float = 1e-8,
        threads: int | None = None,
    ) -> None:
        self._columns = {signal: _column(signal, kernel.output_names) for signal in SIGNALS}
        self.ensemble = Ensemble(kernel, parameters, rtol=rtol, atol=atol, threads=threads)
        self._entries = [_entry(kernel.system, self.ensemble.parameters, c) for c in regimen.components]
        numbers = np.asarray(patients, np.int64)
        self._watches = {event.name: self._watch(event, numbers, seed) for event in events}
        self._now = self.ensemble.advance(self.ensemble.time)[:, 0]

    def _watch(self, event: WatchedEvent, patients: NDArray[np.int64], seed: int) -> Watch:
        threshold = streams.exponential(seed, patients, f"event:{event.name}", 1)[:, 0]
        return self.ensemble.watch(event.state, threshold, terminal=event.terminal)

    def look(self) -> Mapping[str, NDArray]:
        return {signal: self._now[:, column] for signal, column in self._columns.items()}

    def run(self, until_day: float, doses: Doses) -> None:
        self._now = self.ensemble.advance(until_day, self.events(doses))[:, 0]

    def events(self, doses: Doses) -> Events:
        """Doses as changes of states, with bioavailability and lag; doses of 0 are left out."""
        taken = doses.given > 0
        columns = [self._enter(place, doses, taken & (doses.component == place)) for place in range(len(self._entries))]
        patient, time, kind, target, value = (np.concatenate(parts) for parts in zip(*columns, strict=True))
        return make_events(self.ensemble.n_patients, patient, time, kind, target, value)

    def _enter(self, place: int, doses: Doses, own: NDArray[np.bool_]) -> tuple[NDArray, ...]:
        entry, factor = self._entries[place]
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


def _entry(system: System, parameters: NDArray, component: Component) -> tuple[Entry, float]:
    """How doses of a component enter each patient, and the factor from its unit to that of the drug's model."""
    entry = entry_of(system, component.drug, parameters, component.route or None)
    return entry, conversion(component.unit, entry.unit)


def _column(signal: str, names: tuple[str, ...]) -> int:
    if signal not in names:
        raise InputError(
            f"the system does not provide '{signal}', which the clinic looks at", hint=nearest(signal, names)
        )
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
    on_tick: Callable[[int, int], None] | None = None,
    **engine: Any,
) -> Course:
    """Run a cohort through the clinic with the engine.

    Args:
        kernel, parameters: as in `EngineBodies`, and so are further keywords (rtol, atol, threads).
        patients, regimen, plan, n_days, seed, on_tick: as in `course.follow`.

    Returns:
        The course. A patient whose integration failed has end FAILED; nothing is raised for it.
    """
    bodies = EngineBodies(kernel, parameters, regimen, patients=patients, events=plan.events, seed=seed, **engine)
    return follow(bodies, patients, regimen, plan, n_days, seed, on_tick=on_tick)


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
        )
    )
