"""Patients who are run together: from event to event, from visit to visit."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

import numpy as np

from titer.engine.events import KIND_NAMES, SET, Events, merge, no_events
from titer.engine.kernel import Job, Kernel
from titer.errors import InputError, SolveError, TiterError

RUNNING, TOO_MANY_STEPS, STEP_TOO_SMALL, NOT_FINITE, STOPPED = 0, 1, 2, 3, 4
FINISHED = RUNNING  # who reaches the end of the last run is still able to go on
FAILURES = (TOO_MANY_STEPS, STEP_TOO_SMALL, NOT_FINITE)
STATUS_NAMES = ("finished", "too many steps", "step too small", "not finite", "stopped")
ADVICE = {
    TOO_MANY_STEPS: "method='stiff', or a larger max_steps",
    STEP_TOO_SMALL: "method='stiff', or look for a rate that jumps",
    NOT_FINITE: "look at this patient's parameters: a rate became infinite or not a number",
}
PATIENTS_PER_THREAD = 64  # below this another thread costs more than it brings


@dataclass
class Watch:
    """A state and the level at which each patient crosses it.

    Args:
        state: flat name.
        threshold: in the state's unit. Shape (n_patients,).
        terminal: whether the patient's run ends there.
        day: when it was first reached; NaN where it was not. Shape (n_patients,).
    """

    state: str
    threshold: np.ndarray
    terminal: bool
    day: np.ndarray


class Ensemble:
    """Patients of one system, each with own parameters, that are run together.

    Parameters change during a run by SET events only: a kernel keeps what it made of them.

    Args:
        kernel: from `compile_kernel`.
        parameters: shape (n_patients, n_parameters), columns as `system.parameters`.
        rtol, atol: tolerance of a step, relative and absolute; atol one number or one per state, in its unit.
        threads: 1 or more; None for one per processor.
        time: day at which the run starts.
        states: at that time, shape (n_patients, n_states); None for the system's start values.
        max_steps: attempts per patient and call of `advance`.
        max_step: longest step, day; None for no bound.
        fixed_step: constant step in days instead of adaptive ones (to measure the order of a method).

    Raises:
        InputError: wrong shape, a parameter or state that is not finite, or an option out of range.

    Accuracy: worst relative error of rd168 (benchmarks/rd168.py, 1,000 patients, 169 days) 1.2e-5 at the tolerances
        given here by default, 9.6e-7 at rtol=5e-8 with atol=5e-10. A patient's result is the same, bit for bit, in any
        ensemble, order and number of threads.

    Example:
        >>> from titer.engine.textbook import one_compartment
        >>> from titer.engine import BOLUS, compile_kernel, make_events
        >>> system = one_compartment()
        >>> ensemble = Ensemble(compile_kernel(system), system.typical())
        >>> dose = make_events(1, 0, 0.0, BOLUS, system.state_index("pk.depot"), 100.0)
        >>> values = ensemble.advance(1.0, dose, times=[0.0, 0.5, 1.0])
        >>> values.shape
        (1, 3, 2)
        >>> float(values[0, 0, 0])
        0.0
    """

    def __init__(
        self,
        kernel: Kernel,
        parameters: np.ndarray,
        *,
        rtol: float = 1e-6,
        atol: float | Sequence[float] = 1e-8,
        threads: int | None = None,
        time: float = 0.0,
        states: np.ndarray | None = None,
        max_steps: int = 100_000,
        max_step: float | None = None,
        fixed_step: float | None = None,
    ) -> None:
        _check_finite_number("time", time)
        self.kernel, self.time = kernel, float(time)
        system = kernel.system
        self.parameters = np.array(np.atleast_2d(parameters), dtype=float, order="C")
        _check_shape("parameters", self.parameters, (len(self.parameters), len(system.parameters)))
        _check_finite("parameter", self.parameters, system.parameters)
        self._records = np.zeros((len(self.parameters), kernel.record_size))
        self._set_states(system.start_values(self.parameters) if states is None else np.atleast_2d(states))
        self._set_options(rtol, atol, max_steps, max_step, fixed_step)
        n = self.n_patients
        self.status, self.stopped_at = np.zeros(n, np.int32), np.full(n, np.nan)
        self.steps, self.rejected = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self.watches: list[Watch] = []
        self._pending, self._next = no_events(n), np.zeros(n, np.int64)
        wanted = _processors() if threads is None else _whole("threads", threads)
        self._threads = min(wanted, max(1, n // PATIENTS_PER_THREAD))
        self._pool = ThreadPoolExecutor(self._threads) if self._threads > 1 else None

    def _set_states(self, states: np.ndarray) -> None:
        system = self.kernel.system
        _check_shape("states", states, (self.n_patients, len(system.states)))
        _check_finite("start value of state", states, system.states)
        self._records[:, : len(system.states)] = states[:, self.kernel.order]

    def _set_options(self, rtol, atol, max_steps, max_step, fixed_step) -> None:
        for name, value in (("rtol", rtol), ("max_step", max_step), ("fixed_step", fixed_step)):
            if value is not None:
                _check_above_zero(name, value)
        levels = np.asarray(atol, float)
        n = len(self.kernel.order)
        if levels.shape not in ((), (n,)):
            raise InputError(f"atol has shape {levels.shape}", right=f"one number, or one for each of {n} states")
        for level in np.atleast_1d(levels):
            _check_above_zero("atol", level)
        self._atol = np.ascontiguousarray(np.broadcast_to(levels, n)[self.kernel.order])
        self._rtol, self._max_steps = float(rtol), _whole("max_steps", max_steps)
        self._max_step, self._fixed_step = float(max_step or 0.0), float(fixed_step or 0.0)

    @property
    def n_patients(self) -> int:
        return len(self.parameters)

    @property
    def states(self) -> np.ndarray:
        """States now, or where a patient stopped. Shape (n_patients, n_states); a copy."""
        return self._records[:, self.kernel.internal]

    @property
    def running(self) -> np.ndarray:
        """Who has neither failed nor stopped. Shape (n_patients,)."""
        return self.status == RUNNING

    def watch(self, state: str, threshold: np.ndarray | float, *, terminal: bool = False) -> Watch:
        """Note the day on which a state first reaches each patient's own threshold, from below.

        Args:
            state: flat name, e.g. a cumulative hazard.
            threshold: in its unit; infinite for a patient not to be watched. Shape (n_patients,), or one for all.
            terminal: whether the patient's run ends there.

        Returns:
            The watch; its `day` is filled as the run advances, NaN where the threshold was not reached.

        Raises:
            InputError: a threshold is NaN, or the shape is wrong.

        Accuracy: that of the dense output; located to 1e-13 of the step.
        """
        self.kernel.system.state_index(state)
        levels = np.ascontiguousarray(np.broadcast_to(np.asarray(threshold, float), self.n_patients))
        if np.isnan(levels).any():
            patient = int(np.flatnonzero(np.isnan(levels))[0])
            raise InputError(f"threshold of '{state}' is NaN", where=f"patient {patient}", right="a number or infinity")
        self.watches.append(Watch(state, levels, terminal, np.full(self.n_patients, np.nan)))
        return self.watches[-1]

    def stop(self, mask: np.ndarray) -> None:
        """End the run of some patients now; `mask` of shape (n_patients,). Their outputs are NaN from now on."""
        ending = np.asarray(mask, bool) & self.running
        self.status[ending] = STOPPED
        self.stopped_at[ending] = self.time

    def advance(
        self, until: float, events: Events | None = None, times: Sequence[float] | np.ndarray | None = None
    ) -> np.ndarray:
        """Run every patient to a day.

        Args:
            until: day, not before `self.time`.
            events: what happens, from now on; events at or after `until` wait for the next call.
            times: days at which outputs are read, not decreasing, from `self.time` to `until`; an output is read
                before a dose of the same moment acts. None for `until` alone.

        Returns:
            Outputs, NaN where a patient had failed or stopped. Shape (n_patients, n_times, n_outputs).

        Raises:
            InputError: times or events out of range.
        """
        until = float(until)
        times = np.ascontiguousarray([until] if times is None else times, dtype=float)
        self._check_times(until, times)
        if events is not None:
            self._add_events(events)
        values = np.full((self.n_patients, len(times), len(self.kernel.plan.outputs)), np.nan)
        if self.n_patients:
            self._run(until, times, values)
        self.time = until
        return values

    def raise_for_status(self) -> None:
        """Raise when a patient's integration did not finish.

        Raises:
            SolveError: naming how many, the first patient, its day, and what to try.
        """
        failed = np.flatnonzero(np.isin(self.status, FAILURES))
        if not len(failed):
            return
        first = int(failed[0])
        status = int(self.status[first])
        raise SolveError(
            f"{len(failed):,} of {self.n_patients:,} patients did not finish",
            where=f"first is patient {first} at day {self.stopped_at[first]:.4g}: {STATUS_NAMES[status]}",
            hint=ADVICE[status],
        )

    # ---- inside ---------------------------------------------------------------------------------------------------

    def _check_times(self, until: float, times: np.ndarray) -> None:
        if not (np.isfinite(until) and until >= self.time):
            raise InputError(
                f"asked to run to day {until:g}", where=f"an ensemble at day {self.time:g}", right="a later day"
            )
        if times.ndim != 1 or np.any(np.diff(times) < 0) or not np.all((times >= self.time) & (times <= until)):
            raise InputError("output times are not usable", right=f"increasing days from {self.time:g} to {until:g}")

    def _add_events(self, events: Events) -> None:
        if events.n_patients != self.n_patients:
            raise InputError(f"events for {events.n_patients} patients", right=f"{self.n_patients} patients")
        if not len(events):
            return
        self._check_events(events)
        inside = events.target.copy()
        of_states = events.kind != SET
        inside[of_states] = self.kernel.internal[events.target[of_states]]
        events = replace(
            events,
            **{name: np.ascontiguousarray(getattr(events, name), float) for name in ("time", "value")},
            kind=np.ascontiguousarray(events.kind, np.int32),
            target=np.ascontiguousarray(inside, np.int32),
        )
        self._pending = merge(self._left(), events)
        self._next = self._pending.start[:-1].astype(np.int64)

    def _check_events(self, events: Events) -> None:
        if events.time.min() < self.time:
            raise InputError(
                f"event on day {events.time.min():g}", where=f"an ensemble at day {self.time:g}", right="later days"
            )
        falls = np.flatnonzero(np.diff(events.time) < 0) + 1
        if not np.isin(falls, events.start).all():
            raise InputError("the events of a patient are not in order of time", hint="build them with make_events")
        for kind, name in enumerate(KIND_NAMES):
            targets = events.target[events.kind == kind]
            bound = len(self.kernel.system.parameters if kind == SET else self.kernel.system.states)
            if len(targets) and not 0 <= targets.min() <= targets.max() < bound:
                raise InputError(f"{name} event with target {targets.max()}", right=f"0 to {bound - 1}")

    def _left(self) -> Events:
        """Events that have not happened yet, of patients who still run."""
        old, n = self._pending, self.n_patients
        ahead = np.where(self.running, self._next, old.start[1:])
        left = old.start[1:] - ahead
        if not left.any():
            return no_events(n)
        rows = np.arange(len(old)) >= np.repeat(ahead, np.diff(old.start))
        start = np.concatenate([[0], np.cumsum(left)]).astype(np.int64)
        return Events(start, old.time[rows], old.kind[rows], old.target[rows], old.value[rows])

    def _run(self, until: float, times: np.ndarray, values: np.ndarray) -> None:
        arrays = self._arrays(times, values)
        job = Job(
            n_patients=self.n_patients,
            time=self.time,
            until=until,
            rtol=self._rtol,
            max_step=self._max_step,
            fixed_step=self._fixed_step,
            max_steps=self._max_steps,
            n_times=len(times),
            n_watches=len(self.watches),
            **{name: array.ctypes.data for name, array in arrays.items()},
        )
        # A thread holds the job, and with it every array that it writes into, whatever becomes of this call.
        job.arrays = arrays
        if any(self._call_kernel(job, arrays["next"])):
            raise TiterError("no memory left for a run", hint="fewer threads")
        for watch, found in zip(self.watches, arrays["watch_found"], strict=True):
            watch.day[:] = found

    def _call_kernel(self, job: Job, taken: np.ndarray) -> list[int]:
        """What the kernel answers on each thread. An interrupt ends the run at the patients under way."""
        run = self.kernel.library.titer_run
        if self._pool is None:
            return [run(job)]
        calls: list[Future[int]] = []
        try:
            for _ in range(self._threads):
                calls.append(self._pool.submit(run, job))
            return [call.result() for call in calls]
        finally:
            taken[0] = self.n_patients  # nobody takes another patient; without an interrupt all are taken anyway
            wait(calls)

    def _arrays(self, times: np.ndarray, values: np.ndarray) -> dict[str, np.ndarray]:
        pending, watches, n = self._pending, self.watches, self.n_patients
        internal = self.kernel.internal
        return {
            "next": np.zeros(1, np.int64),
            "atol": self._atol,
            "records": self._records,
            "parameters": self.parameters,
            "event_end": np.ascontiguousarray(pending.start[1:]),
            "event_next": self._next,
            "event_time": pending.time,
            "event_kind": pending.kind,
            "event_target": pending.target,
            "event_value": pending.value,
            "times": times,
            "values": values,
            "watch_state": np.array([internal[self.kernel.system.state_index(w.state)] for w in watches], np.int32),
            "watch_terminal": np.array([w.terminal for w in watches], np.int32),
            "watch_threshold": np.array([w.threshold for w in watches], float).reshape(len(watches), n),
            "watch_found": np.array([w.day for w in watches], float).reshape(len(watches), n),
            "status": self.status,
            "stopped_at": self.stopped_at,
            "steps": self.steps,
            "rejected": self.rejected,
        }


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _check_finite_number(name: str, value: float) -> None:
    if not np.isfinite(value):
        raise InputError(f"{name} is {value}", right="a finite number")


def _check_above_zero(name: str, value: float) -> None:
    if not (value > 0 and np.isfinite(value)):
        raise InputError(f"{name} is {value}", right="a finite number above 0")


def _whole(name: str, value: int) -> int:
    if isinstance(value, bool) or value != value or value < 1 or value != int(value):
        raise InputError(f"{name} is {value}", right="a whole number, 1 or more")
    return int(value)


def _check_shape(name: str, array: np.ndarray, shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise InputError(f"{name} have shape {array.shape}", right=f"shape {shape}")


def _check_finite(what: str, array: np.ndarray, names: Sequence[str]) -> None:
    wrong = np.argwhere(~np.isfinite(array))
    if len(wrong):
        patient, column = wrong[0]
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise InputError(
            f"{what} '{names[column]}' is {array[patient, column]}{more}",
            where=f"patient {patient}",
            right="a finite number",
        )
