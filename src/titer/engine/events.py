"""What happens to patients at given times: doses, infusions, parameters and states set.

Doses of a drug are built from `Dosing` of the assembled system, which names the parameters of bioavailability and lag;
both are applied here, so that the kernel sees plain changes of states.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from titer.errors import InputError, nearest
from titer.model.declare import Dosing
from titer.model.system import System

BOLUS, RATE, SET, RESET = 0, 1, 2, 3
KIND_NAMES = ("bolus", "rate", "set", "reset")
# At one moment: states are reset, then parameters set, then doses given (reset-and-dose means what it says).
RANK = np.array([2, 2, 1, 0])


@dataclass(frozen=True)
class Events:
    """Events of all patients, in compressed rows: those of patient i are rows start[i] to start[i + 1] - 1.

    Args:
        start: shape (n_patients + 1,).
        time: day, not decreasing inside a patient. Shape (n_events,), as all that follow.
        kind: BOLUS adds `value` to a state, RATE adds it to the infusion rate into a state (per day), SET sets a
            parameter, RESET sets a state.
        target: place of the state in the system, for SET the column of the parameter.
        value: in the unit of the target.
    """

    start: np.ndarray
    time: np.ndarray
    kind: np.ndarray
    target: np.ndarray
    value: np.ndarray

    @property
    def n_patients(self) -> int:
        return len(self.start) - 1

    def __len__(self) -> int:
        return len(self.time)


def no_events(n_patients: int) -> Events:
    """No event for anybody."""
    integers = np.empty(0, np.int32)
    return Events(np.zeros(n_patients + 1, np.int64), np.empty(0), integers, integers.copy(), np.empty(0))


def make_events(n_patients: int, patient, time, kind, target, value) -> Events:
    """Events from one row per event, in any order.

    Args:
        n_patients: size of the ensemble.
        patient, time, kind, target, value: one entry per event, or one value for all; times in days.

    Returns:
        The events in order of patient and time. At one time: RESET, SET, then BOLUS and RATE, each as given.

    Raises:
        InputError: a patient that is not there, or a time or value that is not finite.

    Example:
        >>> make_events(2, [1, 0], [0.0, 1.0], BOLUS, 0, [5.0, 7.0]).value
        array([7., 5.])
    """
    rows = np.broadcast_arrays(*(np.atleast_1d(column) for column in (patient, time, kind, target, value)))
    patient, time, kind, target, value = (np.ascontiguousarray(column) for column in rows)
    _check_rows(n_patients, patient, time, kind, value)
    order = np.lexsort((RANK[kind], time, patient))
    start = np.zeros(n_patients + 1, np.int64)
    np.cumsum(np.bincount(patient, minlength=n_patients), out=start[1:])
    return Events(
        start,
        time[order].astype(float),
        kind[order].astype(np.int32),
        target[order].astype(np.int32),
        value[order].astype(float),
    )


def _check_rows(n_patients: int, patient, time, kind, value) -> None:
    if len(patient) and (patient.min() < 0 or patient.max() >= n_patients):
        raise InputError(f"event for patient {patient.max()}", right=f"patients 0 to {n_patients - 1}")
    if len(kind) and (kind.min() < BOLUS or kind.max() > RESET):
        raise InputError(f"event of kind {kind.max()}", right="BOLUS, RATE, SET or RESET")
    for name, column in (("time", time), ("value", value)):
        wrong = np.flatnonzero(~np.isfinite(column))
        if len(wrong):
            raise InputError(
                f"{name} of an event is {column[wrong[0]]}",
                where=f"event {wrong[0] + 1}, patient {patient[wrong[0]]}",
                right="a finite number",
            )


def merge(*parts: Events) -> Events:
    """The events of several sets, for the same patients, in order of time.

    Raises:
        InputError: the sets are for ensembles of different size.
    """
    sizes = {part.n_patients for part in parts}
    if len(sizes) != 1:
        raise InputError(f"events for ensembles of {sorted(sizes)} patients", right="sets of the same patients")
    (n_patients,) = sizes
    filled = [part for part in parts if len(part)]
    if len(filled) <= 1:
        return filled[0] if filled else parts[0]
    patient = np.concatenate([np.repeat(np.arange(n_patients), np.diff(part.start)) for part in filled])
    columns = [np.concatenate([getattr(part, n) for part in filled]) for n in ("time", "kind", "target", "value")]
    return make_events(n_patients, patient, *columns)


def bolus(
    system: System, drug: str, parameters: np.ndarray, patient, time, amount, *, route: str | None = None
) -> Events:
    """Doses that arrive at once, after the drug's lag, reduced by its bioavailability.

    Args:
        system: an assembled system.
        drug: as in `system.doses`.
        parameters: of each patient, shape (n_patients, n_parameters); its rows are the patients.
        patient: place of the patient of each dose, 0 to n_patients - 1. Shape (n_doses,), or one for all.
        time: day.
        amount: in the unit of `Dosing`.
        route: which way in, where a drug has several.

    Raises:
        InputError: unknown drug, a negative or not finite amount.

    Source: definition.
    """
    entry = entry_of(system, drug, parameters, route)
    return make_events(len(parameters), *entry.bolus(*_dose_rows(drug, patient, time, amount)))


def infusion(
    system: System, drug: str, parameters: np.ndarray, patient, time, amount, *, rate=None, duration=None, route=None
) -> Events:
    """Doses given evenly over time: by `rate` (dose unit per day) or by `duration` (day), not both.

    Bioavailability scales the rate and leaves the duration.

    Raises:
        InputError: both or neither of rate and duration, or one that is not above 0; otherwise as `bolus`.

    Source: definition.
    """
    entry = entry_of(system, drug, parameters, route)
    patient, time, amount = _dose_rows(drug, patient, time, amount)
    length = _duration(drug, amount, rate, duration)
    return make_events(len(parameters), *entry.infusion(patient, time, amount, length))


def _duration(drug: str, amount: np.ndarray, rate, duration) -> np.ndarray:
    if (rate is None) == (duration is None):
        raise InputError(f"infusion of {drug} with rate {rate} and duration {duration}", right="one of the two")
    name, given = ("rate", rate) if duration is None else ("duration", duration)
    given = np.broadcast_to(np.asarray(given, float), amount.shape)
    if not np.all((given > 0) & np.isfinite(given)):
        raise InputError(f"{name} of an infusion of {drug} is {given.min()}", right="above 0")
    return amount / given if duration is None else given


def _dose_rows(drug: str, patient, time, amount) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = np.broadcast_arrays(*(np.atleast_1d(column) for column in (patient, time, amount)))
    patient, time, amount = rows[0], rows[1].astype(float), rows[2].astype(float)
    wrong = np.flatnonzero(~(np.isfinite(amount) & (amount >= 0)))
    if len(wrong):
        raise InputError(
            f"dose of {drug} is {amount[wrong[0]]:g}",
            where=f"patient {patient[wrong[0]]}, day {time[wrong[0]]:g}",
            right="an amount of 0 or more",
        )
    return patient, time, amount


@dataclass(frozen=True)
class Entry:
    """How doses of one drug enter each patient; every dose becomes events here.

    Args:
        unit: of doses.
        target: place of the state that they enter.
        share: bioavailable fraction. Shape (n_patients,).
        lag: day. Shape (n_patients,).
    """

    unit: str
    target: int
    share: np.ndarray
    lag: np.ndarray

    def bolus(self, patient: np.ndarray, time: np.ndarray, amount: np.ndarray) -> tuple[np.ndarray, ...]:
        """Columns of `make_events` (patient, time, kind, target, value) for doses at once. Shapes (n_doses,)."""
        return self._columns(patient, time + self.lag[patient], BOLUS, amount * self.share[patient])

    def infusion(
        self, patient: np.ndarray, time: np.ndarray, amount: np.ndarray, length: np.ndarray | float
    ) -> tuple[np.ndarray, ...]:
        """The same for doses that run in evenly over `length` (day): one event begins each, one ends it."""
        length = np.broadcast_to(np.asarray(length, float), amount.shape)
        inflow = np.divide(amount * self.share[patient], length, out=np.zeros(len(amount)), where=length > 0)
        begins = time + self.lag[patient]
        times, values = np.concatenate([begins, begins + length]), np.concatenate([inflow, -inflow])
        return self._columns(np.tile(patient, 2), times, RATE, values)

    def _columns(self, patient: np.ndarray, time: np.ndarray, kind: int, value: np.ndarray) -> tuple[np.ndarray, ...]:
        return patient, time, np.full(len(patient), kind), np.full(len(patient), self.target), value


def entry_of(system: System, drug: str, parameters: np.ndarray, route: str | None = None) -> Entry:
    """How a drug enters patients with these parameters, shape (n_patients, n_parameters).

    Raises:
        InputError: the system has no such drug, or it has not that route.
    """
    from titer.units import conversion

    dosing = _dosing_of(system, drug, route)
    n_patients = len(parameters)
    share, lag = np.ones(n_patients), np.zeros(n_patients)
    if dosing.bioavailability:
        share = parameters[:, system.parameter_index(dosing.bioavailability)]
    if dosing.lag:
        in_days = conversion(system.units[dosing.lag], "day")
        lag = parameters[:, system.parameter_index(dosing.lag)] * in_days
    return Entry(dosing.unit, system.state_index(dosing.state), share, lag)


def _dosing_of(system: System, drug: str, route: str | None) -> Dosing:
    try:
        dosing = system.doses[drug]
    except KeyError:
        raise InputError(f"the system has no drug '{drug}'", hint=nearest(drug, system.doses)) from None
    if route is not None and dosing.route != route:
        raise InputError(f"{drug} is not given {route}", right=dosing.route)
    return dosing
