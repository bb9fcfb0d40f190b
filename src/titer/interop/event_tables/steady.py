"""The state of a patient who has had the same dose at the same interval for ever (SS = 1).

The dose is repeated until the state just before it no longer changes. A slow state changes little from one dose to the
next long before it has settled, so what is still missing is estimated from how fast the changes shrink.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from titer.engine import BOLUS, RATE, Ensemble, Events, Kernel, make_events
from titer.errors import InputError, SolveError
from titer.interop.event_tables.table import Floats
from titer.model.expression import symbols_in
from titer.model.system import TIME, System

MOST_INTERVALS = 20_000
MOST_OVERLAPPING = 100
TOLERANCE = 1e-9  # what may still be missing, relative to the state
RTOL, ATOL = 1e-10, 1e-12


@dataclass(frozen=True, eq=False)
class Train:
    """The repeated dose of each patient: arrays of shape (n_patients,).

    Args:
        target: place of the state that it enters.
        amount: that arrives, after bioavailability; 0 for an infusion.
        rate: of an infusion, per day; 0 for a dose at once.
        duration: of an infusion, day.
        lag: from intake to arrival, day.
        interval: day; the same for all.
    """

    target: NDArray[np.int64]
    amount: Floats
    rate: Floats
    duration: Floats
    lag: Floats
    interval: float

    def events(self, first: int, last: int) -> Events:
        """Of intakes number `first` to `last` (not with it), the first one at time 0."""
        n, count = len(self.target), last - first
        patient = np.tile(np.arange(n), count)
        arrive = (np.repeat(np.arange(first, last), n) * self.interval) + self.lag[patient]
        at_once, runs = self.rate[patient] == 0, self.rate[patient] > 0
        rows, ends = patient[runs], arrive[runs] + self.duration[patient[runs]]
        return make_events(
            n,
            np.concatenate([patient[at_once], rows, rows]),
            np.concatenate([arrive[at_once], arrive[runs], ends]),
            np.repeat([BOLUS, RATE, RATE], [int(at_once.sum()), len(rows), len(rows)]),
            np.concatenate([self.target[patient[at_once]], self.target[rows], self.target[rows]]),
            np.concatenate([self.amount[patient[at_once]], self.rate[rows], -self.rate[rows]]),
        )


def settling(system: System) -> NDArray[np.bool_]:
    """Which states have a steady state to find. Shape (n_states,).

    A state that no rate reads only counts something up (an area, a cumulative hazard); it never settles and is left
    out.

    Raises:
        InputError: a rate that depends on the time itself, so that nothing repeats.
    """
    read = symbols_in(*system.rates)
    keep = np.array([name in read for name in system.states])
    moving = [
        n for n, rate, kept in zip(system.states, system.rates, keep, strict=True) if kept and TIME in symbols_in(rate)
    ]
    if moving:
        raise InputError(
            f"'{moving[0]}' depends on the time itself and has no steady state",
            right="SS 0",
            hint="give the doses before it with ADDL and II",
        )
    return keep


def steady_states(kernel: Kernel, parameters: Floats, train: Train, names: list[str]) -> Floats:
    """States just before a dose of a train that has run for ever; counting states are 0.

    Args:
        kernel: of the system.
        parameters: shape (n_patients, n_parameters).
        train: the doses of each.
        names: of the patients, for errors.

    Returns:
        Shape (n_patients, n_states).

    Raises:
        SolveError: a state that does not settle, or an integration that does not finish.

    Accuracy: 1e-8 of the closed form for linear kinetics (tests/test_event_tables_run.py).
    """
    keep = settling(kernel.system)
    _refuse_endless(train, names)
    ensemble = Ensemble(kernel, parameters, rtol=RTOL, atol=ATOL)
    n = ensemble.n_patients
    found, settled = np.zeros((n, len(keep))), np.zeros(n, bool)
    previous, before = ensemble.states[:, keep], np.full((n, int(keep.sum())), np.inf)
    largest = np.abs(previous)
    least = 2 + np.ceil((train.lag + train.duration) / train.interval)  # before that, not all of a dose has come in
    for number in range(MOST_INTERVALS):
        ensemble.advance((number + 1) * train.interval, train.events(number, number + 1))
        ensemble.raise_for_status()
        state = ensemble.states[:, keep]
        change, largest = np.abs(state - previous), np.maximum(largest, np.abs(state))
        done = _missing(change, before) <= TOLERANCE * largest
        new = done.all(axis=1) & ~settled & (number >= least)
        found[np.ix_(new, keep)] = state[new]
        settled |= new
        if settled.all():
            return found
        ensemble.stop(settled)  # their result is kept as it was when they settled, whoever else is still on the way
        previous, before = state, change
    row = int(np.flatnonzero(~settled)[0])
    state_name = np.array(kernel.system.states)[keep][int(np.argmax(~done[row]))]
    raise SolveError(
        f"no steady state: '{state_name}' still changes after {MOST_INTERVALS:,} doses",
        where=names[row],
        right="a model whose states all settle under repeated doses",
        hint="SS 0, and the doses before it with ADDL and II",
    )


def _refuse_endless(train: Train, names: list[str]) -> None:
    """Doses that take hundreds of intervals to come in are a mistake of units, not a steady state."""
    intervals = (train.lag + train.duration) / train.interval
    longest = int(np.argmax(intervals))
    if intervals[longest] > MOST_OVERLAPPING:
        days = (train.lag + train.duration)[longest]
        raise InputError(
            f"a dose takes {days:.4g} days to come in, and the next follows after {train.interval:.4g}",
            where=names[longest],
            right=f"at most {MOST_OVERLAPPING} doses on the way at a time",
            hint="check RATE, II and the lag",
        )


def _missing(change: Floats, before: Floats) -> Floats:
    """What is left of a geometric approach whose last two changes are these; infinite where they do not shrink."""
    shrinks = (change < before) & np.isfinite(before)
    ratio = np.divide(change, before, out=np.zeros_like(change), where=shrinks)
    left = change * ratio / (1 - np.minimum(ratio, 1 - 1e-12))
    return np.where(shrinks, left, np.where(change == 0, 0.0, np.inf))
