"""The level of one drug in one typical person over time, from its model alone, where there is no closed form.

The trees are integrated by SciPy, dose by dose: the plain slow path, a few hundredths of a second each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from titer.library import drugs
from titer.library.signals import SIGNALS
from titer.model import assemble

HOURS = 24.0
STEP_H = 0.02  # between stored values: the time of a peak is known to about a minute
RTOL, ATOL = 1e-9, 1e-12


@dataclass(frozen=True, eq=False)
class Profile:
    """Levels of one person.

    Args:
        hours: since the first dose. Shape (n_times,).
        level: in ng/mL. Shape (n_times,).
    """

    hours: NDArray[np.float64]
    level: NDArray[np.float64]

    @property
    def peak(self) -> float:
        return float(self.level.max())

    @property
    def time_of_peak(self) -> float:
        """Hours after the first dose."""
        return float(self.hours[self.level.argmax()])

    def half_life(self, start: float, end: float) -> float:
        """Hours in which the level halves, from its fall between two times in h."""
        before, after = np.interp((start, end), self.hours, self.level)
        return float((end - start) * np.log(2) / np.log(before / after))


def profile(drug: str, amount: float, until: float, *, every: float | None = None, **covariates: float) -> Profile:
    """The level after one dose, or after doses at an interval.

    Args:
        drug: of the library.
        amount: of each dose, mg.
        until: end, h.
        every: interval between doses, h; one dose where None.
        covariates: those that differ from the model's defaults.

    Example:
        >>> round(profile("lenalidomide", 10.0, 24.0).peak)
        147
    """
    from titer.evidence.pharmacokinetics import typical_parameters

    model = drugs()[drug]
    system = assemble([model], SIGNALS, units=False)
    values = typical_parameters(model, **covariates)
    numbers = np.array([values[name.partition(".")[2]] for name in system.parameters])
    entry = system.doses[drug]
    share = values[entry.bioavailability.partition(".")[2]] if entry.bioavailability else 1.0
    lag = values[entry.lag.partition(".")[2]] if entry.lag else 0.0
    given = lag + (np.arange(0.0, until, every) if every else np.zeros(1))
    hours = np.arange(0.0, until + STEP_H / 2, STEP_H)
    states = _integrate(
        lambda day, x: system.derivative(day, x, numbers),
        system.start_values(numbers)[0],
        system.state_index(entry.state),
        share * amount,
        given,
        hours,
    )
    level = system.observe(0.0, states, numbers)[f"{drug}.conc"]
    return Profile(hours, np.asarray(level, float))


def _integrate(rates: Callable, start: NDArray, place: int, amount: float, given: NDArray, hours: NDArray) -> NDArray:
    """States at these hours, integrated from one dose to the next."""
    from scipy.integrate import solve_ivp

    edges = [0.0, *(float(at) for at in given if 0 < at < hours[-1]), float(hours[-1])]
    state, kept = np.array(start, float), np.empty((len(hours), len(start)))
    for begin, end in pairwise(edges):
        if begin in given:
            state = state + amount * (np.arange(len(state)) == place)
        inside = (hours >= begin) & (hours <= end)
        times = np.unique(np.append(hours[inside], end))
        found = solve_ivp(rates, (begin / HOURS, end / HOURS), state, "LSODA", times / HOURS, rtol=RTOL, atol=ATOL).y
        kept[inside] = found[:, np.isin(times, hours[inside])].T
        state = found[:, -1]
    return kept
