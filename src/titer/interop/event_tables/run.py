"""A checked table as events of the engine, and the outputs at its records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from titer.engine import BOLUS, FAILURES, RATE, RESET, SET, STATUS_NAMES, Ensemble, Kernel, make_events
from titer.errors import SolveError
from titer.interop.event_tables.drivers import Carry, ParameterSets
from titer.interop.event_tables.entries import Arrivals, arrivals, entries_of
from titer.interop.event_tables.order import CHANGE, GIVE, READ, Ties, Timeline, bodies_of, timeline
from titer.interop.event_tables.steady import Train, steady_states
from titer.interop.event_tables.table import TICKS_PER_DAY, EventTable, Floats, Integers, days_of

VALUES_AT_ONCE = 20_000_000  # outputs held in memory for one batch of patients


@dataclass(frozen=True, eq=False)
class TableRun:
    """A table, a kernel and the parameters of each record; `values()` runs it.

    Events are kept as columns (body, day, kind, target, value) and belong to bodies: see `order`.
    """

    table: EventTable
    kernel: Kernel
    sets: ParameterSets
    carry: Carry
    ties: Ties
    compartments: Mapping[int, str]
    rtol: float
    atol: float
    threads: int | None

    @cached_property
    def body(self) -> Integers:
        """The body of each record. Shape (n_records,)."""
        return bodies_of(self.table)

    @cached_property
    def line(self) -> Timeline:
        return timeline(self.table, self.sets.of_record, self.carry, self.ties)

    @cached_property
    def drugs(self) -> NDArray[np.str_]:
        return entries_of(self.table, self.kernel.system, self.compartments)

    @property
    def given_drugs(self) -> dict[str, float]:
        """Every drug that the table gives, with its largest dose."""
        named = dict.fromkeys(sorted(set(self.drugs.tolist()) - {""}))
        return {drug: float(self.table.amount[self.drugs == drug].max()) for drug in named}

    @cached_property
    def first(self) -> Integers:
        """The first record of each body. Shape (n_bodies,)."""
        return np.flatnonzero(np.concatenate([[True], self.body[1:] != self.body[:-1]]))

    @cached_property
    def given(self) -> tuple[NDArray[np.intp], Arrivals]:
        """Places of the doses in the timeline, and what arrives."""
        places = self.line.of(GIVE)
        record, sets = self.line.record[places], self.sets.values[self.line.set[places]]
        return places, arrivals(self.table, self.kernel.system, self.drugs, record, sets)

    def values(self) -> Floats:
        """Outputs at the records that are looked at, in their order. Shape (n_rows, n_outputs)."""
        looked = self.line.of(READ)
        values = np.full((len(looked), len(self.kernel.output_names)), np.nan)
        if not len(looked):
            return values
        columns = self._events()
        for bodies in self._batches(looked):
            mine = np.isin(self.line.body[looked], bodies)
            values[mine] = self._batch(bodies, looked[mine], columns)
        return values[np.argsort(self.line.record[looked], kind="stable")]

    def _batches(self, looked: NDArray[np.intp]) -> list[Integers]:
        """Bodies to run together: those that start at one time, few enough to hold their outputs."""
        start = np.minimum(self.table.tick[self.first], 0)
        reads = np.bincount(self.line.body[looked], minlength=len(self.first))
        batches = []
        for tick in np.unique(start):
            bodies = np.flatnonzero((start == tick) & (reads > 0))
            distinct = int(
                np.ceil(np.sqrt(VALUES_AT_ONCE / (max(1, reads.max()) * max(1, len(self.kernel.output_names)))))
            )
            batches += [bodies[i : i + distinct] for i in range(0, len(bodies), distinct)]
        return batches

    def _batch(self, bodies: Integers, places: NDArray[np.intp], columns: tuple[NDArray, ...]) -> Floats:
        """Outputs at some places of the timeline, of the bodies that they belong to."""
        first = self.first[bodies]
        start = min(0.0, float(days_of(self.table.tick[first]).min()))
        parameters = self.sets.values[self.sets.of_record[first]]
        ensemble = Ensemble(self.kernel, parameters, rtol=self.rtol, atol=self.atol, threads=self.threads, time=start)
        row = np.full(len(self.first), -1)
        row[bodies] = np.arange(len(bodies))
        mine = row[columns[0]] >= 0
        body, *rest = (column[mine] for column in columns)
        times = np.unique(self.line.day[places])
        events = make_events(len(bodies), row[body], *rest)
        found = ensemble.advance(times[-1], events, times)
        self._raise_for_status(ensemble, bodies)
        return found[row[self.line.body[places]], np.searchsorted(times, self.line.day[places])]

    def _raise_for_status(self, ensemble: Ensemble, bodies: Integers) -> None:
        failed = np.flatnonzero(np.isin(ensemble.status, FAILURES))
        if len(failed):
            first = int(failed[0])
            raise SolveError(
                f"{len(failed):,} of {ensemble.n_patients:,} patients did not finish",
                where=f"{self.table.name}, patient {self.table.id[self.first[bodies[first]]]}, day "
                f"{ensemble.stopped_at[first]:.4g}: {STATUS_NAMES[ensemble.status[first]]}",
                hint="look at this patient's covariates and parameters, or a larger rtol",
            )

    def _events(self) -> tuple[NDArray, ...]:
        parts = [self._starts(), self._changes(), *self._doses(), *self._steady(), self._ends()]
        return tuple(np.concatenate(column) for column in zip(*parts, strict=True))

    def _starts(self) -> tuple[NDArray, ...]:
        """Bodies whose first record lies after the start of the run are put into their start state there."""
        tick = self.table.tick[self.first]
        bodies = np.flatnonzero((tick > 0) & ~self.table.steady[self.first])
        states = self.kernel.system.start_values(self.sets.values[self.sets.of_record[self.first[bodies]]])
        return self._reset(bodies, states)

    def _reset(self, bodies: Integers, states: Floats) -> tuple[NDArray, ...]:
        n, m = states.shape
        day = np.repeat(days_of(self.table.tick[self.first[bodies]]), m)
        return np.repeat(bodies, m), day, np.full(n * m, RESET), np.tile(np.arange(m), n), states.ravel()

    def _changes(self) -> tuple[NDArray, ...]:
        """The parameters that differ from those before."""
        places = self.line.of(CHANGE)
        new = self.line.set[places]
        after, before = self.sets.values[new], self.sets.values[new - 1]
        which, column = np.nonzero(after != before)
        items = places[which]
        return self.line.body[items], self.line.day[items], np.full(len(items), SET), column, after[which, column]

    def _ends(self) -> tuple[NDArray, ...]:
        """A dose of nothing when a body was looked at last.

        The engine's last step so ends there, however long others are run beside it, and its bits are its own.
        """
        looked = self.line.of(READ)
        last = np.flatnonzero(np.diff(self.line.body[looked], append=-1))
        n = len(last)
        nothing = np.zeros(n, np.int64)
        places = looked[last]
        return self.line.body[places], self.line.day[places], np.full(n, BOLUS), nothing, nothing.astype(float)

    def _doses(self) -> list[tuple[NDArray, ...]]:
        places, doses = self.given
        body = self.line.body[places]
        # A dose that arrives later has left the order of the table; one that does not keeps it.
        day = np.where(doses.lag > 0, self.line.lagless_day[places] + doses.lag, self.line.day[places])
        return self._inflow(body, day, doses)

    def _inflow(self, body: Integers, day: Floats, doses: Arrivals) -> list[tuple[NDArray, ...]]:
        once, runs = (doses.rate == 0) & (doses.amount > 0), doses.duration > 0
        target, rate, end = doses.target, doses.rate, day + doses.duration
        return [
            (body[once], day[once], np.full(once.sum(), BOLUS), target[once], doses.amount[once]),
            (body[runs], day[runs], np.full(runs.sum(), RATE), target[runs], rate[runs]),
            (body[runs], end[runs], np.full(runs.sum(), RATE), target[runs], -rate[runs]),
        ]

    def _steady(self) -> list[tuple[NDArray, ...]]:
        """The state before a steady-state dose, and what of the doses before it is still on the way."""
        records = np.flatnonzero(self.table.steady)
        parts = []
        for interval in np.unique(self.table.interval[records]):
            mine = records[self.table.interval[records] == interval]
            parameters = self.sets.values[self.sets.of_record[mine]]
            a = arrivals(self.table, self.kernel.system, self.drugs, mine, parameters)
            train = Train(a.target, a.amount, a.rate, a.duration, a.lag, interval / TICKS_PER_DAY)
            names = [self.table.place(int(record), "SS") for record in mine]
            states = steady_states(self.kernel, parameters, train, names)
            parts += [self._reset(self.body[mine], states), *self._on_the_way(mine, a, train.interval)]
        return parts

    def _on_the_way(self, records: Integers, doses: Arrivals, interval: float) -> list[tuple[NDArray, ...]]:
        """Earlier doses of a steady train that arrive, or still run in, after the record."""
        n_before = np.floor((doses.lag + doses.duration) / interval).astype(np.int64)
        which = np.repeat(np.arange(len(records)), n_before)
        back = np.arange(len(which)) - np.repeat(np.cumsum(n_before) - n_before, n_before) + 1
        begin = doses.lag[which] - back * interval  # day after the record, below 0 for one that runs already
        day, left = (
            days_of(self.table.tick[records])[which],
            np.minimum(doses.duration[which], begin + doses.duration[which]),
        )
        on = Arrivals(doses.target[which], doses.amount[which], doses.rate[which], left, doses.lag[which])
        return self._inflow(self.body[records][which], day + np.maximum(begin, 0.0), on)
